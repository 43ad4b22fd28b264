import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DigestTurn, turnsUntil, WEEKDAYS } from '../../../src/domain/digest/turn.ts';
import { DAY_MS, HOUR_MS } from '../../../src/domain/time.ts';

const MONDAY_NINE = { day: 'monday', atMinutes: 9 * 60 } as const;

function newest(
  at: string,
  timeZone: string,
  timetable = MONDAY_NINE as Parameters<typeof turnsUntil>[1]['timetable'],
) {
  const turn = turnsUntil(Date.parse(at), { timetable, timeZone }, 1)[0];
  return turn && { week: turn.week, due: new Date(turn.dueAt).toISOString(), day: turn.day };
}

describe('the digest is due on its day, at its hour, in the company’s zone', () => {
  test.each([
    ['a second before', '2026-10-26T07:59:59Z', 'Europe/Amsterdam', '2026-10-19T07:00:00.000Z', '2026-W43'],
    [
      'the hour itself, an hour later by UTC since the clocks were set back',
      '2026-10-26T08:00:00Z',
      'Europe/Amsterdam',
      '2026-10-26T08:00:00.000Z',
      '2026-W44',
    ],
    ['summer time begins', '2026-03-30T07:00:00Z', 'Europe/Amsterdam', '2026-03-30T07:00:00.000Z', '2026-W14'],
    [
      'New York sets its clocks a week later',
      '2026-11-02T14:00:00Z',
      'America/New_York',
      '2026-11-02T14:00:00.000Z',
      '2026-W45',
    ],
    [
      'and is on summer time a week before',
      '2026-10-26T13:00:00Z',
      'America/New_York',
      '2026-10-26T13:00:00.000Z',
      '2026-W44',
    ],
    ['half an hour off', '2026-10-26T03:30:00Z', 'Asia/Kolkata', '2026-10-26T03:30:00.000Z', '2026-W44'],
    [
      'Monday in Auckland is Sunday by UTC',
      '2026-09-27T20:00:00Z',
      'Pacific/Auckland',
      '2026-09-27T20:00:00.000Z',
      '2026-W40',
    ],
    [
      'before daylight saving there',
      '2026-09-20T21:00:00Z',
      'Pacific/Auckland',
      '2026-09-20T21:00:00.000Z',
      '2026-W39',
    ],
    ['the week of a new year', '2027-01-04T09:00:00Z', 'UTC', '2027-01-04T09:00:00.000Z', '2027-W01'],
    ['a year of 53 weeks', '2026-12-28T09:00:00Z', 'UTC', '2026-12-28T09:00:00.000Z', '2026-W53'],
    ['a leap day is on the way', '2028-03-01T00:00:00Z', 'UTC', '2028-02-28T09:00:00.000Z', '2028-W09'],
  ])('%s', (_name, at, zone, due, week) => {
    expect(newest(at, zone)).toMatchObject({ due, week });
  });

  test('on the leap day itself', () => {
    expect(newest('2028-02-29T23:00:00Z', 'UTC', { day: 'tuesday', atMinutes: 0 })?.day).toBe('2028-02-29');
  });

  test('at an hour that clocks skip it is as much later, of one that they show twice the first', () => {
    const sunday = { day: 'sunday', atMinutes: 150 } as const;
    expect(newest('2026-03-29T12:00:00Z', 'Europe/Amsterdam', sunday)?.due).toBe('2026-03-29T01:30:00.000Z');
    expect(newest('2026-10-25T12:00:00Z', 'Europe/Amsterdam', sunday)?.due).toBe('2026-10-25T00:30:00.000Z');
  });
});

test('weeks follow one another without a gap, in time and in money, whatever the zone, the day and the season', () => {
  const zones = ['Europe/Amsterdam', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'UTC'];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(...WEEKDAYS),
      fc.nat(24 * 60 - 1),
      fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2029, 0, 1) }),
      (timeZone, day, atMinutes, now) => {
        const turns = turnsUntil(now, { timetable: { day, atMinutes }, timeZone }, 9);
        expect(turns.at(-1)?.dueAt).toBeLessThanOrEqual(now);
        expect(now - (turns.at(-1)?.dueAt ?? 0)).toBeLessThan(7 * DAY_MS + HOUR_MS);
        expect(new Set(turns.map(({ week }) => week)).size).toBe(9);
        expect(turns.map(({ week }) => week)).toEqual(turns.map(({ week }) => week).toSorted());
        for (const [before, after] of pairs(turns)) {
          expect(after.happened.from).toBe(before.happened.to);
          expect(after.spent.from).toBe(before.spent.to);
          expect(after.spent.from % DAY_MS).toBe(0);
        }
      },
    ),
    { numRuns: 150 },
  );
});

function pairs(turns: readonly DigestTurn[]): readonly (readonly [DigestTurn, DigestTurn])[] {
  return turns.slice(1).flatMap((turn, index) => {
    const before = turns[index];
    return before === undefined ? [] : [[before, turn] as const];
  });
}
