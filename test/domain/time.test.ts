import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ceilTo,
  DAY_MS,
  floorTo,
  formatLength,
  HOUR_MS,
  MINUTE_MS,
  plural,
  SECOND_MS,
  stopwatchLength,
} from '../../src/domain/time.ts';

describe('floorTo and ceilTo', () => {
  const instants = fc.integer({ min: -DAY_MS, max: 4_000_000_000_000 });
  const widths = fc.constantFrom(SECOND_MS, MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, DAY_MS);

  test('give the nearest multiples on either side', () => {
    fc.assert(
      fc.property(instants, widths, (at, width) => {
        const [floor, ceil] = [floorTo(at, width), ceilTo(at, width)];
        const aligned = Math.abs(floor % width) === 0 && Math.abs(ceil % width) === 0;
        return aligned && floor <= at && at - floor < width && ceil >= at && ceil - at < width;
      }),
    );
  });

  test('leave a multiple as it is', () => {
    expect([floorTo(2 * HOUR_MS, HOUR_MS), ceilTo(2 * HOUR_MS, HOUR_MS)]).toEqual([2 * HOUR_MS, 2 * HOUR_MS]);
  });
});

test.each([
  [0, '1 second'],
  [40 * SECOND_MS, '40 seconds'],
  [90 * SECOND_MS, '90 seconds'],
  [2 * MINUTE_MS, '2 minutes'],
])('%d ms on a stopwatch is %s', (lengthMs, text) => {
  expect(stopwatchLength(lengthMs)).toBe(text);
});

describe('formatLength', () => {
  test.each([
    [-HOUR_MS, 'moments'],
    [0, 'moments'],
    [MINUTE_MS - 1, 'moments'],
    [MINUTE_MS, '1 minute'],
    [5 * MINUTE_MS, '5 minutes'],
    [90 * MINUTE_MS, '90 minutes'],
    [2 * HOUR_MS - MINUTE_MS, '119 minutes'],
    [2 * HOUR_MS, '2 hours'],
    [26 * HOUR_MS, '26 hours'],
    [2 * DAY_MS - HOUR_MS, '47 hours'],
    [2 * DAY_MS, '2 days'],
    [97 * DAY_MS + 3 * HOUR_MS, '97 days'],
    [1_200 * DAY_MS, '1,200 days'],
  ])('%d ms read as %s', (lengthMs, text) => {
    expect(formatLength(lengthMs)).toBe(text);
  });
});

test('plural counts one as one, and everything else as many', () => {
  expect([0, 1, 2, 1_500].map((count) => plural(count, 'key'))).toEqual(['0 keys', '1 key', '2 keys', '1,500 keys']);
});
