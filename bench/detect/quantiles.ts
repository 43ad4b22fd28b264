import { median } from '../../src/domain/stats.ts';

const DAY = 24;
const QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9] as const;
const JUMP = 5;

/** The figures of real clients over 14 days of hourly request counts: p10, p25, p50, p75, p90 over clients. */
export const REAL = {
  silent: [0.0, 0.03, 0.19, 0.68, 0.85],
  hourlyVariation: [0.56, 0.9, 1.56, 3.02, 5.28],
  p99ToMedian: [1.8, 3.0, 6.3, 19.7, 66.7],
  dailyVariation: [0.16, 0.35, 0.66, 1.32, 2.12],
  dayBefore: [-0.02, 0.08, 0.31, 0.63, 0.78],
  hourBefore: [0.25, 0.53, 0.76, 0.86, 0.92],
  jumps: [0.0, 0.01, 0.05, 0.14, 0.22],
} as const satisfies Record<string, readonly number[]>;

export type ShapeFigure = keyof typeof REAL;
export type ShapeFigures = Readonly<Record<ShapeFigure, number>>;

/** What hourly counts look like. A figure that cannot be told (a ratio to 0) is NaN. */
export function figuresOf(hours: readonly number[]): ShapeFigures {
  const sorted = [...hours].sort((a, b) => a - b);
  const middle = median(hours);
  const p99 = sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
  return {
    silent: hours.filter((count) => count === 0).length / hours.length,
    hourlyVariation: variation(hours),
    p99ToMedian: middle > 0 ? p99 / middle : Number.NaN,
    dailyVariation: variation(days(hours)),
    dayBefore: correlation(hours, DAY),
    hourBefore: correlation(hours, 1),
    jumps: jumpShare(hours),
  };
}

/** The quantiles over clients, in the order of `REAL`. */
export function quantilesOf(clients: readonly ShapeFigures[], figure: ShapeFigure): readonly number[] {
  const values = clients.map((client) => client[figure]).filter((value) => !Number.isNaN(value));
  const sorted = values.sort((a, b) => a - b);
  return QUANTILES.map((share) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN);
}

/** Standard deviation (of a sample) over mean. */
export function variation(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1)) / mean;
}

function correlation(values: readonly number[], lag: number): number {
  const late = values.slice(lag);
  const early = values.slice(0, values.length - lag);
  const lateMean = sum(late) / late.length;
  const earlyMean = sum(early) / early.length;
  let product = 0;
  let lateSquares = 0;
  let earlySquares = 0;
  late.forEach((value, index) => {
    const other = early[index] ?? 0;
    product += (value - lateMean) * (other - earlyMean);
    lateSquares += (value - lateMean) ** 2;
    earlySquares += (other - earlyMean) ** 2;
  });
  return product / Math.sqrt(lateSquares * earlySquares);
}

function jumpShare(hours: readonly number[]): number {
  let jumps = 0;
  for (let hour = DAY; hour < hours.length; hour += 1) {
    if ((hours[hour] ?? 0) > JUMP * median(hours.slice(hour - DAY, hour))) jumps += 1;
  }
  return jumps / (hours.length - DAY);
}

function days(hours: readonly number[]): number[] {
  return Array.from({ length: hours.length / DAY }, (_, day) => sum(hours.slice(day * DAY, (day + 1) * DAY)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
