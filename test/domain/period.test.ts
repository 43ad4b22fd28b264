import { expect, test } from 'vitest';
import { parsePeriod, periodWords } from '../../src/domain/period.ts';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.ts';

test.each([
  ['7d', 7 * DAY_MS],
  ['24h', DAY_MS],
  ['30', 30 * DAY_MS],
  ['2 weeks', 14 * DAY_MS],
  ['3 Days', 3 * DAY_MS],
  ['12hours', 12 * HOUR_MS],
  ['1mo', 30 * DAY_MS],
  ['month', 30 * DAY_MS],
])('%s is a period', (text, ms) => {
  expect(parsePeriod(text)).toBe(ms);
});

test.each(['', '0d', '-3d', '7x', 'soon', '1e3d', '99999d', '7dd', 'd'])('%j is none', (text) => {
  expect(parsePeriod(text)).toBeNull();
});

test('a period is said in the unit that a person would use', () => {
  expect([DAY_MS, 7 * DAY_MS, 36 * HOUR_MS].map(periodWords)).toEqual(['24 hours', '7 days', '36 hours']);
});
