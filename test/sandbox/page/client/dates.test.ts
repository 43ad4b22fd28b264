import { describe, expect, test } from 'vitest';
import { dateText, dayLine, shortDate, timeOfDay } from '../../../../src/sandbox/page/client/logic/dates.ts';

const NOW = Date.UTC(2026, 9, 17, 2, 20, 5);
const HOUR_MS = 3_600_000;

test('the clock of the page is in UTC, with the weekday', () => {
  expect(`${shortDate(NOW)}, ${timeOfDay(NOW)}`).toBe('Sat 17 Oct 2026, 02:20');
});

describe('date tokens are filled in for the simulated now', () => {
  test.each([
    ['{time}', NOW, '02:20 UTC'],
    ['{time_secs}', NOW, '02:20:05 UTC'],
    ['{date_num}', NOW, '2026-10-17'],
    ['{date_short_pretty} {time}', NOW, 'today 02:20 UTC'],
    ['{date_short_pretty}', NOW - 3 * HOUR_MS, 'yesterday'],
    ['{date_short_pretty}', NOW + 24 * HOUR_MS, 'tomorrow'],
    ['{date_short_pretty}', NOW - 80 * HOUR_MS, 'Oct 13, 2026'],
    ['{date_long}', NOW, 'Saturday, October 17, 2026'],
    ['{ago}', NOW - 5 * 60_000, '5 minutes ago'],
    ['{ago}', NOW - HOUR_MS, '1 hour ago'],
    ['{ago}', NOW + 49 * HOUR_MS, 'in 2 days'],
    ['{ago}', NOW, 'just now'],
    ['at {unknown}', NOW, 'at {unknown}'],
  ])('%s of %i', (format, at, text) => {
    expect(dateText(at, format, NOW)).toBe(text);
  });

  test('an instant that is none says nothing', () => {
    expect(dateText(Number.NaN, '{time}', NOW)).toBe('');
  });
});

test('days are told apart by name while they are near', () => {
  expect(dayLine(NOW, NOW)).toBe('Today');
  expect(dayLine(NOW - 48 * HOUR_MS, NOW)).toBe('Thursday, October 15');
});
