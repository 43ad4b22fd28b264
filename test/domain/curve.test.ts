import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Curve } from '../../src/domain/curve.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import type { UsageBucket } from '../../src/domain/usage.ts';
import { costBetween } from '../../src/domain/window.ts';
import { NOON, usageOf } from '../support/records.ts';
import { anyBuckets, MINUTES, minuteCosts, sumOf } from './minutes.ts';

/** Consecutive windows that end at `until`, oldest first. */
function windowCosts(
  buckets: readonly UsageBucket[],
  { until, widthMs, count }: { until: number; widthMs: number; count: number },
): number[] {
  const curve = new Curve(buckets, { from: NOON - 4 * DAY_MS, until: NOON + 4 * DAY_MS, stepMs: MINUTE_MS });
  return Array.from({ length: count }, (_, index) => {
    const end = until - (count - 1 - index) * widthMs;
    return curve.cost(end - widthMs, end);
  });
}

describe('windows of a curve', () => {
  test('without buckets every window is nothing', () => {
    expect(windowCosts([], { until: NOON, widthMs: HOUR_MS, count: 3 })).toEqual([0, 0, 0]);
  });

  test('the oldest window comes first, and a bucket belongs to the window that its first instant is in', () => {
    const at = (startAt: number, costMicroUsd: number) => usageOf({ startAt, widthMs: MINUTE_MS, costMicroUsd });
    const buckets = [
      at(NOON - 2 * HOUR_MS - MINUTE_MS, 1),
      at(NOON - 2 * HOUR_MS, 20),
      at(NOON - HOUR_MS - MINUTE_MS, 300),
      at(NOON - HOUR_MS, 4_000),
      at(NOON - MINUTE_MS, 50_000),
      at(NOON, 600_000),
    ];

    expect(windowCosts(buckets, { until: NOON, widthMs: HOUR_MS, count: 2 })).toEqual([320, 54_000]);
  });

  test('agrees with counting minute by minute, whatever the widths', () => {
    fc.assert(
      fc.property(
        anyBuckets,
        fc.constantFrom(7, 15, 60, 100),
        fc.integer({ min: 1, max: 12 }),
        (buckets, width, count) => {
          const costs = windowCosts(buckets, { until: NOON, widthMs: width * MINUTE_MS, count });
          const minutes = minuteCosts(buckets);
          expect(costs).toHaveLength(count);
          costs.forEach((cost, index) => {
            const start = MINUTES - (count - index) * width;
            expect(cost).toBeCloseTo(sumOf(minutes.slice(start, start + width)), 3);
          });
        },
      ),
    );
  });

  test('loses and invents no money: the windows add up to the whole span, at any offset', () => {
    fc.assert(
      fc.property(anyBuckets, fc.nat(HOUR_MS), (buckets, offset) => {
        const until = NOON - offset;
        const costs = windowCosts(buckets, { until, widthMs: HOUR_MS, count: 20 });
        expect(sumOf(costs)).toBeCloseTo(costBetween(buckets, until - 20 * HOUR_MS, until), 2);
      }),
    );
  });

  test('whole buckets are counted to the micro-dollar', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10 ** 12), { minLength: 60, maxLength: 60 }), (costs) => {
        const buckets = costs.map((costMicroUsd, minute) =>
          usageOf({ startAt: NOON - HOUR_MS + minute * MINUTE_MS, widthMs: MINUTE_MS, costMicroUsd }),
        );
        expect(windowCosts(buckets, { until: NOON, widthMs: HOUR_MS, count: 1 })).toEqual([sumOf(costs)]);
      }),
    );
  });
});
