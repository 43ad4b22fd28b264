import type { DigestCard, TrendWeek } from '../../domain/digest/card.ts';
import { MICRO_USD_PER_USD } from '../../domain/money.ts';
import { dayAt } from '../../domain/time.ts';
import { type Chart, POINTS_MIN } from './chart.ts';
import type { DigestLook } from './digest-words.ts';
import { utcDayText } from './text.ts';

type Trend = Pick<DigestCard, 'trend'>;

/** The eight weeks, as far as they are known and compare; none where that is no course of things. */
export function scoreChart({ trend }: Trend): readonly Chart[] {
  const points = pointsOf(trend, ({ score }) => score);
  return drawn({ title: 'Hygiene score', kind: 'line', name: 'Score', unit: 'of 100', points });
}

/** In the display currency. */
export function spentChart({ trend }: Trend, { locale: { currency } }: DigestLook): readonly Chart[] {
  const { code, usdRate } = currency;
  const points = pointsOf(trend, ({ spentMicroUsd }) =>
    spentMicroUsd === null ? null : Math.round((spentMicroUsd / MICRO_USD_PER_USD) * usdRate * 100) / 100,
  );
  return drawn({ title: `Spent each week, ${code}`, kind: 'bar', name: 'Spent', unit: code, points });
}

function drawn(chart: Chart): readonly Chart[] {
  return chart.points.length < POINTS_MIN ? [] : [chart];
}

function pointsOf(trend: readonly TrendWeek[], pick: (week: TrendWeek) => number | null): Chart['points'] {
  return trend.flatMap((week) => {
    const value = pick(week);
    return value === null ? [] : [{ label: utcDayText(dayAt(week.day) ?? 0), value }];
  });
}
