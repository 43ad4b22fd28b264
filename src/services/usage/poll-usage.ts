import { AppError, publicMessageOf, toError } from '../../domain/errors.ts';
import { latest, MINUTE_MS } from '../../domain/time.ts';
import { fitWindows } from '../../domain/window.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Watermark } from '../../ports/store.ts';
import { knowRelatives } from '../inventory/know-relatives.ts';
import { reportBlindness } from '../notices/report-blindness.ts';
import { planPoll } from './plan-poll.ts';
import { readWindow } from './read-window.ts';
import type { StoreUsageDeps } from './store-usage.ts';
import { noteUnreadDays } from './usage-history.ts';

/** Providers publish this late at most, as far as is known; what is older is taken as complete. */
export const SETTLE_MS = 15 * MINUTE_MS;

const NEVER_READ = { polledAt: null, newestUsageAt: null };

export interface PollOutcome {
  readonly ok: boolean;
  readonly watermark: Watermark;
  /** How long the provider asked us to wait. */
  readonly retryAfterMs: number | null;
}

type PollDeps = StoreUsageDeps;

/** Reads what is due of one connection's usage, prices and stores it. A failure is kept as blindness, not thrown. */
export async function pollUsage(deps: PollDeps, provider: Provider): Promise<PollOutcome> {
  const { connectionId } = provider;
  const before = await deps.store.read.watermarks.get(connectionId);
  const startedAt = deps.clock.now();
  // Parts are stored ascending and without a gap, so what was stored before a failure need not be read again.
  let storedUntil: number | null = null;
  try {
    await knowRelatives(deps, provider, before);
    await noteUnreadDays(deps, provider, before);
    const planned = await planPoll(deps, startedAt, before ?? { ...NEVER_READ, connectionId });
    for (const window of fitWindows(planned, provider.usageWidthsMs)) {
      const onStored = (until: number) => {
        storedUntil = Math.min(until, startedAt);
      };
      await readWindow(deps, provider, { ...window, onStored });
    }
  } catch (error) {
    const watermark = await recordFailure({ deps, provider, before, storedUntil }, error);
    const retryAfterMs = error instanceof AppError ? (error.retryAfterMs ?? null) : null;
    return { ok: false, watermark, retryAfterMs };
  }
  const watermark: Watermark = {
    connectionId,
    polledAt: startedAt,
    newestUsageAt: await deps.store.read.usage.newestEnd(connectionId),
    failingSince: null,
    missedPolls: 0,
    problem: null,
  };
  await putWatermark(deps, watermark, before);
  if (before?.failingSince) deps.logger.info('usage is readable again', { connection: connectionId });
  return { ok: true, watermark, retryAfterMs: null };
}

async function putWatermark(deps: PollDeps, watermark: Watermark, before: Watermark | undefined): Promise<void> {
  const { connectionId, polledAt, failingSince, missedPolls, problem } = watermark;
  const lag = lagOf(watermark, before);
  await deps.store.write(async (tx) => {
    await tx.watermarks.put(watermark);
    if (lag !== null) await tx.usageLags.add(lag);
    const state = { connectionId, lastReadAt: polledAt, failingSince, misses: missedPolls, problem };
    await reportBlindness({ deps, tx }, { reading: 'usage', ...state });
  });
}

/** How old the newest usage is that this poll was the first to see; null: it brought nothing newer. */
function lagOf({ connectionId, polledAt, newestUsageAt }: Watermark, before: Watermark | undefined) {
  const known = before?.newestUsageAt ?? null;
  if (polledAt === null || newestUsageAt === null || known === null || newestUsageAt <= known) return null;
  return { connectionId, at: polledAt, lagMs: Math.max(0, polledAt - newestUsageAt) };
}

interface FailureContext {
  readonly deps: PollDeps;
  readonly provider: Provider;
  readonly before: Watermark | undefined;
  readonly storedUntil: number | null;
}

async function recordFailure(
  { deps, provider, before, storedUntil }: FailureContext,
  error: unknown,
): Promise<Watermark> {
  const watermark: Watermark = {
    connectionId: provider.connectionId,
    polledAt: latest(before?.polledAt ?? null, storedUntil),
    newestUsageAt: before?.newestUsageAt ?? null,
    failingSince: before?.failingSince ?? deps.clock.now(),
    missedPolls: (before?.missedPolls ?? 0) + 1,
    problem: publicMessageOf(error),
  };
  await putWatermark(deps, watermark, before);
  deps.logger.warn('usage poll failed', {
    connection: provider.connectionId,
    missedPolls: watermark.missedPolls,
    error: toError(error),
  });
  return watermark;
}
