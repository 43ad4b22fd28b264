import { type Calendar, dayEnd } from './calendar.ts';
import type { Curve } from './curve.ts';
import { meanAndDeviation, median, quantile } from './stats.ts';
import { DAY_MS, floorTo, HOUR_MS } from './time.ts';

/** A baseline is learned from this much of the newest past. */
export const BASELINE_MS = 30 * DAY_MS;
/** Below this many days a lineage is being learned, and absolute floors hold. */
export const LEARNING_DAYS = 7;
/** How far back the dearest hours are looked for: with the day that runs it makes 28 days. */
const PEAK_MS = 27 * DAY_MS;
const PEAK_HOURS = [1, 2, 3, 6, 12, 24] as const;
export type PeakHours = (typeof PEAK_HOURS)[number];
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
  /** The dearest windows of so many hours in the last four weeks. */
  readonly largest: Readonly<Record<PeakHours, number>>;
  readonly knownModels: readonly string[];
  readonly knownEndpoints: readonly string[];
  readonly knownAddresses: readonly KnownAddress[];
  readonly knownUserAgents: readonly string[];
  /** Hours of the day with more than 1 % of all requests; null where requests are not counted. */
  readonly activeHours: readonly number[] | null;
  /** Start of the last day with usage. */
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
}

/** Learns what is usual. Rotation does not matter: a curve is of a lineage, whichever keys it had. */
export function learnBaseline(options: LearnOptions): Baseline {
  const lazy = new Learned(options);
  const { computedAt, from, until, daysLearned, days, dailyCost, dailyRequests, hourlyMedians, hourlyQuantiles } = lazy;
  const { largest, knownModels, knownEndpoints, knownAddresses, knownUserAgents, activeHours, lastUsedAt } = lazy;
  return {
    ...{ computedAt, from, until, daysLearned, days, dailyCost, dailyRequests, hourlyMedians, hourlyQuantiles },
    ...{ largest, knownModels, knownEndpoints, knownAddresses, knownUserAgents, activeHours, lastUsedAt },
  };
}

/** The same, each part when it is asked for: a replay learns anew for each day, and most days ask for little. */
export function learnLazily(options: LearnOptions): Baseline {
  return new Learned(options);
}

class Learned implements Baseline {
  readonly computedAt: number;
  readonly from: number;
  readonly until: number;
  readonly days: readonly DaySum[];
  readonly dailyCost: Spread;
  readonly dailyRequests: Spread | null;
  readonly daysLearned: number;
  readonly lastUsedAt: number | null;
  readonly #options: LearnOptions;
  readonly #leftOut: readonly Span[];
  #hours: readonly Hour[] | null = null;
  #hourlyMedians: Baseline['hourlyMedians'] | null = null;
  #largest: Baseline['largest'] | null = null;
  #activeHours: readonly number[] | null = null;

  constructor(options: LearnOptions) {
    const { now, until, calendar, curve } = options;
    this.#options = options;
    this.computedAt = now;
    this.from = Math.max(curve.from, until - BASELINE_MS);
    this.until = until;
    this.#leftOut = options.leftOut
      .filter((span) => span.to > this.from)
      .map((span) => ({ from: calendar.dayStart(span.from), to: dayEnd(span.to - 1, calendar) }));
    const all = daysBetween(this, options).filter(({ dayAt }) => !isInside(dayAt, this.#leftOut));
    const first = all.findIndex(isUsed);
    this.days = all.filter(isUsed);
    this.daysLearned = first < 0 ? 0 : all.length - first;
    this.lastUsedAt = this.days.at(-1)?.dayAt ?? null;
    this.dailyCost = spreadOf(this.days.map((day) => day.costMicroUsd));
    this.dailyRequests = curve.countsRequests ? spreadOf(this.days.map((day) => day.requests ?? 0)) : null;
  }

  get knownModels() {
    return this.#options.known.knownModels;
  }

  get knownEndpoints() {
    return this.#options.known.knownEndpoints;
  }

  get knownAddresses() {
    return this.#options.known.knownAddresses;
  }

  get knownUserAgents() {
    return this.#options.known.knownUserAgents;
  }

  get hourlyMedians() {
    this.#hourlyMedians ??= hourlyMediansOf(this.#usedHours(), this.#options.calendar);
    return this.#hourlyMedians;
  }

  get hourlyQuantiles() {
    const costs = this.#usedHours().map(({ costMicroUsd }) => costMicroUsd);
    return {
      p50: quantile(costs, 0.5),
      p90: quantile(costs, 0.9),
      p99: quantile(costs, 0.99),
      max: quantile(costs, 1),
    };
  }

  get largest() {
    const from = Math.max(this.from, this.until - PEAK_MS);
    this.#largest ??= largestOf(this.#options.curve, this.#leftOut, { from, to: this.until });
    return this.#largest;
  }

  get activeHours() {
    if (!this.#options.curve.countsRequests) return null;
    this.#activeHours ??= activeHours(this.days, this.#options);
    return this.#activeHours;
  }

  /** Since the first traffic; hours without traffic are among them. */
  #usedHours(): readonly Hour[] {
    this.#hours ??= hoursOf(this.#options.curve, { from: this.days[0]?.dayAt ?? this.until, to: this.until }).filter(
      ({ at }) => !isInside(at, this.#leftOut),
    );
    return this.#hours;
  }
}

function isUsed({ costMicroUsd, requests }: DaySum): boolean {
  return costMicroUsd > 0 || (requests ?? 0) > 0;
}

function isInside(at: number, spans: readonly Span[]): boolean {
  return spans.some(({ from, to }) => at >= from && at < to);
}

/** Whole days; the one in which the curve begins counts as far as it goes. */
function daysBetween({ from, until }: Pick<Baseline, 'from' | 'until'>, { calendar, curve }: LearnOptions): DaySum[] {
  const days: DaySum[] = [];
  for (let dayAt = calendar.dayStart(from); dayAt < until; dayAt = dayEnd(dayAt, calendar)) {
    const end = Math.min(dayEnd(dayAt, calendar), until);
    const start = Math.max(dayAt, from);
    const requests = curve.countsRequests ? curve.requests(start, end) : null;
    days.push({ dayAt, costMicroUsd: Math.round(curve.cost(start, end)), requests });
  }
  return days;
}

function hoursOf(curve: Curve, { from, to }: Span): readonly Hour[] {
  const hours: Hour[] = [];
  for (let at = floorTo(from, HOUR_MS); at + HOUR_MS <= to; at += HOUR_MS) {
    hours.push({ at, costMicroUsd: curve.cost(at, at + HOUR_MS) });
  }
  return hours;
}

export function spreadOf(values: readonly number[]): Spread {
  return { ...meanAndDeviation(values), max: values.reduce((max, value) => Math.max(max, value), 0) };
}

function hourlyMediansOf(hours: readonly Hour[], calendar: Calendar): Baseline['hourlyMedians'] {
  const medians = (weekend: boolean) =>
    mediansByHour(
      hours.filter(({ at }) => calendar.isWeekend(at) === weekend),
      calendar,
    );
  return { weekday: medians(false), weekend: medians(true) };
}

function mediansByHour(hours: readonly Hour[], calendar: Calendar): readonly number[] {
  const byHour: number[][] = Array.from({ length: 24 }, () => []);
  for (const { at, costMicroUsd } of hours) byHour[calendar.hourOfDay(at)]?.push(costMicroUsd);
  return byHour.map(median);
}

/** Of the stretches between incidents; a window that touches one is not usual. */
function largestOf(curve: Curve, leftOut: readonly Span[], whole: Span): Baseline['largest'] {
  const spans = between(leftOut, whole);
  const largest = (hours: number) => Math.max(0, ...spans.map((span) => curve.largest(hours * HOUR_MS, span)));
  return { 1: largest(1), 2: largest(2), 3: largest(3), 6: largest(6), 12: largest(12), 24: largest(24) };
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

function activeHours(days: readonly DaySum[], { calendar, curve }: LearnOptions): readonly number[] {
  const byHour = new Array<number>(24).fill(0);
  let total = 0;
  for (const { dayAt } of days) {
    const end = dayEnd(dayAt, calendar);
    for (let at = dayAt; at < end; at += HOUR_MS) {
      const requests = curve.requests(at, at + HOUR_MS);
      const hour = calendar.hourOfDay(at);
      byHour[hour] = (byHour[hour] ?? 0) + requests;
      total += requests;
    }
  }
  return byHour.flatMap((requests, hour) => (requests > total * ACTIVE_SHARE ? [hour] : []));
}
