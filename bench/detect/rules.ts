import type { Severity } from '../../src/domain/finding.ts';
import type { LineageSeries } from '../../src/domain/replay/series.ts';
import { ceilTo, DAY_MS, HOUR_MS, monthStart } from '../../src/domain/time.ts';
import { gridOf } from './grid.ts';
import { BUCKET_MS, BUCKETS_PER_DAY, BUCKETS_PER_HOUR } from './shape.ts';

/** As much of what a person is told as is scored. */
export interface ToldOf {
  readonly kind: string;
  readonly severity: Severity;
  readonly at: number;
  /** When what it tells of was over; left out where a rule does not say. */
  readonly until?: number;
}

export interface Polls {
  readonly pollMs: number;
  readonly lagMs: number;
  readonly tellFrom: number;
}

export type Method = (series: LineageSeries, polls: Polls) => readonly ToldOf[];

const USD = 1_000_000;
const RATIO = 5;
const WINDOWS = 24;
const WEEK_DAYS = 7;
const LEARNED_DAYS = 30;
const BUDGET = 1.2;

/**
 * The rolling hour, each five minutes, above 5 x the median of the 24 hours before it (missing: 0) and above the floor. A
 * page is over when this has not been so for an hour.
 */
export function fiveTimesMedian(floorUsd: number): Method {
  return (series, polls) => {
    const { startAt, costs } = gridOf(series);
    const hours = rollingHours(costs);
    const told: ToldOf[] = [];
    let quietSince = Number.NEGATIVE_INFINITY;
    for (let bucket = 0; bucket < hours.length; bucket += 1) {
      const hour = hours[bucket] ?? 0;
      if (hour <= floorUsd * USD || hour <= RATIO * medianBefore(hours, bucket)) continue;
      const end = startAt + (bucket + 1) * BUCKET_MS;
      if (end > quietSince) told.push({ kind: '5x median', severity: 'high', at: knownAt(end, polls) });
      quietSince = end + HOUR_MS;
    }
    return told.filter(({ at }) => at >= polls.tellFrom);
  };
}

/** Above the mean and three standard deviations of up to 30 days before (7 at least), and $5. Once a day, while it runs. */
export const meanAndThreeSigma: Method = (series, polls) =>
  byDay(series, polls, (days, today) => {
    const before = days.slice(Math.max(0, today - LEARNED_DAYS), today);
    if (before.length < WEEK_DAYS) return null;
    const mean = before.reduce((sum, cost) => sum + cost, 0) / before.length;
    const squares = before.reduce((sum, cost) => sum + (cost - mean) ** 2, 0);
    const spread = Math.sqrt(squares / (before.length - 1));
    return spread > 0 ? Math.max(5 * USD, mean + 3 * spread) : null;
  });

/** Above twice the same weekday a week before, and $5. Once a day, while it runs. */
export const twiceTheWeekBefore: Method = (series, polls) =>
  byDay(series, polls, (days, today) => {
    const before = days[today - WEEK_DAYS];
    return before === undefined ? null : Math.max(5 * USD, 2 * before);
  });

/** A budget of 1.2 x the spend of the calendar month before, $5 at least: notices at 50 and 80 %, a page at 100 %. */
export const monthlyBudget: Method = (series, polls) => {
  const { startAt, costs } = gridOf(series);
  const told: ToldOf[] = [];
  let month = monthStart(startAt);
  let spent = 0;
  let budget = Number.POSITIVE_INFINITY;
  for (let bucket = 0; bucket < costs.length; bucket += 1) {
    const at = startAt + bucket * BUCKET_MS;
    if (bucket % BUCKETS_PER_DAY === 0 && monthStart(at) !== month) {
      month = monthStart(at);
      budget = Math.max(5 * USD, BUDGET * spent);
      spent = 0;
    }
    const before = spent;
    spent += costs[bucket] ?? 0;
    for (const share of [0.5, 0.8, 1]) {
      if (before >= share * budget || spent < share * budget) continue;
      told.push({
        kind: `budget ${share}`,
        severity: share === 1 ? 'high' : 'medium',
        at: knownAt(at + BUCKET_MS, polls),
      });
    }
  }
  return told.filter(({ at }) => at >= polls.tellFrom);
};

/** The poll at which a bucket that ends at `end` is seen. */
function knownAt(end: number, { pollMs, lagMs }: Polls): number {
  return ceilTo(end + lagMs, pollMs);
}

/** Sums of the twelve buckets that end with each one. */
function rollingHours(costs: Float64Array): Float64Array {
  const sums = new Float64Array(costs.length);
  for (let bucket = 0; bucket < costs.length; bucket += 1) {
    let sum = 0;
    for (let back = 0; back < BUCKETS_PER_HOUR; back += 1) sum += costs[bucket - back] ?? 0;
    sums[bucket] = sum;
  }
  return sums;
}

function medianBefore(hours: Float64Array, bucket: number): number {
  const before = Float64Array.from(
    { length: WINDOWS },
    (_, i) => hours[bucket - (i + 1) * BUCKETS_PER_HOUR] ?? 0,
  ).sort();
  return ((before[WINDOWS / 2 - 1] ?? 0) + (before[WINDOWS / 2] ?? 0)) / 2;
}

/** One page a day at most: when the running day passes what `limitOf` says of the whole days before. */
function byDay(
  series: LineageSeries,
  polls: Polls,
  limitOf: (days: Float64Array, today: number) => number | null,
): readonly ToldOf[] {
  const { startAt, costs } = gridOf(series);
  const days = new Float64Array(Math.ceil(costs.length / BUCKETS_PER_DAY));
  costs.forEach((cost, bucket) => {
    const day = Math.floor(bucket / BUCKETS_PER_DAY);
    days[day] = (days[day] ?? 0) + cost;
  });
  const told: ToldOf[] = [];
  for (let today = 0; today < days.length; today += 1) {
    const limit = limitOf(days, today);
    if (limit === null || (days[today] ?? 0) <= limit) continue;
    let sum = 0;
    let bucket = today * BUCKETS_PER_DAY;
    for (; sum <= limit && bucket < costs.length; bucket += 1) sum += costs[bucket] ?? 0;
    const at = knownAt(startAt + bucket * BUCKET_MS, polls);
    if (at >= polls.tellFrom) told.push({ kind: 'day', severity: 'high', at });
  }
  return told;
}

export const DAYS_TO_LEARN_MS = WEEK_DAYS * DAY_MS;
