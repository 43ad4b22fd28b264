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

const LEAST = { request: 10, token: 1_000 } as const;
const TIMES = 2;
const LOOK_BACK = 3;

/** In the newest whole hour, against the highest of the three before it; a trickle is no rise. */
export function riseOf({ unit, hours }: BurnDown): Rise | null {
  const last = hours.at(-1);
  const before = hours.slice(-1 - LOOK_BACK, -1);
  if (last === undefined || before.length < LOOK_BACK || last.old < LEAST[unit]) return null;
  const highest = Math.max(...before.map(({ old }) => old));
  // Without a new key in use there is nothing to fall from.
  const hasMoved = hours.slice(0, -1).some(({ fresh }) => fresh > 0);
  return hasMoved && last.old > TIMES * highest ? { startAt: last.startAt, count: last.old, before: highest } : null;
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
