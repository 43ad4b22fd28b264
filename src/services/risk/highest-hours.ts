import { inSlices } from '../../domain/collections.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time.ts';
import { LineageMemory } from '../alerts/lineage-memory.ts';
import type { Deps } from '../deps.ts';

/** As long as usage is kept by the hour. */
const SEEN_MS = 180 * DAY_MS;
const KEYS_AT_ONCE = 200;

const memory = new LineageMemory<{ readonly readAt: number; readonly microUsd: number | null }>({
  keptMs: HOUR_MS,
  most: 50_000,
});

/** The dearest hour that was ever seen of each key; those that never spent are left out. Remembered for an hour. */
export async function highestHours(
  { store, clock, breathe }: Pick<Deps, 'store' | 'clock' | 'breathe'>,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const now = clock.now();
  const unread = keyIds.filter((id) => memory.get(store, id, now) === undefined);
  const found = new Map<string, number>();
  for (const slice of inSlices(unread, KEYS_AT_ONCE)) {
    const read = await store.read.usage.highestHours(slice, { from: now - SEEN_MS, to: now });
    for (const id of slice) {
      memory.put(store, id, { readAt: now, microUsd: read.get(id) ?? null });
      const microUsd = read.get(id);
      if (microUsd !== undefined) found.set(id, microUsd);
    }
    await breathe();
  }
  for (const id of keyIds) {
    const microUsd = memory.get(store, id, now)?.microUsd;
    if (microUsd != null) found.set(id, microUsd);
  }
  return found;
}
