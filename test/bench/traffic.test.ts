import { expect, test } from 'vitest';
import { company, STARTS_AT } from '../../bench/detect/company.ts';
import { LEAK_KINDS } from '../../bench/detect/label.ts';
import { figuresOf, quantilesOf, REAL, type ShapeFigure } from '../../bench/detect/quantiles.ts';
import { createRandom } from '../../bench/detect/random.ts';
import { BUCKETS_PER_HOUR, drawShape, intensity } from '../../bench/detect/shape.ts';
import { DAY_MS } from '../../src/domain/time.ts';

const CLIENTS = 600;
const DAYS = 14;
const SIZE = { lineages: 60, days: 40 };

/** Off by so much at most, of the figure or absolute: at its ends a quantile of a few hundred clients moves by itself. */
const TOLERANCE: Readonly<Record<ShapeFigure, { readonly share: number; readonly absolute: number }>> = {
  silent: { share: 0.15, absolute: 0.07 },
  hourlyVariation: { share: 0.15, absolute: 0.05 },
  p99ToMedian: { share: 0.3, absolute: 0 },
  dailyVariation: { share: 0.15, absolute: 0.05 },
  dayBefore: { share: 0.1, absolute: 0.08 },
  hourBefore: { share: 0.1, absolute: 0.05 },
  jumps: { share: 0.2, absolute: 0.05 },
};

test.each(Object.keys(REAL) as ShapeFigure[])('%s is spread over clients as it is over real ones', (figure) => {
  const off = quantilesOf(clients(), figure).map((value, index) => {
    const real = REAL[figure][index] ?? Number.NaN;
    const { share, absolute } = TOLERANCE[figure];
    return { value, real, isNear: Math.abs(value - real) <= Math.max(absolute, share * real) };
  });

  expect(off.filter(({ isNear }) => !isNear)).toEqual([]);
});

test('the same seed makes the same company, another one another', () => {
  const small = { lineages: 3, days: 6 };

  expect(company(5, small)).toEqual(company(5, small));
  expect(company(5, small)).not.toEqual(company(6, small));
});

test('a company of twenty spends about $5,000 a month, and one key a fifth of it or more', () => {
  for (const seed of [1, 2, 3]) {
    const quiet = company(seed, { lineages: 20, days: 30, quiet: true });
    const bills = quiet.map(({ series }) => sum(series.streams.map(({ costMicroUsd }) => sum(costMicroUsd))) / 1e6);

    expect(sum(bills)).toBeGreaterThan(4_000);
    expect(sum(bills)).toBeLessThan(6_000);
    expect(Math.max(...bills)).toBeGreaterThan(sum(bills) / 5);
  }
});

test('at most one leak per lineage, none in most, each in the second half, of every kind', () => {
  const leaks = leaked().map(({ labels }) => labels.filter(({ isLeak }) => isLeak));

  expect(Math.max(...leaks.map(({ length }) => length))).toBe(1);
  expect(leaks.flat().length).toBeLessThan(SIZE.lineages / 1.7);
  for (const leak of leaks.flat()) {
    expect(leak.startAt).toBeGreaterThanOrEqual(STARTS_AT + (SIZE.days / 2) * DAY_MS);
    expect(leak.endAt).toBeGreaterThan(leak.loudAt);
    expect(leak.loudAt).toBeGreaterThanOrEqual(leak.startAt);
    expect(leak.costMicroUsd).toBeGreaterThan(0);
  }
  expect(new Set(leaks.flat().map(({ kind }) => kind))).toEqual(new Set(LEAK_KINDS));
});

test('what a leak costs is in the series, inside its label and nowhere else', () => {
  for (const { labels, stolen, startAt, series } of leaked()) {
    const leak = labels.find(({ isLeak }) => isLeak);
    if (leak === undefined) continue;
    const taken = [...(stolen ?? [])].flatMap((cost, bucket) =>
      cost > 0 ? [{ cost, at: startAt + bucket * 300_000 }] : [],
    );

    expect(sum(taken.map(({ cost }) => cost))).toBeCloseTo(leak.costMicroUsd, 0);
    for (const { at, cost } of taken) {
      expect(at >= leak.startAt && at < leak.endAt).toBe(true);
      expect(costAt(series.streams, at)).toBeGreaterThanOrEqual(cost);
    }
  }
});

test('streams ascend, hold used buckets only, and whole micro-dollars', () => {
  for (const { startAt, costMicroUsd, requests } of leaked().flatMap(({ series }) => series.streams)) {
    startAt.forEach((at, index) => {
      if (index > 0 && at <= (startAt[index - 1] ?? 0)) throw new Error('a stream does not ascend');
      if (!Number.isInteger(costMicroUsd[index]) || (requests?.[index] ?? 0) <= 0) throw new Error('a bucket is odd');
    });
  }
});

let made: ReturnType<typeof company> | undefined;
function leaked() {
  made ??= company(3, SIZE);
  return made;
}

let figures: ReturnType<typeof figuresOf>[] | undefined;
function clients() {
  figures ??= Array.from({ length: CLIENTS }, (_, index) => {
    const random = createRandom(77).part(`client ${index}`);
    const levels = intensity(drawShape(random.part('shape')), DAYS, random, STARTS_AT);
    const counts = random.part('counts');
    const hours = new Array<number>(DAYS * 24).fill(0);
    levels.forEach((level, bucket) => {
      const hour = Math.floor(bucket / BUCKETS_PER_HOUR);
      hours[hour] = (hours[hour] ?? 0) + counts.poisson(level);
    });
    return { hours, figures: figuresOf(hours) };
    // A client without traffic is none: nobody could have measured it.
  }).flatMap((client) => (sum(client.hours) < 20 ? [] : [client.figures]));
  return figures;
}

function costAt(streams: ReturnType<typeof company>[number]['series']['streams'], at: number): number {
  return sum(streams.map(({ startAt, costMicroUsd }) => costMicroUsd[startAt.indexOf(at)] ?? 0));
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
