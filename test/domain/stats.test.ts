import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median } from '../../src/domain/stats.ts';

test.each([
  [[], 0],
  [[7], 7],
  [[3, 1], 2],
  [[9, 1, 5], 5],
  [[10, 9, 2, 1], 5.5],
  [[100, 20, 3], 20],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('half of the values lie on either side, whatever their order, and the values stay as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const before = [...values];
      const middle = median(values);
      expect(values).toEqual(before);
      expect(median([...values].reverse())).toBe(middle);
      expect(values.filter((value) => value < middle).length * 2).toBeLessThanOrEqual(values.length);
      expect(values.filter((value) => value > middle).length * 2).toBeLessThanOrEqual(values.length);
    }),
  );
});
