import { describe, expect, test } from 'vitest';
import { wallInstant } from '../../src/domain/clock-time.ts';
import { takeEndTime } from '../../src/domain/end-time.ts';

// A Monday, 12:00 UTC: 14:00 in Berlin.
const NOON = Date.UTC(2026, 7, 3, 12);
const BERLIN = 'Europe/Berlin';

function end(text: string, timeZone = BERLIN, now = NOON): string | null {
  const taken = takeEndTime(text, { now, timeZone });
  return taken && `${new Date(taken.at).toISOString().slice(0, 16)}${taken.rest === '' ? '' : ` | ${taken.rest}`}`;
}

describe('the end of something, as a person types it', () => {
  test.each([
    ['18:00', '2026-08-03T16:00'],
    ['18:30', '2026-08-03T16:30'],
    // Past already: the next one.
    ['9:00', '2026-08-04T07:00'],
    ['13:45', '2026-08-04T11:45'],
    ['6pm', '2026-08-03T16:00'],
    ['6:30 pm', '2026-08-03T16:30'],
    ['12am', '2026-08-03T22:00'],
    ['noon', '2026-08-04T10:00'],
    ['midnight', '2026-08-03T22:00'],
    ['tomorrow 9:00', '2026-08-04T07:00'],
    ['tomorrow at 9am', '2026-08-04T07:00'],
    ['tomorrow', '2026-08-04T22:00'],
    ['today', '2026-08-03T22:00'],
    ['friday', '2026-08-07T22:00'],
    ['fri 18:00', '2026-08-07T16:00'],
    ['Wednesday 8:15', '2026-08-05T06:15'],
    ['2026-12-01', '2026-12-01T23:00'],
    ['2026-12-01 18:00', '2026-12-01T17:00'],
    ['6h', '2026-08-03T18:00'],
    ['90m', '2026-08-03T13:30'],
    ['3d', '2026-08-06T12:00'],
    ['2 weeks', '2026-08-17T12:00'],
  ])('%s is %s in UTC', (text, expected) => {
    expect(end(text)).toBe(expected);
  });

  test('what comes after it is left', () => {
    expect(end('18:00 500 load test')).toBe('2026-08-03T16:00 | 500 load test');
    expect(end('2026-12-01 500 load test')).toBe('2026-12-01T23:00 | 500 load test');
    expect(end('3d known batch')).toBe('2026-08-06T12:00 | known batch');
    expect(end('tomorrow 500')).toBe('2026-08-04T22:00 | 500');
  });

  test.each(['', 'soon', '500', '25:00', '18:75', '13pm', '0am', '2026-02-30', '2026-13-01', '3x', '18', 'fridge'])(
    '“%s” is none',
    (text) => {
      expect(end(text)).toBeNull();
    },
  );

  test('the zone decides which day it is', () => {
    const late = Date.UTC(2026, 7, 3, 23);
    expect(end('today', 'UTC', late)).toBe('2026-08-04T00:00');
    expect(end('today', BERLIN, late)).toBe('2026-08-04T22:00');
    expect(end('tomorrow 9:00', 'America/New_York', late)).toBe('2026-08-04T13:00');
  });
});

describe('what clocks show', () => {
  const at = (day: string, minutes: number) =>
    new Date(wallInstant({ day, minutes }, BERLIN)).toISOString().slice(0, 16);

  test('is one instant, also on the days on which they are set', () => {
    expect(at('2026-03-29', 60)).toBe('2026-03-29T00:00');
    expect(at('2026-03-29', 9 * 60)).toBe('2026-03-29T07:00');
    expect(at('2026-10-25', 60)).toBe('2026-10-24T23:00');
    expect(at('2026-10-25', 9 * 60)).toBe('2026-10-25T08:00');
  });

  test('is the first of two where they show it twice, and as long after midnight where they skip it', () => {
    expect(at('2026-10-25', 2 * 60 + 30)).toBe('2026-10-25T00:30');
    expect(at('2026-03-29', 2 * 60 + 30)).toBe('2026-03-29T01:30');
  });

  test('at the end of a day is the midnight after it', () => {
    expect(at('2026-10-25', 24 * 60)).toBe('2026-10-25T23:00');
    expect(at('2026-08-03', 24 * 60)).toBe('2026-08-03T22:00');
  });
});
