import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { costBetween } from '../../src/domain/window.ts';
import { NOON, usageOf } from '../support/records.ts';
import { anyBuckets, FROM, MINUTES, minuteCosts, QUARTER_MS, sumOf } from './minutes.ts';

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
