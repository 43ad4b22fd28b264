import { inSlices } from '../../domain/collections.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../../domain/time.ts';
import { LineageMemory } from '../alerts/lineage-memory.ts';
import type { Deps } from '../deps.ts';

/** As long as usage is kept by the hour. */
const SEEN_MS = 180 * DAY_MS;
/** All of it once a day; the hours since then are looked at each hour. */
const REREAD_MS = DAY_MS;
/** Usage comes late, and an hour may be read before it is over. */
const LATE_MS = 6 * HOUR_MS;
// A read of half a year takes about a millisecond for each key, and the bot answers nobody meanwhile.
const KEYS_AT_ONCE = 25;
const NEWER_AT_ONCE = 500;

interface Seen {
  /** When all of it was read. */
  readonly readAt: number;
  /** What started before this is in it. */
  readonly until: number;
  readonly microUsd: number | null;
}

const memory = new LineageMemory<Seen>({ keptMs: REREAD_MS, most: 200_000 });

type HourDeps = Pick<Deps, 'store' | 'clock' | 'breathe'>;

/** The dearest hour that was ever seen of each key; those that never spent are left out. At most an hour old. */
export async function highestHours(deps: HourDeps, keyIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { store, clock } = deps;
  const now = clock.now();
  const known = (id: string) => memory.get(store, id, now);
  const unread = keyIds.filter((id) => known(id) === undefined);
  const old = keyIds.filter((id) => now - (known(id)?.until ?? now) >= HOUR_MS);
  await look(deps, unread, { from: now - SEEN_MS, atOnce: KEYS_AT_ONCE });
  const from = floorTo(Math.min(now, ...new Set(old.map((id) => known(id)?.until ?? now))) - LATE_MS, HOUR_MS);
  await look(deps, old, { from, atOnce: NEWER_AT_ONCE });
  return new Map(
    keyIds.flatMap((id): [string, number][] => {
      const microUsd = known(id)?.microUsd;
      return microUsd == null ? [] : [[id, microUsd]];
    }),
  );
}

async function look(
  { store, clock, breathe }: HourDeps,
  keyIds: readonly string[],
  { from, atOnce }: { readonly from: number; readonly atOnce: number },
): Promise<void> {
  const now = clock.now();
  for (const slice of inSlices(keyIds, atOnce)) {
    const read = await store.read.usage.highestHours(slice, { from, to: now });
    for (const id of slice) {
      const before = memory.get(store, id, now);
      const most = Math.max(before?.microUsd ?? 0, read.get(id) ?? 0);
      memory.put(store, id, { readAt: before?.readAt ?? now, until: now, microUsd: most === 0 ? null : most });
    }
    await breathe();
  }
}
