import { groupBy } from '../../domain/collections.ts';
import { FACTORS, usualFactor } from '../../domain/factor.ts';
import type { Lineage } from '../../domain/key.ts';
import type { Told } from '../../domain/replay/replay.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { KeyIdentity, Store } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { withNamedKeys } from '../rotation/named-keys.ts';
import { readReplay } from './replay-lineage.ts';

type BacktestDeps = Pick<Deps, 'store' | 'clock' | 'policy' | 'breathe'>;

export interface LineageBacktest {
  readonly lineageId: string;
  /** Ascending by when they would have been told. */
  readonly told: readonly Told[];
  /** How many alerts there would have been, by factor. */
  readonly atFactor: ReadonlyMap<number, number>;
}

export interface Backtest {
  readonly from: number;
  readonly to: number;
  /** How many lineages used anything in that time. */
  readonly replayed: number;
  /** Those of which there would have been something to tell. */
  readonly lineages: readonly LineageBacktest[];
}

export interface BacktestWanted {
  readonly days: number;
  /** Only these keys' lineages; all where left out. */
  readonly wants?: (key: KeyIdentity) => boolean;
}

/** Alerts are what the channel would have seen; the rest is read when there is time. */
export function alertsIn(told: readonly Told[]): readonly Told[] {
  return told.filter(({ severity }) => severity !== 'info');
}

/** Replays what is stored of the last days with the present rules, a lineage at a time so that others are served. */
export async function runBacktest(deps: BacktestDeps, { days, wants = () => true }: BacktestWanted): Promise<Backtest> {
  const to = deps.clock.now();
  const from = to - days * DAY_MS;
  const allKeys = await withNamedKeys(deps.store.read, await deps.store.read.keys.identities());
  const used = [...groupBy(allKeys, ({ lineageId }) => lineageId)].filter(
    ([, members]) => members.some(wants) && members.some(({ lastUsedAt }) => lastUsedAt !== null && lastUsedAt >= from),
  );
  const lineageOf = new Map((await deps.store.read.lineages.all()).map((lineage) => [lineage.id, lineage]));
  const lineages: LineageBacktest[] = [];
  for (const [lineageId, members] of used) {
    const lineage = lineageOf.get(lineageId);
    if (lineage === undefined) continue;
    const keyIds = members.map(({ id }) => id);
    const one = await backtestLineage(deps, { lineage, keyIds, from, to });
    if (alertsIn(one.told).length > 0) lineages.push(one);
    await deps.breathe();
  }
  return { from, to, replayed: used.length, lineages };
}

/** One lineage with its own factor, and with each that could be picked. */
export async function backtestLineage(
  deps: Pick<BacktestDeps, 'store' | 'policy' | 'breathe'>,
  wanted: {
    readonly lineage: Pick<Lineage, 'id' | 'ownRatio'>;
    readonly keyIds: readonly string[];
    readonly from: number;
    readonly to: number;
    /** Whether to try factors also where nothing would have been told. */
    readonly thoroughly?: boolean;
  },
): Promise<LineageBacktest> {
  const { lineage, keyIds, from, to, thoroughly = false } = wanted;
  const replayWith = await readReplay(deps, { lineageId: lineage.id, keyIds, from, to });
  const told = replayWith(lineage.ownRatio?.ratio ?? null);
  const atFactor = new Map<number, number>();
  if (!thoroughly && alertsIn(told).length === 0) return { lineageId: lineage.id, told, atFactor };
  for (const factor of factorsOf(deps.policy)) {
    await deps.breathe();
    atFactor.set(factor, alertsIn(replayWith(factor)).length);
  }
  return { lineageId: lineage.id, told, atFactor };
}

/** What can be picked, and what policy says; ascending. */
export function factorsOf({ detectors }: Deps['policy']): readonly number[] {
  return [...new Set([...FACTORS, usualFactor(detectors)])].toSorted((a, b) => a - b);
}

interface Run {
  readonly key: string;
  readonly startedAt: number;
  readonly result: Promise<Backtest>;
}

const runs = new WeakMap<Store, Run>();
const KEPT_MS = 10 * 60_000;

/** The same, remembered for some minutes: each page of the answer runs the command again. */
export function recentBacktest(deps: BacktestDeps, days: number, picks: string): Promise<Backtest> {
  const key = `${days} ${picks}`;
  const now = deps.clock.now();
  const known = runs.get(deps.store);
  if (known !== undefined && known.key === key && now - known.startedAt < KEPT_MS) return known.result;
  const result = runBacktest(deps, { days });
  runs.set(deps.store, { key, startedAt: now, result });
  // What failed is tried again at the next click.
  result.catch(() => runs.delete(deps.store));
  return result;
}
