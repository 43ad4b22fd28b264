import { dayEnd } from '../../calendar.ts';
import type { DetectorInput } from '../../detector.ts';
import { HOUR_MS } from '../../time.ts';

/**
 * What a day-wise detector tells is told when it comes about, not until midnight: what held this long ago already is no
 * news.
 */
export const NEWS_MS = 2 * HOUR_MS;

export interface DayFigures {
  readonly costMicroUsd: number;
  readonly requests: number;
}

export interface Day {
  readonly dayAt: number;
  /** As far as it has come; the whole of it once it is over. */
  readonly so: DayFigures;
  /** As it stood `NEWS_MS` ago. */
  readonly before: DayFigures;
}

/** The day that runs, and the one that has just ended: its last minutes are published after midnight. */
export function daysOf({ calendar, curve, knownUntil }: DetectorInput): readonly Day[] {
  const today = calendar.dayStart(knownUntil - 1);
  const starts = knownUntil - today < NEWS_MS ? [calendar.dayStart(today - 1), today] : [today];
  return starts.map((dayAt) => {
    const end = dayEnd(dayAt, calendar);
    const figures = (until: number) => ({
      costMicroUsd: Math.round(curve.cost(dayAt, Math.min(end, Math.max(dayAt, until)))),
      requests: curve.requests(dayAt, Math.min(end, Math.max(dayAt, until))),
    });
    return { dayAt, so: figures(knownUntil), before: figures(knownUntil - NEWS_MS) };
  });
}

/** After an amount: the day in question runs, or has just ended. */
export function dayWords({ calendar, knownUntil }: DetectorInput, dayAt: number): string {
  return knownUntil > dayEnd(dayAt, calendar) ? 'in the whole of yesterday' : 'since the day began';
}
