import { floorTo } from '../../domain/time.ts';
import {
  LONGEST_TRAILING_MS,
  type PlannedWindow,
  planWindows,
  SHORT_TRAILING_MS,
  splitByWidth,
  TRAILING_MS,
} from '../../domain/window.ts';
import type { Watermark } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** How far a connection was read. */
export type ReadSoFar = Pick<Watermark, 'connectionId' | 'polledAt' | 'newestUsageAt'>;

/** What a poll at `now` reads, oldest first. No window cuts a stored bucket in two: no instant counts twice. */
export async function planPoll(
  { store, policy }: Pick<Deps, 'store' | 'policy'>,
  now: number,
  before: ReadSoFar,
): Promise<readonly PlannedWindow[]> {
  const isShort = !isTurn(before, now, policy.polling.usageMs);
  const windows = planWindows(now, knownUntil(before, now), isShort ? SHORT_TRAILING_MS : trailingOf(before, now));
  const from = windows[0]?.from ?? now;
  const start = await store.read.usage.bucketStart(before.connectionId, from);
  return start === from ? windows : splitByWidth({ from: start, to: windows.at(-1)?.to ?? now }, now);
}

/** Where the next poll in its turn will begin to read. */
export async function turnStart({ store }: Pick<Deps, 'store'>, now: number, before: ReadSoFar): Promise<number> {
  const [first] = planWindows(now, knownUntil(before, now), trailingOf(before, now));
  return store.read.usage.bucketStart(before.connectionId, first?.from ?? now);
}

/**
 * Until when usage was read. A poll that was made in the future, by a clock that was ahead, says nothing of the time
 * since it was set right: then the usage itself tells how far it was read.
 */
export function knownUntil({ polledAt, newestUsageAt }: ReadSoFar, now: number): number | null {
  if (polledAt === null || polledAt <= now) return polledAt;
  return newestUsageAt === null ? null : Math.min(newestUsageAt, now);
}

/** A poll between two turns of policy's interval is there for the newest minutes; late usage is left to the turn. */
function isTurn({ polledAt }: ReadSoFar, now: number, everyMs: number): boolean {
  return polledAt === null || polledAt > now || floorTo(now, everyMs) > floorTo(polledAt, everyMs);
}

/** A provider that has published nothing for hours publishes it all when it is well again. */
function trailingOf(before: ReadSoFar, now: number): number {
  const known = knownUntil(before, now);
  if (known === null || before.newestUsageAt === null) return TRAILING_MS;
  const stalledMs = known - before.newestUsageAt + SHORT_TRAILING_MS;
  return Math.min(Math.max(TRAILING_MS, stalledMs), LONGEST_TRAILING_MS);
}
