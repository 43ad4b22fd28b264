import type { Span } from './baseline.ts';
import { MICRO_USD_PER_USD } from './money.ts';
import { DAY_MS, monthStart, nextMonthStart } from './time.ts';

/** Whole months that are looked at, besides the one that runs. */
const MONTHS = 6;
const FACTOR = 1.5;
// What people set caps to: nobody sets $437.
const FIGURES = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10] as const;

export interface DayCost {
  /** A UTC day, as providers bill. */
  readonly dayAt: number;
  readonly costMicroUsd: number;
}

export interface ProposalInput {
  readonly now: number;
  readonly days: readonly DayCost[];
  /** Confirmed ones: a day that one touches counts for nothing. */
  readonly incidents: readonly Span[];
  /** Since when usage is known: earlier days say nothing. */
  readonly knownFrom: number;
}

export interface MonthSpend {
  readonly monthAt: number;
  /** Without the days of incidents. Of a part of a month it is what that part cost, not made into a whole. */
  readonly costMicroUsd: number;
  /** It runs, or usage is known only from some day of it on. */
  readonly isPartial: boolean;
  readonly daysLeftOut: number;
}

export interface CapProposal {
  /** Null: nothing was ever spent that is known, so nothing can be said. */
  readonly monthlyMicroUsd: number | null;
  /** The month that it is made of. */
  readonly basis: MonthSpend | null;
  /** Whole months that are known, six at most. */
  readonly wholeMonths: number;
  /** Of all months together. */
  readonly daysLeftOut: number;
}

/** The first instant that a proposal looks at. */
export function proposalFrom(now: number): number {
  return monthsBack(now, MONTHS);
}

/** One and a half times the highest month of the last six, or of the one that runs, incidents left out. */
export function proposeCap({ now, days, incidents, knownFrom }: ProposalInput): CapProposal {
  const first = days.reduce((at, { dayAt, costMicroUsd }) => (costMicroUsd > 0 ? Math.min(at, dayAt) : at), now);
  const since = Math.max(first, knownFrom);
  const months: MonthSpend[] = [];
  for (let monthAt = proposalFrom(now); monthAt <= now; monthAt = nextMonthStart(monthAt)) {
    const end = nextMonthStart(monthAt);
    if (end <= since) continue;
    const ofMonth = days.filter(({ dayAt }) => dayAt >= monthAt && dayAt < end && dayAt < now);
    const legitimate = ofMonth.filter(({ dayAt }) => !isTouched(dayAt, incidents));
    months.push({
      monthAt,
      costMicroUsd: legitimate.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0),
      isPartial: end > now || since >= monthAt + DAY_MS,
      daysLeftOut: ofMonth.length - legitimate.length,
    });
  }
  const basis = months.reduce<MonthSpend | null>(
    (best, month) => (month.costMicroUsd > (best?.costMicroUsd ?? 0) ? month : best),
    null,
  );
  return {
    monthlyMicroUsd: basis === null ? null : roundCap(basis.costMicroUsd * FACTOR),
    basis,
    wholeMonths: months.filter(({ isPartial }) => !isPartial).length,
    daysLeftOut: months.reduce((sum, { daysLeftOut }) => sum + daysLeftOut, 0),
  };
}

/** Up to the next figure that a person would choose: `$437` becomes `$500`. A dollar at least. */
export function roundCap(microUsd: number): number {
  const usd = Math.max(1, microUsd / MICRO_USD_PER_USD);
  const size = 10 ** Math.floor(Math.log10(usd) + 1e-9);
  const figure = FIGURES.find((one) => one * size >= usd * (1 - 1e-9)) ?? 10;
  return Math.round(figure * size * MICRO_USD_PER_USD);
}

function isTouched(dayAt: number, incidents: readonly Span[]): boolean {
  return incidents.some(({ from, to }) => from < dayAt + DAY_MS && to > dayAt);
}

function monthsBack(at: number, count: number): number {
  let monthAt = monthStart(at);
  for (let index = 0; index < count; index += 1) monthAt = monthStart(monthAt - 1);
  return monthAt;
}
