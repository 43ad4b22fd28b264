import { groupBy } from '../../domain/collections.ts';
import { type CostRead, type CostSlice, planCostReads } from '../../domain/cost-plan.ts';
import { isAppError, publicMessageOf, toError } from '../../domain/errors.ts';
import {
  coveredDays,
  joinCosts,
  type OwnCost,
  type StatedCost,
  settledUntil,
  unknownKeyId,
} from '../../domain/reconciliation.ts';
import { DAY_MS, floorTo } from '../../domain/time.ts';
import { NO_KEY_PREFIX, noKeyId } from '../../domain/usage.ts';
import { BACKFILL_MS } from '../../domain/window.ts';
import type { DayRange } from '../../ports/costs.ts';
import type { CostReport, Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { SETTLE_MS } from '../usage/poll-usage.ts';
import { type CostOwnership, costOwnerships } from './cost-ownership.ts';

export type CostDeps = Pick<Deps, 'store' | 'clock' | 'breathe' | 'logger' | 'providers'>;

export interface ReadCostsOptions {
  /** So many days and no further history. */
  readonly days?: number;
}

/**
 * Reads what is due of one connection's daily costs and puts our own beside them, slice by slice. What has been read
 * stays when a later slice fails; the failure is kept for status and thrown.
 */
export async function readCosts(
  deps: CostDeps,
  provider: Provider,
  { days }: ReadCostsOptions = {},
): Promise<CostRead> {
  const before = await deps.store.read.costReads.get(provider.connectionId);
  const now = deps.clock.now();
  const keys = (await deps.store.read.keys.all()).filter(({ connectionId }) => connectionId === provider.connectionId);
  const historyMs = provider.costHistoryMs ?? BACKFILL_MS;
  const plan = planCostReads({ now, before, historyMs, keys: keys.length, ...(days === undefined ? {} : { days }) });
  let read = before ?? neverRead(provider.connectionId);
  const ownerships = await costOwnerships(deps, provider);
  try {
    for (const slice of plan) {
      const next = await readSlice({ deps, provider, read, ownerships }, slice);
      if (next === 'no_more') break;
      read = next;
      if (read.availability === 'not_enabled') break;
    }
  } catch (error) {
    await keepFailure(deps, read, error);
    throw error;
  }
  const isHistoryDone = read.isHistoryDone || (days === undefined && read.availability === 'available');
  // A reading of some days alone must not stand for the daily one that looks further back.
  const readAt = days === undefined || read.readAt === null ? now : read.readAt;
  const done: CostRead = { ...read, readAt, isHistoryDone, failingSince: null, problem: null };
  await deps.store.write((tx) => tx.costReads.put(done));
  return done;
}

function neverRead(connectionId: string): CostRead {
  return {
    connectionId,
    availability: 'available',
    perKey: false,
    readAt: null,
    fromAt: null,
    untilAt: null,
    isHistoryDone: false,
    settledUntil: null,
    failingSince: null,
    problem: null,
  };
}

interface SliceContext {
  readonly deps: CostDeps;
  readonly provider: Provider;
  readonly read: CostRead;
  readonly ownerships: Awaited<ReturnType<typeof costOwnerships>>;
}

/** `no_more`: the provider does not go back so far. */
async function readSlice(context: SliceContext, slice: CostSlice): Promise<CostRead | 'no_more'> {
  const { deps, provider, read } = context;
  const report = await reportOf(deps, provider, slice);
  if (report === undefined) return 'no_more';
  if (report.availability === 'not_enabled') {
    return slice.kind === 'history' ? 'no_more' : { ...read, availability: 'not_enabled' };
  }
  await storeDays(context, slice, report);
  const now = deps.clock.now();
  const next: CostRead = {
    ...read,
    availability: 'available',
    fromAt: Math.min(read.fromAt ?? slice.from, slice.from),
    untilAt: Math.max(read.untilAt ?? slice.to, slice.to),
    // History says nothing of how fresh the newest days are, nor whether they are by key.
    ...(slice.kind === 'recent'
      ? {
          perKey: report.perKey,
          // What this slice does not reach was not read now.
          settledUntil: Math.min(slice.to, settledUntil({ refreshedAt: report.refreshedAt, readAt: now })),
        }
      : {}),
  };
  await deps.store.write((tx) => tx.costReads.put(next));
  return next;
}

/** Undefined where history is refused: what the provider keeps ends there. */
async function reportOf(deps: CostDeps, provider: Provider, slice: CostSlice): Promise<CostReport | undefined> {
  const { from, to, kind } = slice;
  try {
    return await provider.readCosts?.({ from, to, widthMs: DAY_MS });
  } catch (error) {
    if (kind !== 'history' || !isAppError(error, 'provider_rejected')) throw error;
    deps.logger.info('older costs are refused, so history begins here', { connection: provider.connectionId, to });
    return undefined;
  }
}

/** Day by day, and everybody else in between: a day of a large company has ten thousand rows. */
async function storeDays(context: SliceContext, { from, to }: CostSlice, report: CostReport): Promise<void> {
  const { deps, provider, ownerships } = context;
  const { connectionId } = provider;
  const { perKey, costs } = report;
  const ownership = ownerships({ perKey, seen: costs });
  const watermark = await deps.store.read.watermarks.get(connectionId);
  const isCovered = coveredDays({
    firstUsageAt: await deps.store.read.usage.oldestStartOf(connectionId),
    polledAt: watermark?.polledAt ?? null,
    settleMs: SETTLE_MS,
  });
  const stated = groupBy(statedCosts(provider, report, ownership), ({ dayAt }) => dayAt);
  for (let dayAt = from; dayAt < to; dayAt += DAY_MS) {
    const day = { from: dayAt, to: dayAt + DAY_MS };
    const own = isCovered(dayAt) ? await ownCosts({ deps, provider, ownership }, day) : [];
    await deps.breathe();
    const lines = joinCosts({ stated: stated.get(dayAt) ?? [], own, perKey, isCovered });
    await deps.breathe();
    await deps.store.write((tx) => tx.dayCosts.replaceDays(connectionId, day, { lines, at: deps.clock.now() }));
    await deps.breathe();
  }
}

function statedCosts(provider: Provider, { costs, perKey }: CostReport, ownership: CostOwnership): StatedCost[] {
  return costs.flatMap(({ providerKeyId, scopeId, startAt, costMicroUsd }): StatedCost[] => {
    const key = providerKeyId === null ? undefined : ownership.keyOf(providerKeyId);
    // Where a key is known, so is its scope, also when a report leaves it out.
    const scope = key?.scopeId ?? scopeId;
    if (!ownership.isOwn(key, scope)) return [];
    const keyId = perKey ? (key?.id ?? keylessId(provider, providerKeyId, scope)) : '';
    return [{ dayAt: floorTo(startAt, DAY_MS), scopeId: scope ?? '', keyId, microUsd: costMicroUsd }];
  });
}

function keylessId({ connectionId }: Provider, providerKeyId: string | null, scopeId: string | null): string {
  return providerKeyId === null ? noKeyId(connectionId, scopeId) : unknownKeyId(providerKeyId);
}

interface OwnContext {
  readonly deps: CostDeps;
  readonly provider: Provider;
  readonly ownership: CostOwnership;
}

async function ownCosts({ deps, provider, ownership }: OwnContext, day: DayRange): Promise<OwnCost[]> {
  const sums = await deps.store.read.dayCosts.ownSums(ownership.connectionIds, day);
  return sums.flatMap(({ connectionId, keyId, ...figures }): OwnCost[] => {
    const key = ownership.keyById(keyId);
    // Usage without a key is read once by each admin key that sees it: only our own reading counts here.
    if (key === undefined && connectionId !== provider.connectionId) return [];
    const scopeId = key === undefined ? scopeOfNoKey(connectionId, keyId) : key.scopeId;
    return ownership.isOwn(key, scopeId) ? [{ ...figures, keyId, scopeId: scopeId ?? '' }] : [];
  });
}

function scopeOfNoKey(connectionId: string, keyId: string): string | null {
  if (keyId === noKeyId(connectionId, null) || !keyId.startsWith(NO_KEY_PREFIX)) return null;
  return keyId.slice(NO_KEY_PREFIX.length + connectionId.length + 1);
}

async function keepFailure({ store, clock, logger }: CostDeps, read: CostRead, error: unknown): Promise<void> {
  const failingSince = read.failingSince ?? clock.now();
  await store.write((tx) => tx.costReads.put({ ...read, failingSince, problem: publicMessageOf(error) }));
  logger.warn('costs not read', { connection: read.connectionId, error: toError(error) });
}
