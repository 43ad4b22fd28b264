import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWorkday, nextTurn, parseDaySpec } from '../../src/domain/rotation-calendar.ts';
import { cadenceOf, EVERY, type Every, type RotationCadence } from '../../src/domain/rotation-policy.ts';
import { DAY_MS, HOUR_MS, zoneDayText } from '../../src/domain/time.ts';
import { testPolicy } from '../support/bench-deps.ts';

const ZONES = ['Europe/Amsterdam', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'UTC'] as const;
const NO_RULES = { freezes: [], holidays: [] };
const YEAR_END = { from: '2026-12-18', to: '2027-01-04', why: 'year end' };

function cadence(every: Every, day: string | number, at = '10:00', months: readonly number[] | null = null) {
  const spec = parseDaySpec(day);
  if (spec === null) throw new Error(`${day} is no day`);
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  return { every, months, day: spec, atMinutes: hour * 60 + minute } satisfies RotationCadence;
}

describe('the next turn of a calendar', () => {
  const QUARTER = cadence('quarter', 'second tuesday');

  test.each<[string, RotationCadence, string, string, string]>([
    ['the day itself, before the hour', QUARTER, '2026-10-13T07:59:59Z', 'Europe/Amsterdam', '2026-10-13T08:00:00Z'],
    ['not the instant itself', QUARTER, '2026-10-13T08:00:00Z', 'Europe/Amsterdam', '2027-01-12T09:00:00Z'],
    ['summer time in the company’s zone', QUARTER, '2026-06-01T00:00:00Z', 'America/New_York', '2026-07-14T14:00:00Z'],
    ['half an hour from UTC', QUARTER, '2026-06-01T00:00:00Z', 'Asia/Kolkata', '2026-07-14T04:30:00Z'],
    ['a day that is yesterday in UTC', QUARTER, '2026-12-31T00:00:00Z', 'Pacific/Auckland', '2027-01-11T21:00:00Z'],
    [
      'the month’s end where it has no 31st',
      cadence('month', 31),
      '2026-06-02T00:00:00Z',
      'UTC',
      '2026-06-30T10:00:00Z',
    ],
    ['the leap day', cadence('year', 29, '10:00', [2]), '2027-06-01T00:00:00Z', 'UTC', '2028-02-29T10:00:00Z'],
    [
      'the 28th in other years',
      cadence('year', 29, '10:00', [2]),
      '2028-06-01T00:00:00Z',
      'UTC',
      '2029-02-28T10:00:00Z',
    ],
    ['a weekend moves on', cadence('month', 15), '2026-08-01T00:00:00Z', 'UTC', '2026-08-17T10:00:00Z'],
    ['the last workday', cadence('month', 'last workday'), '2026-01-30T11:00:00Z', 'UTC', '2026-02-27T10:00:00Z'],
    ['January and July', cadence('half', 'first monday'), '2026-02-01T00:00:00Z', 'UTC', '2026-07-06T10:00:00Z'],
    [
      'a time that clocks skip',
      cadence('year', 24, '00:30', [4]),
      '2026-01-01T00:00:00Z',
      'Africa/Cairo',
      '2026-04-23T22:30:00Z',
    ],
    [
      'the first of a time shown twice',
      cadence('year', 29, '23:30', [10]),
      '2026-01-01T00:00:00Z',
      'Africa/Cairo',
      '2026-10-29T20:30:00Z',
    ],
  ])('%s', (_name, given, after, timeZone, expected) => {
    const turn = nextTurn(given, { after: Date.parse(after), timeZone, policy: NO_RULES });

    expect(turn === null ? null : new Date(turn.at).toISOString()).toBe(new Date(expected).toISOString());
  });

  test('a freeze, a holiday and a weekend in a row move it to the first workday after them, and say from where', () => {
    const policy = { freezes: [YEAR_END], holidays: ['2027-01-05', '01-06'] };
    const first = cadence('quarter', 'first workday', '09:00', [1]);

    const turn = nextTurn(first, { after: Date.parse('2026-12-01T00:00:00Z'), timeZone: 'UTC', policy });

    // The first workday of January is Friday the 1st, in the freeze; the 5th and the 6th are holidays.
    expect(turn).toMatchObject({ day: '2027-01-07', moved: { from: '2027-01-01', why: 'year end' } });
  });

  test('two turns that a freeze pushes onto one day are one', () => {
    const policy = { freezes: [{ from: '2026-06-20', to: '2026-09-10', why: null }], holidays: [] };
    const monthly = cadence('month', 'first monday');

    const at = (after: string) => nextTurn(monthly, { after: Date.parse(after), timeZone: 'UTC', policy });

    expect(at('2026-06-02T00:00:00Z')).toMatchObject({ day: '2026-09-11', moved: { why: 'a freeze' } });
    expect(at('2026-09-11T10:00:00Z')).toMatchObject({ day: '2026-10-05', moved: null });
  });

  test('never has none', () => {
    expect(nextTurn(cadence('never', 1), { after: 0, timeZone: 'UTC', policy: NO_RULES })).toBeNull();
  });

  test('whatever the zone, the day and the rules: it is later, on a workday outside of freezes, at the hour, and the first such', () => {
    const days = fc.oneof(
      fc.integer({ min: 1, max: 31 }),
      fc.constantFrom(
        'first monday',
        'second tuesday',
        'last friday',
        'last workday',
        'first sunday',
        'fourth thursday',
      ),
    );
    const freeze = fc.record({ start: fc.integer({ min: 0, max: 700 }), days: fc.integer({ min: 0, max: 60 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.constantFrom(...EVERY.filter((each) => each !== 'never')),
        days,
        fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2029-01-01') }),
        fc.array(freeze, { maxLength: 3 }),
        (timeZone, every, day, after, spans) => {
          const from = Date.parse('2026-01-01');
          const freezes = spans.map(({ start, days: length }) => ({
            from: zoneDayText(from + start * DAY_MS, 'UTC'),
            to: zoneDayText(from + (start + length) * DAY_MS, 'UTC'),
            why: null,
          }));
          const policy = { freezes, holidays: ['12-25', '2026-04-06'] };
          const given = cadence(every, day, '10:00');
          const turn = nextTurn(given, { after, timeZone, policy });

          if (turn === null) throw new Error('no turn');
          expect(turn.at).toBeGreaterThan(after);
          expect(zoneDayText(turn.at, timeZone)).toBe(turn.day);
          expect(isWorkday(turn.day, policy.holidays)).toBe(true);
          expect(freezes.some((one) => one.from <= turn.day && turn.day <= one.to)).toBe(false);
          const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
          expect(clock.format(turn.at)).toBe('10:00');
          // Asked from anywhere between, the answer is the same.
          const between = after + Math.floor((turn.at - after) / 2);
          expect(nextTurn(given, { after: between, timeZone, policy })).toEqual(turn);
          expect(nextTurn(given, { after: turn.at - 1, timeZone, policy })).toEqual(turn);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('the cadence of a key', () => {
  const { rotation } = testPolicy(
    "rotation: { overrides: [{ match: 'billing-*', every: month }, { match: 'legacy-*', every: never, day: 3 }] }",
  );

  test('is its environment’s, unknown counts as production, and the first rule that matches goes before it', () => {
    const of = (slug: string, environment: 'production' | 'development' | 'unknown') =>
      cadenceOf({ slug, environment }, rotation);

    expect(of('chat', 'unknown')).toEqual({ cadence: rotation.calendars.production, override: null });
    expect(of('chat', 'development').cadence.every).toBe('month');
    expect(of('billing-api', 'production')).toMatchObject({
      cadence: { every: 'month', day: rotation.calendars.production.day, atMinutes: 600 },
      override: { match: 'billing-*' },
    });
    expect(of('legacy-x', 'production').cadence).toMatchObject({ every: 'never', day: { kind: 'number', day: 3 } });
  });
});

test.each(['second tuesday', ' Last  Workday ', '15', 31])('%s is a day of a month', (text) => {
  expect(parseDaySpec(text)).not.toBeNull();
});

test.each(['tuesday', 'fifth monday', '0', 32, 'first day', ''])('%j is none', (text) => {
  expect(parseDaySpec(text)).toBeNull();
});

test('hours are those of the zone', () => {
  const turn = nextTurn(cadence('month', 1, '23:59'), { after: 0, timeZone: 'Pacific/Auckland', policy: NO_RULES });
  expect((turn?.at ?? 0) % HOUR_MS).toBe(59 * 60_000);
});
