import { AppError, publicMessageOf, toError } from '../../domain/errors.ts';
import { floorTo, MINUTE_MS } from '../../domain/time.ts';
import { fitWindows, type PlannedWindow, planWindows, SHORT_TRAILING_MS, TRAILING_MS } from '../../domain/window.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Watermark } from '../../ports/store.ts';
import { reportBlindness } from '../notices/report-blindness.ts';
import { readWindow } from './read-window.ts';
import type { StoreUsageDeps } from './store-usage.ts';

/** Providers publish this late at most, as far as is known; what is older is taken as complete. */
export const SETTLE_MS = 15 * MINUTE_MS;

export interface PollOutcome {
  readonly ok: boolean;
  readonly watermark: Watermark;
  /** How long the provider asked us to wait. */
  readonly retryAfterMs: number | null;
}

type PollDeps = StoreUsageDeps;

/** Reads what is due of one connection's usage, prices and stores it. A failure is kept as blindness, not thrown. */
export async function pollUsage(deps: PollDeps, provider: Provider): Promise<PollOutcome> {
  const before = await deps.store.read.watermarks.get(provider.connectionId);
  const startedAt = deps.clock.now();
  try {
    for (const window of fitWindows(windowsToRead(deps, startedAt, before?.polledAt ?? null), provider.usageWidthsMs)) {
      await readWindow(deps, provider, window);
    }
  } catch (error) {
    const watermark = await recordFailure({ deps, provider, before }, error);
    const retryAfterMs = error instanceof AppError ? (error.retryAfterMs ?? null) : null;
    return { ok: false, watermark, retryAfterMs };
  }
  const watermark: Watermark = {
    connectionId: provider.connectionId,
    polledAt: startedAt,
    newestUsageAt: await deps.store.read.usage.newestEnd(provider.connectionId),
    failingSince: null,
    missedPolls: 0,
    problem: null,
  };
  await putWatermark(deps, watermark);
  if (before?.failingSince) deps.logger.info('usage is readable again', { connection: provider.connectionId });
  return { ok: true, watermark, retryAfterMs: null };
}

async function putWatermark(deps: PollDeps, watermark: Watermark): Promise<void> {
  const { connectionId, polledAt, failingSince, missedPolls, problem } = watermark;
  await deps.store.write(async (tx) => {
    await tx.watermarks.put(watermark);
    const state = { connectionId, lastReadAt: polledAt, failingSince, misses: missedPolls, problem };
    await reportBlindness({ deps, tx }, { reading: 'usage', ...state });
  });
}

/** A poll between two turns of policy's interval is there for the newest minutes; late usage is left to the turn. */
function windowsToRead({ policy }: PollDeps, now: number, polledAt: number | null): readonly PlannedWindow[] {
  const everyMs = policy.polling.usageMs;
  const isTurn = polledAt === null || floorTo(now, everyMs) > floorTo(polledAt, everyMs);
  return planWindows(now, polledAt, isTurn ? TRAILING_MS : SHORT_TRAILING_MS);
}

interface FailureContext {
  readonly deps: PollDeps;
  readonly provider: Provider;
  readonly before: Watermark | undefined;
}

async function recordFailure({ deps, provider, before }: FailureContext, error: unknown): Promise<Watermark> {
  const watermark: Watermark = {
    connectionId: provider.connectionId,
    polledAt: before?.polledAt ?? null,
    newestUsageAt: before?.newestUsageAt ?? null,
    failingSince: before?.failingSince ?? deps.clock.now(),
    missedPolls: (before?.missedPolls ?? 0) + 1,
    problem: publicMessageOf(error),
  };
  await putWatermark(deps, watermark);
  deps.logger.warn('usage poll failed', {
    connection: provider.connectionId,
    missedPolls: watermark.missedPolls,
    error: toError(error),
  });
  return watermark;
}
