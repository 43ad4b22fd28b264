import { groupBy } from '../../domain/collections.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../../domain/time.ts';
import { NO_KEY_PREFIX } from '../../domain/usage.ts';
import type { Deps } from '../deps.ts';
import { listAllKeys } from '../inventory/list-keys.ts';
import { sumCosts } from '../usage/sum-costs.ts';

type SpendDeps = Pick<Deps, 'store' | 'clock' | 'providers' | 'breathe'>;

export interface SpendLine {
  /** Null: usage without a key of a scope. */
  readonly lineage: Lineage | null;
  /** Of usage without a key. */
  readonly scopeName: string | null;
  readonly microUsd: number;
}

/** How fresh the figures are. */
export interface DataAge {
  /** Null: never read. */
  readonly oldestReadAt: number | null;
  /** Titles of connections that cannot be read. */
  readonly blind: readonly string[];
}

export interface Unpriced {
  /** What is in the sum at a similar model's price. */
  readonly estimatedMicroUsd: number;
  /** Whether some of it counts as nothing. */
  readonly hasUnpriced: boolean;
}

export interface TotalSpend extends DataAge, Unpriced {
  readonly from: number;
  readonly to: number;
  /** Whole UTC days; otherwise to the minute. */
  readonly byDay: boolean;
  readonly totalMicroUsd: number;
  /** The dearest first; the keys of a lineage together. */
  readonly lines: readonly SpendLine[];
}

export interface KeySpend extends DataAge, Unpriced {
  readonly lineage: Lineage;
  readonly from: number;
  readonly to: number;
  readonly totalMicroUsd: number;
  /** As long before. */
  readonly beforeMicroUsd: number;
  /** Whether usage was read as far back as that. */
  readonly knowsBefore: boolean;
  /** Ascending, days without usage as well. */
  readonly days: readonly { readonly dayAt: number; readonly microUsd: number }[];
  /** The dearest first. */
  readonly models: readonly { readonly model: string; readonly microUsd: number }[];
}

// Adding up minutes takes long: from here on whole days do.
const BY_DAY_FROM_MS = 2 * DAY_MS;

/** What all keys cost in a period, and what was spent without a key. */
export async function readTotalSpend(deps: SpendDeps, periodMs: number): Promise<TotalSpend> {
  const { store, clock } = deps;
  const now = clock.now();
  const byDay = periodMs >= BY_DAY_FROM_MS;
  const from = byDay ? floorTo(now, DAY_MS) - Math.round(periodMs / DAY_MS - 1) * DAY_MS : now - periodMs;
  const range = { from, to: now };
  const costs = byDay ? await store.read.usage.dayCosts(range) : await sumCosts(deps, { ...range, sliceMs: HOUR_MS });
  const lines = await linesOf(deps, costs);
  return {
    ...range,
    byDay,
    totalMicroUsd: lines.reduce((sum, { microUsd }) => sum + microUsd, 0),
    lines,
    ...(await unpricedIn(deps, range)),
    ...(await ageOf(deps, [...deps.providers.keys()])),
  };
}

/** What one lineage cost in a period, day by day and model by model, beside the period before. */
export async function readKeySpend(deps: SpendDeps, lineage: Lineage, periodMs: number): Promise<KeySpend> {
  const { usage, keys } = deps.store.read;
  const now = deps.clock.now();
  const from = now - periodMs;
  const ofLineage = await keys.ofLineage(lineage.id);
  const ids = ofLineage.map(({ id }) => id);
  const buckets = (await usage.ofKeysFolded(ids, { from, to: now }, DAY_MS)).map((bucket) => ({
    ...bucket,
    dayAt: floorTo(bucket.startAt, DAY_MS),
  }));
  const costOf = new Map<number, number>();
  for (const { dayAt, costMicroUsd } of buckets) costOf.set(dayAt, (costOf.get(dayAt) ?? 0) + costMicroUsd);
  const first = floorTo(from, DAY_MS);
  const count = Math.floor((now - first) / DAY_MS) + 1;
  const models = [...groupBy(buckets, ({ model }) => model)].map(([model, rows]) => ({ model, microUsd: sumOf(rows) }));
  const oldestAt = await oldestUsageAt(deps, ofLineage);
  return {
    lineage,
    from,
    to: now,
    totalMicroUsd: sumOf(buckets),
    beforeMicroUsd: await usage.costOf(ids, { from: from - periodMs, to: from }),
    knowsBefore: oldestAt !== null && oldestAt <= from - periodMs,
    days: Array.from({ length: count }, (_, index) => {
      const dayAt = first + index * DAY_MS;
      return { dayAt, microUsd: costOf.get(dayAt) ?? 0 };
    }),
    models: models.sort((a, b) => b.microUsd - a.microUsd),
    estimatedMicroUsd: sumOf(buckets.filter(({ priceSource }) => priceSource === 'sibling')),
    hasUnpriced: buckets.some(({ priceSource }) => priceSource === 'unpriced'),
    ...(await ageOf(
      deps,
      ofLineage.map(({ connectionId }) => connectionId),
    )),
  };
}

function sumOf(rows: readonly { readonly costMicroUsd: number }[]): number {
  return rows.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0);
}

async function linesOf(deps: SpendDeps, costs: ReadonlyMap<string, number>): Promise<readonly SpendLine[]> {
  const lineageOf = new Map((await listAllKeys(deps)).map(({ key, lineage }) => [key.id, lineage]));
  const scopeNames = new Map((await deps.store.read.scopes.all()).map(({ id, name }) => [id, name]));
  const sums = new Map<string, SpendLine>();
  for (const [keyId, microUsd] of costs) {
    const lineage = lineageOf.get(keyId) ?? null;
    const scopeId = keyId.slice(keyId.lastIndexOf(':') + 1);
    const scopeName = lineage === null && keyId.startsWith(NO_KEY_PREFIX) ? (scopeNames.get(scopeId) ?? null) : null;
    const id = lineage?.id ?? keyId;
    sums.set(id, { lineage, scopeName, microUsd: microUsd + (sums.get(id)?.microUsd ?? 0) });
  }
  return [...sums.values()].sort((a, b) => b.microUsd - a.microUsd);
}

async function unpricedIn({ store, providers }: SpendDeps, range: { from: number; to: number }): Promise<Unpriced> {
  const connectionIds = [...providers.keys()];
  if (connectionIds.length === 0) return { estimatedMicroUsd: 0, hasUnpriced: false };
  const sums = await store.read.usagePrices.unpriced({ ...range, connectionIds });
  return { estimatedMicroUsd: sumOf(sums), hasUnpriced: sums.some(({ costMicroUsd }) => costMicroUsd === 0) };
}

async function ageOf({ store, providers }: SpendDeps, connectionIds: readonly string[]): Promise<DataAge> {
  const wanted = new Set(connectionIds.filter((id) => providers.has(id)));
  const marks = (await store.read.watermarks.all()).filter(({ connectionId }) => wanted.has(connectionId));
  const reads = marks.map(({ polledAt }) => polledAt).filter((at) => at !== null);
  return {
    oldestReadAt: reads.length === 0 ? null : Math.min(...reads),
    blind: marks
      .filter(({ failingSince }) => failingSince !== null)
      .map(({ connectionId }) => providers.get(connectionId)?.title ?? connectionId),
  };
}

async function oldestUsageAt({ store }: SpendDeps, keys: readonly Key[]): Promise<number | null> {
  const starts: number[] = [];
  for (const id of new Set(keys.map(({ connectionId }) => connectionId))) {
    const at = await store.read.usage.oldestStartOf(id);
    if (at !== null) starts.push(at);
  }
  return starts.length === 0 ? null : Math.min(...starts);
}
