import { weekdayOf } from './calendar.ts';
import { normal, smooth, uniform } from './random.ts';

/** What a workload does over time. Figures are relative: the workload's monthly money sets the scale. */
export interface ShapeSpec {
  readonly rhythm: 'always' | 'daily' | 'office' | 'nightly' | 'weekly' | 'ci' | 'bursts' | 'steady';
  /** Share of hours without traffic on top of the rhythm (0 to 1). */
  readonly silent: number;
  /** Day-to-day spread (standard deviation of the logarithm). */
  readonly days: number;
  /** Hour-to-hour spread, half of it smooth over a few hours. */
  readonly hours: number;
  /** Chance of a burst in each stretch of 36 hours; a burst multiplies 1 to 4 hours by 3 to 12. */
  readonly bursts: number;
  /** Share of the five-minute stretches that carry the hour's traffic (1 spreads it evenly). */
  readonly clumps: number;
}

/** Level of a workload: 0 is silence. */
export interface Shape {
  /** Level of the hour (hours since the epoch). */
  level(hourIndex: number): number;
  /** Level of the hour times the mean of its minutes: what the hour is worth before it is played. */
  expected(hourIndex: number): number;
  /** Factor of one minute (minutes since the epoch) within its hour. */
  within(minuteIndex: number): number;
}

const BURST_CELL = 36;
const SMOOTH_HOURS = 5;
const NIGHTLY_FIRST_HOUR = 2;
const NIGHTLY_LAST_MINUTES = 30;
const WEEKLY_DAY = 0;
const WEEKLY_FIRST_HOUR = 6;

export function createShape(spec: ShapeSpec, seed: number): Shape {
  const threshold = spec.silent <= 0 ? Number.NEGATIVE_INFINITY : normal(spec.silent);
  const smoothShare = spec.hours * Math.SQRT1_2;

  function level(hour: number): number {
    const rhythm = rhythmOf(spec, seed, hour);
    if (rhythm === 0 || smooth(seed ^ 0x51, hour, SMOOTH_HOURS) < threshold) return 0;
    const noise =
      spec.days * smooth(seed ^ 0x11, hour, 24) +
      smoothShare * smooth(seed ^ 0x22, hour, SMOOTH_HOURS) +
      smoothShare * normal(uniform(seed ^ 0x33, hour, 1));
    return rhythm * Math.exp(noise) * burstOf(spec, seed, hour);
  }

  function within(minute: number): number {
    if (spec.rhythm === 'nightly' && isLastNightHour(minute) && minute % 60 >= NIGHTLY_LAST_MINUTES) return 0;
    if (spec.clumps >= 1) return 1;
    return uniform(seed ^ 0x44, Math.floor(minute / 5), 5) < spec.clumps ? 1 / spec.clumps : 0;
  }

  function expected(hour: number): number {
    const lastNightHour = spec.rhythm === 'nightly' && hour % 24 === NIGHTLY_FIRST_HOUR + 1;
    return level(hour) * (lastNightHour ? NIGHTLY_LAST_MINUTES / 60 : 1);
  }

  return { level, expected, within };
}

function isLastNightHour(minute: number): boolean {
  return Math.floor(minute / 60) % 24 === NIGHTLY_FIRST_HOUR + 1;
}

function rhythmOf(spec: ShapeSpec, seed: number, hour: number): number {
  const hourOfDay = hour % 24;
  const weekday = weekdayOf(hour);
  const weekend = weekday >= 5;
  switch (spec.rhythm) {
    case 'steady':
    case 'always':
      return 1;
    case 'daily':
      return (1 + 0.65 * Math.sin(((hourOfDay - 8) / 24) * 2 * Math.PI)) * (weekend ? 0.7 : 1);
    case 'office':
      if (weekend) return uniform(seed ^ 0x61, hour, 1) < 0.04 ? 0.15 : 0;
      return OFFICE_HOURS[hourOfDay] ?? 0;
    case 'ci':
      return (CI_HOURS[hourOfDay] ?? 0.15) * (weekend ? 0.35 : 1);
    case 'bursts':
      return smooth(seed ^ 0x71, hour, 9) > 0.35 ? 1 : 0.05;
    case 'nightly':
      return hourOfDay === NIGHTLY_FIRST_HOUR || hourOfDay === NIGHTLY_FIRST_HOUR + 1 ? 1 : 0;
    case 'weekly':
      return weekday === WEEKLY_DAY && hourOfDay >= WEEKLY_FIRST_HOUR && hourOfDay < WEEKLY_FIRST_HOUR + 3 ? 1 : 0;
  }
}

// Half past six to half past seven in the evening in western Europe, with a dip at lunch.
const OFFICE_HOURS = [0, 0, 0, 0, 0, 0, 0.05, 0.3, 0.8, 1, 1.05, 0.7, 0.6, 1, 1.1, 1, 0.7, 0.3, 0.1, 0.05, 0, 0, 0, 0];
const CI_HOURS = [
  0.5, 0.2, 0.5, 0.2, 0.2, 0.2, 0.4, 0.8, 1, 1, 1, 0.8, 0.8, 1, 1, 1, 0.9, 0.7, 0.5, 0.4, 0.4, 0.3, 0.3, 0.3,
];

function burstOf(spec: ShapeSpec, seed: number, hour: number): number {
  if (spec.bursts <= 0) return 1;
  const cell = Math.floor(hour / BURST_CELL);
  return Math.max(burstIn(spec, seed, { cell, hour }), burstIn(spec, seed, { cell: cell - 1, hour }));
}

function burstIn(spec: ShapeSpec, seed: number, place: { cell: number; hour: number }): number {
  if (uniform(seed ^ 0x81, place.cell, 1) >= spec.bursts) return 1;
  const first = place.cell * BURST_CELL + Math.floor(uniform(seed ^ 0x82, place.cell, 2) * BURST_CELL);
  const length = 1 + Math.floor(uniform(seed ^ 0x83, place.cell, 3) * 4);
  if (place.hour < first || place.hour >= first + length) return 1;
  return Math.min(12, 3 * uniform(seed ^ 0x84, place.cell, 4) ** -0.6);
}
