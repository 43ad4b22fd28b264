import { zoneCalendar } from '../../domain/calendar.ts';
import { inSlices } from '../../domain/collections.ts';
import { type HourUse, partWords, sharedTraffic } from '../../domain/hygiene/shared-traffic.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../../domain/time.ts';
import { totalTokens, type UsageBucket } from '../../domain/usage.ts';
import type { Store } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import type { KeySummary } from '../inventory/list-keys.ts';

const DAYS = 28;
const KEYS_AT_ONCE = 20;
// The dearest ones: of a large company the rest would take minutes to read.
const MOST_KEYS = 500;
// What four weeks say does not change within some hours.
const REMEMBERED_MS = 6 * HOUR_MS;

interface Memory {
  readonly readAt: number;
  readonly byKey: Map<string, readonly string[]>;
}

const remembered = new WeakMap<Store, Memory>();

/** By key: in words why its traffic of four weeks looks as if two workloads shared it. Keys of one workload are left out. */
export async function sharedUse(
  { store, clock, policy, breathe }: Pick<Deps, 'store' | 'clock' | 'policy' | 'breathe'>,
  keys: readonly KeySummary[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const now = clock.now();
  const known = remembered.get(store);
  const isFresh = known !== undefined && known.readAt <= now && now - known.readAt < REMEMBERED_MS;
  const memory: Memory = isFresh ? known : { readAt: now, byKey: new Map() };
  remembered.set(store, memory);
  // Who calls one thing has nothing to be told apart by.
  const several = keys
    .filter(({ key, called }) => called.length > 1 && !memory.byKey.has(key.id))
    .toSorted((a, b) => b.last30dMicroUsd - a.last30dMicroUsd)
    .slice(0, MOST_KEYS);
  const calendar = zoneCalendar(policy.calendar.timeZone);
  const to = floorTo(now, HOUR_MS);
  for (const slice of inSlices(several, KEYS_AT_ONCE)) {
    const ids = slice.map(({ key }) => key.id);
    const buckets = await store.read.usage.ofKeysFolded(ids, { from: to - DAYS * DAY_MS, to }, HOUR_MS);
    const byKey = new Map<string, HourUse[]>(ids.map((id) => [id, []]));
    for (const bucket of buckets) if (bucket.widthMs <= HOUR_MS) byKey.get(bucket.keyId)?.push(useOf(bucket));
    for (const [id, uses] of byKey) memory.byKey.set(id, sharedTraffic(uses, calendar)?.map(partWords) ?? []);
    await breathe();
  }
  return new Map([...memory.byKey].filter(([, words]) => words.length > 0));
}

function useOf({ startAt, model, endpoint, requests, tokens }: UsageBucket): HourUse {
  // One model at two endpoints is two things; what is billed by other than tokens has its requests alone.
  return { startAt, what: `${model} (${endpoint})`, volume: totalTokens(tokens) || (requests ?? 0) };
}
