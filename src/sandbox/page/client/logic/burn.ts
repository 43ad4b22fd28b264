import type { TrueKey, TruthSection } from '../../protocol.ts';

export type BurnMode = 'total' | 'pace';

export interface BurnSeries {
  readonly id: string;
  readonly name: string;
  readonly isStolen: boolean;
  /** Dollars for each instant of the chart. */
  readonly dollars: readonly number[];
}

const HOUR_MS = 3_600_000;

/** Keys that spent something in the last `spanMs`, the stolen ones last so that they are drawn on top. */
export function burnOf(
  { chart, keys }: Pick<TruthSection, 'chart' | 'keys'>,
  { mode, spanMs }: { mode: BurnMode; spanMs: number },
): { readonly seconds: readonly number[]; readonly series: readonly BurnSeries[] } {
  const newest = chart.endsAt.at(-1) ?? 0;
  const from = Math.max(
    0,
    chart.endsAt.findIndex((at) => at > newest - spanMs),
  );
  const series = keys
    .map((key) => seriesOf(key, from, mode === 'total' ? runningTotal : perHour(chart.bucketMs)))
    .filter(({ dollars, isStolen }) => isStolen || dollars.some((value) => value > 0))
    .sort((one, other) => Number(one.isStolen) - Number(other.isStolen));
  return { seconds: chart.endsAt.slice(from).map((at) => at / 1000), series };
}

function seriesOf(key: TrueKey, from: number, shape: (spent: readonly number[]) => readonly number[]): BurnSeries {
  const dollars = shape(key.spentMicroUsd.slice(from)).map((microUsd) => microUsd / 1e6);
  return { id: key.id, name: key.name, isStolen: key.stolenAt !== null, dollars };
}

function runningTotal(spent: readonly number[]): readonly number[] {
  let total = 0;
  return spent.map((microUsd) => {
    total += microUsd;
    return total;
  });
}

function perHour(bucketMs: number): (spent: readonly number[]) => readonly number[] {
  return (spent) => spent.map((microUsd) => (microUsd * HOUR_MS) / Math.max(bucketMs, 1));
}

/** The stolen first, then who spends most. */
export function inOrder(keys: readonly TrueKey[]): readonly TrueKey[] {
  return [...keys].sort(
    (one, other) =>
      Number(other.stolenAt !== null) - Number(one.stolenAt !== null) ||
      other.spentTodayMicroUsd - one.spentTodayMicroUsd ||
      one.name.localeCompare(other.name),
  );
}

/** Dollars for people: cents while they matter. */
export function dollars(microUsd: number): string {
  const amount = microUsd / 1e6;
  if (microUsd > 0 && amount < 0.01) return '<$0.01';
  const digits = amount < 100 ? 2 : 0;
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}
