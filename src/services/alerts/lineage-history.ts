import { groupBy } from '../../domain/collections.ts';
import { floorTo, HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import type { UsageBucket } from '../../domain/usage.ts';
import type { Deps } from '../deps.ts';
import type { Horizon } from './horizon.ts';
import { LineageMemory } from './lineage-memory.ts';

const QUARTER_MS = 15 * MINUTE_MS;
/** A beginning is told to the minute this far back; a median of hours does not need minutes. */
const FINE_MS = 3 * HOUR_MS;

interface Older {
  readonly readAt: number;
  readonly keyIds: string;
  readonly from: number;
  /** What starts before this is in it. */
  readonly seam: number;
  readonly usage: readonly UsageBucket[];
}

const memory = new LineageMemory<Older>({ keptMs: 30 * MINUTE_MS, most: 500 });

export interface Wanted {
  readonly horizon: Horizon;
  readonly historyMs: number;
  /** By lineage, all keys that it has or had. */
  readonly keyIds: ReadonlyMap<string, readonly string[]>;
}

/**
 * The newest hours as they are stored, by the minute where there are minutes; what is older by the quarter, and as it
 * was read half an hour ago at most. By lineage, ascending.
 */
export async function historiesOf(
  { store }: Pick<Deps, 'store'>,
  wanted: Wanted,
): Promise<ReadonlyMap<string, readonly UsageBucket[]>> {
  const { horizon, historyMs, keyIds } = wanted;
  const from = horizon.knownUntil - historyMs;
  const older = await olderOf({ store }, wanted);
  const newerFrom = Math.min(horizon.now, ...[...older.values()].map(({ seam }) => seam));
  const range = { from: newerFrom, to: horizon.now };
  const newer = byLineage(keyIds, await store.read.usage.startedIn([...keyIds.values()].flat(), range));
  return new Map(
    [...older].map(([lineageId, { seam, usage }]) => {
      // A wide bucket that reaches over the seam is in the older part already.
      const fine = (newer.get(lineageId) ?? []).filter(({ startAt }) => startAt >= seam);
      const coarse = usage.filter(({ startAt, widthMs }) => startAt + widthMs > from);
      return [lineageId, [...coarse, ...fine.toSorted((a, b) => a.startAt - b.startAt)]];
    }),
  );
}

async function olderOf(
  { store }: Pick<Deps, 'store'>,
  { horizon: { now, knownUntil }, historyMs, keyIds }: Wanted,
): Promise<ReadonlyMap<string, Older>> {
  const from = knownUntil - historyMs;
  const seam = Math.max(floorTo(from, QUARTER_MS), floorTo(knownUntil - FINE_MS, QUARTER_MS));
  const known = new Map<string, Older>();
  const unknown = new Map<string, readonly string[]>();
  for (const [lineageId, ids] of keyIds) {
    const one = memory.get(store, lineageId, now);
    const isSame = one !== undefined && one.from <= from && one.seam <= seam && one.keyIds === ids.join(' ');
    if (isSame) known.set(lineageId, one);
    else unknown.set(lineageId, ids);
  }
  if (unknown.size === 0) return known;
  const ids = [...unknown.values()].flat();
  const read = byLineage(unknown, await store.read.usage.ofKeysFolded(ids, { from, to: seam }, QUARTER_MS));
  for (const [lineageId, own] of unknown) {
    const usage = read.get(lineageId) ?? [];
    const older = { readAt: now, keyIds: own.join(' '), from, seam, usage };
    memory.put(store, lineageId, older);
    known.set(lineageId, older);
  }
  return known;
}

function byLineage(
  keyIds: ReadonlyMap<string, readonly string[]>,
  usage: readonly UsageBucket[],
): ReadonlyMap<string, readonly UsageBucket[]> {
  const lineageOf = new Map([...keyIds].flatMap(([lineageId, ids]) => ids.map((id) => [id, lineageId] as const)));
  return groupBy(usage, ({ keyId }) => lineageOf.get(keyId) ?? '');
}
