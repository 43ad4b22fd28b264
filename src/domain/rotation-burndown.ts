import { HOUR_MS } from './time.ts';

/** So many whole hours are shown. */
export const BURN_HOURS = 24;

export interface BurnHour {
  readonly startAt: number;
  readonly old: number;
  readonly fresh: number;
}

/** Old against new, hour by hour, oldest first. */
export interface BurnDown {
  /** Tokens where the provider does not count requests. */
  readonly unit: 'request' | 'token';
  readonly hours: readonly BurnHour[];
}

/** The old key is used more again by whoever had all but left it. */
export interface Rise {
  readonly startAt: number;
  readonly count: number;
  readonly before: number;
}

/** Tokens that count as much as a request. */
const TOKENS = 100;
const LOOK_BACK = 3;

/** What counts as one: a multiple of the hours before, and so many requests. */
export interface RiseLimits {
  readonly ratio: number;
  readonly requests: number;
}

/**
 * In the newest whole hour, after everybody was said to read the new key (`movedAt`) and the old one had gone down. It has
 * to be more in itself and as a share of both keys: a day that begins with some consumers still on their way is no rise.
 */
export function riseOf(
  { burnDown: { unit, hours }, movedAt }: { readonly burnDown: BurnDown; readonly movedAt: number },
  { ratio, requests }: RiseLimits,
): Rise | null {
  const last = hours.at(-1);
  const before = hours.slice(-1 - LOOK_BACK, -1);
  if (last === undefined || before.length < LOOK_BACK) return null;
  if (last.startAt < movedAt || last.old < requests * (unit === 'token' ? TOKENS : 1)) return null;
  const highest = Math.max(...before.map(({ old }) => old));
  const peak = Math.max(...hours.slice(0, -1).map(({ old }) => old));
  const hasGoneDown = highest === 0 || ratio * highest <= peak;
  // Without a new key in use there is nothing to fall from.
  const hasMoved = hours.slice(0, -1).some(({ fresh }) => fresh > 0);
  const isMore = last.old > ratio * highest && shareOf(last) > ratio * Math.max(...before.map(shareOf));
  return hasMoved && hasGoneDown && isMore ? { startAt: last.startAt, count: last.old, before: highest } : null;
}

function shareOf({ old, fresh }: BurnHour): number {
  return old === 0 ? 0 : old / (old + fresh);
}

/** Starts of the whole hours up to an instant, oldest first. */
export function hourStarts(until: number): readonly number[] {
  const end = Math.floor(until / HOUR_MS) * HOUR_MS;
  return Array.from({ length: BURN_HOURS }, (_, index) => end - (BURN_HOURS - index) * HOUR_MS);
}

const BARS = '▁▂▃▄▅▆▇█';

/** One sign per hour, `·` for none; both keys in one measure. */
export function sparkline(counts: readonly number[], highest: number): string {
  return counts
    .map((count) => (count <= 0 ? '·' : BARS[Math.min(BARS.length - 1, Math.floor((count / highest) * BARS.length))]))
    .join('');
}
