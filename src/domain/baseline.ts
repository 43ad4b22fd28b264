import type { Calendar } from './calendar.ts';
import type { Curve } from './curve.ts';
import { meanAndDeviation, median, quantile } from './stats.ts';
import { DAY_MS, floorTo, HOUR_MS } from './time.ts';

/** A baseline is learned from this much of the newest past. */
export const BASELINE_MS = 30 * DAY_MS;
/** Below this many days a lineage is being learned, and absolute floors hold. */
export const LEARNING_DAYS = 7;
const PEAK_HOURS = [1, 3, 6, 24] as const;
const ACTIVE_SHARE = 0.01;

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation. */
  readonly deviation: number;
  readonly max: number;
}

/** What a lineage did on one day on which it did anything. */
export interface DaySum {
  readonly dayAt: number;
  readonly costMicroUsd: number;
  /** Null: not counted. */
  readonly requests: number | null;
}

export interface KnownAddress {
  readonly address: string;
  readonly country: string | null;
  /** Of the network's operator, such as `AMAZON-02`. */
  readonly network: string | null;
}

/** What is usual for a lineage, learned from `from` to `until`. Money in micro-USD. */
export interface Baseline {
  readonly computedAt: number;
  readonly from: number;
  readonly until: number;
  /** Whole days since its first traffic in that time, incidents left out: below 7 it is being learned. */
  readonly daysLearned: number;
  /** Ascending; days without traffic and days of incidents are left out. */
  readonly days: readonly DaySum[];
  readonly dailyCost: Spread;
  /** Null where requests are not counted. */
  readonly dailyRequests: Spread | null;
  /** Median cost of each hour of the day, 24 of each; hours without traffic count as 0. */
  readonly hourlyMedians: { readonly weekday: readonly number[]; readonly weekend: readonly number[] };
  /** Of the cost of all hours. */
  readonly hourlyQuantiles: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
  /** The dearest windows of so many hours. */
  readonly largest: Readonly<Record<(typeof PEAK_HOURS)[number], number>>;
  readonly knownModels: readonly string[];
  readonly knownEndpoints: readonly string[];
  readonly knownAddresses: readonly KnownAddress[];
  readonly knownUserAgents: readonly string[];
  /** Hours of the day with more than 1 % of all requests; null where requests are not counted. */
  readonly activeHours: readonly number[] | null;
  readonly lastUsedAt: number | null;
}

/** Spans are half-open: [from, to). */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface LearnOptions {
  readonly now: number;
  /** Up to here; at most `BASELINE_MS` before it is looked at. */
  readonly until: number;
  readonly calendar: Calendar;
  /** The curve; what it does not cover is not learned. */
  readonly curve: Curve;
  /** Confirmed incidents: each day that one touches is left out. */
  readonly leftOut: readonly Span[];
  readonly known: Pick<Baseline, 'knownModels' | 'knownEndpoints' | 'knownAddresses' | 'knownUserAgents'>;
}

interface Hour {
  readonly at: number;
  readonly costMicroUsd: number;
  readonly requests: number;
}

/** Learns what is usual. Rotation does not matter: a curve is of a lineage, whichever keys it had. */
export function learnBaseline(options: LearnOptions): Baseline {
  const { now, until, calendar, curve, known } = options;
  const from = Math.max(curve.from, until - BASELINE_MS);
  const hours = hoursOf(options, from);
  const used = hours.filter(({ costMicroUsd, requests }) => costMicroUsd > 0 || requests > 0);
  const days = daysOf(used, options);
  const first = used[0];
  const since = first === undefined ? [] : hours.filter(({ at }) => at >= first.at);
  const requests = curve.countsRequests ? days.map((day) => day.requests ?? 0) : null;
  return {
    computedAt: now,
    from,
    until,
    daysLearned: Math.floor((since.length * HOUR_MS) / DAY_MS),
    days,
    dailyCost: spreadOf(days.map((day) => day.costMicroUsd)),
    dailyRequests: requests && spreadOf(requests),
    hourlyMedians: {
      weekday: mediansByHour(
        since.filter(({ at }) => !calendar.isWeekend(at)),
        calendar,
      ),
      weekend: mediansByHour(
        since.filter(({ at }) => calendar.isWeekend(at)),
        calendar,
      ),
    },
    hourlyQuantiles: quantilesOf(since.map(({ costMicroUsd }) => costMicroUsd)),
    largest: largestOf(curve, leftOutOf(options, from), { from, to: until }),
    ...known,
    activeHours: curve.countsRequests ? activeHours(used, calendar) : null,
    lastUsedAt: used.at(-1)?.at ?? null,
  };
}

/** The hours of the past that count. */
function hoursOf(options: LearnOptions, from: number): readonly Hour[] {
  const { until, curve } = options;
  const leftOut = leftOutOf(options, from);
  const hours: Hour[] = [];
  for (let at = floorTo(from, HOUR_MS); at + HOUR_MS <= until; at += HOUR_MS) {
    if (leftOut.some((span) => at >= span.from && at < span.to)) continue;
    hours.push({ at, costMicroUsd: curve.cost(at, at + HOUR_MS), requests: curve.requests(at, at + HOUR_MS) });
  }
  return hours;
}

/** The whole days that incidents touch. */
function leftOutOf({ leftOut, calendar }: LearnOptions, from: number): readonly Span[] {
  return leftOut
    .filter((span) => span.to > from)
    .map((span) => ({ from: calendar.dayStart(span.from), to: calendar.dayStart(span.to - 1) + DAY_MS }));
}

function daysOf(used: readonly Hour[], { calendar, curve }: LearnOptions): readonly DaySum[] {
  const sums = new Map<number, { costMicroUsd: number; requests: number }>();
  for (const { at, costMicroUsd, requests } of used) {
    const dayAt = calendar.dayStart(at);
    const sum = sums.get(dayAt) ?? { costMicroUsd: 0, requests: 0 };
    sum.costMicroUsd += costMicroUsd;
    sum.requests += requests;
    sums.set(dayAt, sum);
  }
  return [...sums].map(([dayAt, { costMicroUsd, requests }]) => ({
    dayAt,
    costMicroUsd,
    requests: curve.countsRequests ? requests : null,
  }));
}

export function spreadOf(values: readonly number[]): Spread {
  return { ...meanAndDeviation(values), max: values.reduce((max, value) => Math.max(max, value), 0) };
}

function mediansByHour(hours: readonly Hour[], calendar: Calendar): readonly number[] {
  const byHour: number[][] = Array.from({ length: 24 }, () => []);
  for (const { at, costMicroUsd } of hours) byHour[calendar.hourOfDay(at)]?.push(costMicroUsd);
  return byHour.map(median);
}

function quantilesOf(costs: readonly number[]): Baseline['hourlyQuantiles'] {
  return { p50: quantile(costs, 0.5), p90: quantile(costs, 0.9), p99: quantile(costs, 0.99), max: quantile(costs, 1) };
}

/** Of the stretches between incidents; a window that touches one is not usual. */
function largestOf(curve: Curve, leftOut: readonly Span[], whole: Span): Baseline['largest'] {
  const spans = between(leftOut, whole);
  const largest = (hours: number) => Math.max(0, ...spans.map((span) => curve.largest(hours * HOUR_MS, span)));
  return { 1: largest(1), 3: largest(3), 6: largest(6), 24: largest(24) };
}

function between(leftOut: readonly Span[], whole: Span): readonly Span[] {
  const spans: Span[] = [];
  let from = whole.from;
  for (const span of leftOut.toSorted((a, b) => a.from - b.from)) {
    if (span.from > from) spans.push({ from, to: Math.min(span.from, whole.to) });
    from = Math.max(from, span.to);
  }
  if (from < whole.to) spans.push({ from, to: whole.to });
  return spans;
}

function activeHours(used: readonly Hour[], calendar: Calendar): readonly number[] {
  const byHour = new Array<number>(24).fill(0);
  let total = 0;
  for (const { at, requests } of used) {
    const hour = calendar.hourOfDay(at);
    byHour[hour] = (byHour[hour] ?? 0) + requests;
    total += requests;
  }
  return byHour.flatMap((requests, hour) => (requests > total * ACTIVE_SHARE ? [hour] : []));
}
