import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import type { UsageBucket } from '../../src/domain/usage.ts';
import { costBetween } from '../../src/domain/window.ts';
import { NOON, usageOf } from '../support/records.ts';

const QUARTER_MS = 15 * MINUTE_MS;
const FROM = NOON - DAY_MS;
const MINUTES = DAY_MS / MINUTE_MS;

/** The definition, read literally: what every single minute cost, a wide bucket spread evenly over its minutes. */
function minuteCosts(buckets: readonly UsageBucket[]): number[] {
  const minutes = new Array<number>(MINUTES).fill(0);
  for (const bucket of buckets) {
    const width = bucket.widthMs / MINUTE_MS;
    for (let index = 0; index < width; index += 1) {
      const minute = (bucket.startAt - FROM) / MINUTE_MS + index;
      if (minute >= 0 && minute < MINUTES) minutes[minute] = (minutes[minute] ?? 0) + bucket.costMicroUsd / width;
    }
  }
  return minutes;
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

const anyBucket = fc
  .record({
    widthMs: fc.constantFrom(MINUTE_MS, QUARTER_MS, HOUR_MS, DAY_MS),
    minute: fc.integer({ min: -2 * MINUTES, max: 2 * MINUTES }),
    costMicroUsd: fc.nat(50_000_000),
  })
  .map(({ widthMs, minute, costMicroUsd }) =>
    usageOf({ widthMs, costMicroUsd, startAt: Math.floor((FROM + minute * MINUTE_MS) / widthMs) * widthMs }),
  );
const anyBuckets = fc.array(anyBucket, { maxLength: 60 });

describe('costBetween', () => {
  test.each([
    ['inside', 0, HOUR_MS, 60],
    ['half before', -HOUR_MS, HOUR_MS / 2, 30],
    ['half after', HOUR_MS / 2, 2 * HOUR_MS, 30],
    ['in the middle', QUARTER_MS, 2 * QUARTER_MS, 15],
    ['up to its start', -HOUR_MS, 0, 0],
    ['from its end', HOUR_MS, 2 * HOUR_MS, 0],
    ['for no time', QUARTER_MS, QUARTER_MS, 0],
  ])('a bucket that lies %s counts by its share', (_, from, to, cost) => {
    const hour = usageOf({ startAt: NOON, widthMs: HOUR_MS, costMicroUsd: 60 });

    expect(costBetween([hour], NOON + from, NOON + to)).toBe(cost);
  });

  test('agrees with counting minute by minute, whatever the widths', () => {
    fc.assert(
      fc.property(anyBuckets, fc.nat(MINUTES), fc.nat(MINUTES), (buckets, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const naive = sumOf(minuteCosts(buckets).slice(from, to));
        expect(costBetween(buckets, FROM + from * MINUTE_MS, FROM + to * MINUTE_MS)).toBeCloseTo(naive, 3);
      }),
    );
  });
});
