import { z } from 'zod';
import { type Baseline, type DaySum, type Spread, spreadOf } from '../baseline.ts';
import type { Calendar } from '../calendar.ts';
import type { Detector, DetectorInput } from '../detector.ts';
import type { Finding } from '../finding.ts';
import { formatRatio, microUsdFromUsd } from '../money.ts';
import { DAY_MS, HOUR_MS, plural } from '../time.ts';
import { dearestKey, usedSince } from './lib/blame.ts';
import { NEWS_MS } from './lib/days.ts';

/** Days before today that are looked at together with it. */
const STRETCHES = [1, 2, 3, 4, 6] as const;
// A handful of days tells nothing of what is usual.
const LEAST_DAYS = 5;
// Days that follow each other are alike, so their average varies more than that of independent ones.
const LIKENESS = 1.3;

const settings = z.strictObject({
  /** Fires above this multiple of the usual cost of some days in a row. */
  ratio: z.number().min(1).default(1.6),
  /** And above what the days before vary by, so many standard deviations. */
  deviations: z.number().positive().default(2.5),
  /** And when it has cost so much more than usual in all. */
  floor_usd: z.number().positive().default(4),
});
type Settings = z.infer<typeof settings>;

/**
 * Fires when some days in a row cost more than such days usually do: growth that no single hour shows. The longer the
 * stretch, the less it takes.
 */
export const slowDrift: Detector<Settings> = {
  id: 'slow-drift',
  title: 'Spend grows for days',
  historyMs: 0,
  settings,
  worthwhile: ({ baseline, dayMicroUsd, dayMs }, limits) =>
    baseline !== null && driftOf(baseline, { dayMs, dayMicroUsd }, limits) !== null,
  detect(input, limits) {
    const { baseline, calendar, curve, knownUntil } = input;
    if (baseline === null) return [];
    const today = calendar.dayStart(knownUntil - 1);
    const shareBy = usualShares(baseline, calendar, today);
    const upTo = (at: number) => ({ dayMs: at - today, dayMicroUsd: curve.cost(today, at), shareBy });
    const drift = driftOf(baseline, upTo(knownUntil), limits);
    if (drift === null) return [];
    const before = Math.max(knownUntil - NEWS_MS, today);
    return driftOf(baseline, upTo(before), limits) === null ? [findingOf(input, drift)] : [];
  },
};

interface Drift {
  readonly from: number;
  readonly lengthMs: number;
  readonly costMicroUsd: number;
  readonly usualMicroUsd: number;
}

interface Today {
  readonly dayMs: number;
  readonly dayMicroUsd: number;
  /** How much of a day's cost is usually spent by then; absent: as much as of the day itself. */
  readonly shareBy?: (dayMs: number) => number;
}

/** The stretch that stands out most; null where none does. */
function driftOf(baseline: Baseline, today: Today, limits: Settings): Drift | null {
  let most: { drift: Drift; excess: number } | null = null;
  for (const stretch of stretchesOf(baseline)) {
    const lengthMs = stretch.count * DAY_MS + today.dayMs;
    const drift = {
      from: baseline.until - stretch.count * DAY_MS,
      lengthMs,
      costMicroUsd: stretch.recentMicroUsd + today.dayMicroUsd,
      usualMicroUsd: stretch.usual.mean * (stretch.count + usualPart(today)),
    };
    const excess = excessOf(drift, stretch.usual, limits);
    if (excess > 1 && (most === null || excess > most.excess)) most = { drift, excess };
  }
  return most?.drift ?? null;
}

function usualPart({ dayMs, shareBy }: Today): number {
  return Math.max(dayMs / DAY_MS, shareBy?.(dayMs) ?? 0);
}

/** A batch at night spends the whole of a usual day before breakfast. */
function usualShares({ hourlyMedians }: Baseline, calendar: Calendar, today: number): (dayMs: number) => number {
  const medians = calendar.isWeekend(today) ? hourlyMedians.weekend : hourlyMedians.weekday;
  const whole = medians.reduce((sum, median) => sum + median, 0);
  return (dayMs) => {
    const begun = medians.filter((_, hour) => hour * HOUR_MS < dayMs);
    return whole === 0 ? 0 : begun.reduce((sum, median) => sum + median, 0) / whole;
  };
}

interface Stretch {
  readonly count: number;
  readonly recentMicroUsd: number;
  readonly usual: Spread;
}

// A baseline holds for a day, in which each poll asks.
const known = new WeakMap<Baseline, readonly Stretch[]>();

/** The last days of the baseline against those before them. */
function stretchesOf(baseline: Baseline): readonly Stretch[] {
  const before = known.get(baseline);
  if (before !== undefined) return before;
  const stretches = STRETCHES.map((count) => {
    const from = baseline.until - count * DAY_MS - HOUR_MS;
    const usual = baseline.days.filter(({ dayAt }) => dayAt < from);
    const recent = baseline.days.filter(({ dayAt }) => dayAt >= from);
    return { count, days: usual.length, recentMicroUsd: sumOf(recent), usual: spreadOf(usual.map(costOf)) };
  }).filter(({ days }) => days >= LEAST_DAYS);
  known.set(baseline, stretches);
  return stretches;
}

function sumOf(days: readonly DaySum[]): number {
  return days.reduce((sum, day) => sum + day.costMicroUsd, 0);
}

function costOf({ costMicroUsd }: DaySum): number {
  return costMicroUsd;
}

/** Above 1 it stands out. */
function excessOf(drift: Drift, { mean, deviation }: { mean: number; deviation: number }, limits: Settings): number {
  const { costMicroUsd, usualMicroUsd, lengthMs } = drift;
  if (mean <= 0 || costMicroUsd - usualMicroUsd <= microUsdFromUsd(limits.floor_usd)) return 0;
  const noise = (LIKENESS * deviation) / mean / Math.sqrt(lengthMs / DAY_MS);
  return costMicroUsd / usualMicroUsd / Math.max(limits.ratio, 1 + limits.deviations * noise);
}

function findingOf(input: DetectorInput, drift: Drift): Finding {
  const { lineage, knownUntil } = input;
  const { from, lengthMs, costMicroUsd, usualMicroUsd } = drift;
  const ratio = costMicroUsd / usualMicroUsd;
  return {
    detectorId: slowDrift.id,
    lineageId: lineage.id,
    keyId: dearestKey(usedSince(input, knownUntil - DAY_MS)),
    severity: 'medium',
    startedAt: from,
    observedUntil: knownUntil,
    costMicroUsd: Math.round(costMicroUsd - usualMicroUsd),
    headline: [`spending ${formatRatio(ratio)}x its usual day for ${plural(Math.round(lengthMs / DAY_MS), 'day')}`],
    reason: [
      { money: costMicroUsd },
      ' in ',
      { lengthMs },
      '; so long usually costs ',
      { money: usualMicroUsd },
      '. No single hour stands out.',
    ],
    evidence: { stretchMicroUsd: costMicroUsd, usualMicroUsd, ratio, days: lengthMs / DAY_MS },
    dedupeKey: `${slowDrift.id}:${lineage.id}:${from}`,
    isNews: true,
  };
}
