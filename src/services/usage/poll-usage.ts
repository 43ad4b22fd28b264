import { AppError, publicMessageOf, toError } from '../../domain/errors.ts';
import type { Key } from '../../domain/key.ts';
import { floorTo, MINUTE_MS } from '../../domain/time.ts';
import { noKeyId, type ProviderUsage, totalTokens, variantKey, worsePriceSource } from '../../domain/usage.ts';
import { type PlannedWindow, planWindows, SHORT_TRAILING_MS, TRAILING_MS } from '../../domain/window.ts';
import type { Provider } from '../../ports/provider.ts';
import type { UsageRow, Watermark } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { adoptUnknownKeys } from '../inventory/adopt-unknown-keys.ts';
import { syncInventory } from '../inventory/sync-inventory.ts';
import { reportBlindness } from '../notices/report-blindness.ts';
import { reportUnpriced } from '../notices/report-unpriced.ts';

/** Providers publish this late at most, as far as is known; what is older is taken as complete. */
export const SETTLE_MS = 15 * MINUTE_MS;

export interface PollOutcome {
  readonly ok: boolean;
  readonly watermark: Watermark;
  /** How long the provider asked us to wait. */
  readonly retryAfterMs: number | null;
}

type PollDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'logger' | 'prices' | 'providers'>;

/** Reads what is due of one connection's usage, prices and stores it. A failure is kept as blindness, not thrown. */
export async function pollUsage(deps: PollDeps, provider: Provider): Promise<PollOutcome> {
  const before = await deps.store.read.watermarks.get(provider.connectionId);
  const startedAt = deps.clock.now();
  try {
    for (const window of windowsToRead(deps, startedAt, before?.polledAt ?? null)) {
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

async function readWindow(deps: PollDeps, provider: Provider, window: PlannedWindow): Promise<void> {
  const usage = await provider.readUsage(window);
  const keys = await resolveKeys(deps, provider, usage);
  const own = usage.filter(({ providerKeyId }) => !isReadElsewhere({ deps, provider, keys }, providerKeyId));
  const rows = mergeRows(own.map((item) => priced({ deps, provider, keys }, item)));
  await deps.store.write(async (tx) => {
    await tx.usage.replaceWindow(provider.connectionId, window, rows);
    for (const [keyId, lastUsedAt] of newestUse(rows)) await tx.keys.touchLastUsed(keyId, lastUsedAt);
    await reportUnpriced({ deps, tx }, provider, rows);
  });
}

/** Our key for each provider key id in the answer. A key that nobody knows is money: the inventory is read at once. */
async function resolveKeys(deps: PollDeps, provider: Provider, usage: readonly ProviderUsage[]) {
  const wanted = new Map<string, string | null>();
  for (const { providerKeyId, scopeId } of usage) if (providerKeyId !== null) wanted.set(providerKeyId, scopeId);
  let known = await knownKeys(deps, provider);
  if ([...wanted.keys()].every((id) => known.has(id))) return known;

  await syncInventory(deps, provider);
  known = await knownKeys(deps, provider);
  const unlisted = [...wanted].filter(([id]) => !known.has(id));
  if (unlisted.length === 0) return known;
  await adoptUnknownKeys(deps, provider, unlisted);
  return knownKeys(deps, provider);
}

async function knownKeys(deps: PollDeps, provider: Provider): Promise<ReadonlyMap<string, Key>> {
  const keys = await deps.store.read.keys.all();
  return new Map(keys.filter((key) => key.providerId === provider.id).map((key) => [key.providerKeyId, key]));
}

/** Two admin keys may see the same key: its money counts once, with the connection that the key belongs to. */
function isReadElsewhere({ deps, provider, keys }: PriceContext, providerKeyId: string | null): boolean {
  const key = providerKeyId === null ? undefined : keys.get(providerKeyId);
  return key !== undefined && key.connectionId !== provider.connectionId && deps.providers.has(key.connectionId);
}

interface PriceContext {
  readonly deps: PollDeps;
  readonly provider: Provider;
  readonly keys: ReadonlyMap<string, Key>;
}

function priced({ deps, provider, keys }: PriceContext, usage: ProviderUsage): UsageRow {
  const price = deps.prices.price(provider.id, usage);
  const keyId = usage.providerKeyId === null ? undefined : keys.get(usage.providerKeyId)?.id;
  return {
    connectionId: provider.connectionId,
    keyId: keyId ?? noKeyId(provider.connectionId, usage.scopeId),
    model: usage.model,
    endpoint: usage.endpoint,
    variant: variantKey(usage.variant),
    startAt: usage.startAt,
    widthMs: usage.widthMs,
    tokens: usage.tokens,
    requests: usage.requests,
    costMicroUsd: price.costMicroUsd,
    priceSource: price.source,
    priceVersion: deps.prices.version,
  };
}

/** One row per identity: a provider may split a bucket by something that we do not keep, such as the scope. */
function mergeRows(rows: readonly UsageRow[]): UsageRow[] {
  const merged = new Map<string, UsageRow>();
  for (const row of rows) {
    const identity = JSON.stringify([row.startAt, row.widthMs, row.keyId, row.model, row.endpoint, row.variant]);
    const other = merged.get(identity);
    merged.set(identity, other === undefined ? row : addRows(other, row));
  }
  return [...merged.values()];
}

function addRows(a: UsageRow, b: UsageRow): UsageRow {
  return {
    ...a,
    tokens: {
      uncachedInput: a.tokens.uncachedInput + b.tokens.uncachedInput,
      cachedInput: a.tokens.cachedInput + b.tokens.cachedInput,
      cacheWrite5m: a.tokens.cacheWrite5m + b.tokens.cacheWrite5m,
      cacheWrite1h: a.tokens.cacheWrite1h + b.tokens.cacheWrite1h,
      output: a.tokens.output + b.tokens.output,
    },
    requests: a.requests === null || b.requests === null ? null : a.requests + b.requests,
    costMicroUsd: a.costMicroUsd + b.costMicroUsd,
    priceSource: worsePriceSource(a.priceSource, b.priceSource),
  };
}

function newestUse(rows: readonly UsageRow[]): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const row of rows) {
    if (totalTokens(row.tokens) === 0 && !row.requests) continue;
    newest.set(row.keyId, Math.max(newest.get(row.keyId) ?? 0, row.startAt));
  }
  return newest;
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
