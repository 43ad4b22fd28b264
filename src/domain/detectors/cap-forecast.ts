import { z } from 'zod';
import { type Baseline, LEARNING_DAYS } from '../baseline.ts';
import type { Calendar } from '../calendar.ts';
import type { CapStanding, ForecastLevel } from '../cap.ts';
import { type Detector, type DetectorInput, RECENT_MS } from '../detector.ts';
import type { Finding, Severity } from '../finding.ts';
import { dateFormat } from '../formats.ts';
import type { Sentence } from '../sentence.ts';
import { DAY_MS, floorTo, monthStart, nextMonthStart } from '../time.ts';
import { whoseCap } from './lib/whose-cap.ts';

const LONGEST_MONTH_DAYS = 31;
const NOON_MS = DAY_MS / 2;

const settings = z.strictObject({
  /** A forecast in so many last days of the month goes to the channel; an earlier one to the digest. */
  soon_days: z.number().min(0).max(31).default(7),
});
type Settings = z.infer<typeof settings>;

/** Fires once when the month is on course to end above a cap: the month so far, and usual days from here on. */
export const capForecast: Detector<Settings> = {
  id: 'cap-forecast',
  title: 'On course to go over a cap',
  historyMs: RECENT_MS,
  settings,
  worthwhile: ({ caps, baseline }) =>
    caps.some((cap) => {
      const dearestDay = Math.max(cap.usualDayMicroUsd.own, baseline?.dailyCost.max ?? 0);
      const most = cap.monthMicroUsd + LONGEST_MONTH_DAYS * (dearestDay + cap.usualDayMicroUsd.others);
      return cap.monthMicroUsd < cap.capMicroUsd && most > cap.capMicroUsd && !cap.forecastsTold.includes('soon');
    }),
  detect(input, { soon_days }) {
    return input.caps.toReversed().flatMap((cap) => {
      const level: ForecastLevel = nextMonthStart(input.now) - input.now <= soon_days * DAY_MS ? 'soon' : 'early';
      if (cap.monthMicroUsd >= cap.capMicroUsd || cap.forecastsTold.includes(level)) return [];
      const forecast = forecastOf(input, cap);
      return forecast.monthEndMicroUsd > cap.capMicroUsd ? [findingOf(input, { cap, level, ...forecast })] : [];
    });
  },
};

interface Forecast {
  readonly monthEndMicroUsd: number;
  /** The day on which the cap will be reached; null: not this month. */
  readonly reachedAt: number | null;
  /** What a day costs on average from here on. */
  readonly dayMicroUsd: number;
}

/** Day by day, so that weekends count as weekends; what is left of today counts by its share. Days are UTC, as caps are. */
export function forecastOf(
  { now, calendar, baseline }: Pick<DetectorInput, 'now' | 'calendar' | 'baseline'>,
  cap: Pick<CapStanding, 'monthMicroUsd' | 'capMicroUsd' | 'usualDayMicroUsd'>,
): Forecast {
  const { own, others } = cap.usualDayMicroUsd;
  const isKnown = baseline !== null && baseline.daysLearned >= LEARNING_DAYS;
  const end = nextMonthStart(now);
  let sum = cap.monthMicroUsd;
  let reachedAt: number | null = null;
  for (let dayAt = floorTo(now, DAY_MS); dayAt < end; dayAt += DAY_MS) {
    const ownDay = isKnown ? usualDay(baseline, calendar, calendar.isWeekend(dayAt + NOON_MS)) : own;
    sum += ((ownDay + others) * (dayAt + DAY_MS - Math.max(dayAt, now))) / DAY_MS;
    if (sum >= cap.capMicroUsd) reachedAt ??= dayAt;
  }
  const daysLeft = (end - now) / DAY_MS;
  return {
    monthEndMicroUsd: Math.round(sum),
    reachedAt,
    dayMicroUsd: daysLeft > 0 ? Math.round((sum - cap.monthMicroUsd) / daysLeft) : 0,
  };
}

/** What a weekday or a day of a weekend costs on average, days without any traffic included. */
function usualDay(baseline: Baseline, calendar: Calendar, isWeekend: boolean): number {
  const first = baseline.days[0];
  if (first === undefined) return 0;
  const kindOf = (at: number) => calendar.isWeekend(at + NOON_MS);
  let count = 0;
  let days = 0;
  for (let at = first.dayAt; at + DAY_MS <= baseline.until; at += DAY_MS) {
    days += 1;
    if (kindOf(at) === isWeekend) count += 1;
  }
  const spent = baseline.days
    .filter(({ dayAt }) => kindOf(dayAt) === isWeekend)
    .reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0);
  // Days of incidents are in neither, so that they must not count as days without traffic.
  const learned = days === 0 ? 0 : (count * Math.min(days, Math.max(1, baseline.daysLearned))) / days;
  return learned === 0 ? 0 : spent / learned;
}

interface Forecasted extends Forecast {
  readonly cap: CapStanding;
  readonly level: ForecastLevel;
}

const SEVERITY: Readonly<Record<ForecastLevel, Severity>> = { early: 'info', soon: 'medium' };

function findingOf({ lineage, now, knownUntil }: DetectorInput, forecasted: Forecasted): Finding {
  const { cap, level, monthEndMicroUsd, reachedAt } = forecasted;
  return {
    detectorId: capForecast.id,
    lineageId: lineage.id,
    keyId: cap.keyId,
    severity: SEVERITY[level],
    startedAt: knownUntil,
    observedUntil: knownUntil,
    costMicroUsd: 0,
    headline: ['on course for ', { money: monthEndMicroUsd }, ` this month, above ${whoseCap(cap)}`],
    reason: reasonOf(forecasted),
    evidence: {
      standing: true,
      origin: cap.origin,
      capMicroUsd: cap.capMicroUsd,
      monthMicroUsd: cap.monthMicroUsd,
      monthEndMicroUsd,
      reachedAt,
    },
    dedupeKey: forecastKey(lineage.id, { now, cap, level }),
    once: true,
  };
}

interface ForecastName {
  readonly now: number;
  readonly cap: Pick<CapStanding, 'origin' | 'capMicroUsd'>;
  readonly level: ForecastLevel;
}

/** Once a month for each cap and level. */
export function forecastKey(lineageId: string, { now, cap, level }: ForecastName): string {
  return [capForecast.id, lineageId, monthStart(now), cap.origin, cap.capMicroUsd, level].join(':');
}

function reasonOf({ cap, reachedAt, dayMicroUsd }: Forecasted): Sentence {
  const { monthMicroUsd, capMicroUsd, origin } = cap;
  const day = dateFormat('en-US', { timeZone: 'UTC', month: 'short', day: 'numeric' });
  const effect =
    origin === 'own'
      ? 'Nothing stops at this cap: it is only watched here.'
      : 'The provider refuses requests from then on.';
  return [
    { money: monthMicroUsd },
    ' of ',
    { money: capMicroUsd },
    ' spent since the 1st (UTC); with usual days of ',
    { money: dayMicroUsd },
    reachedAt === null
      ? ' it will be reached at the end of the month'
      : ` it will be reached about ${day.format(reachedAt)}`,
    `. ${effect} Raise it, or spend less.`,
  ];
}
