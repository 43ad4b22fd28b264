import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { riseOf, sparkline } from '../../src/domain/rotation-burndown.ts';
import { gapsOf, type QuietFacts, quietOf } from '../../src/domain/rotation-quiet.ts';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.ts';
import { NOON } from '../support/records.ts';

const NO_GAPS = { longestMs: 0, rare: [] };
const facts = (fields: Partial<QuietFacts> = {}): QuietFacts => ({
  kind: 'planned',
  hasEnded: false,
  lastUsedAt: NOON - 30 * HOUR_MS,
  knownFrom: NOON - 35 * DAY_MS,
  completeUntil: NOON,
  gaps: NO_GAPS,
  ...fields,
});
const use = (hoursAgo: number, model = 'opus') => ({
  model,
  startAt: NOON - hoursAgo * HOUR_MS,
  endAt: NOON - (hoursAgo - 1) * HOUR_MS,
});

describe('an old key is quiet', () => {
  test.each([
    ['after a day without use', {}, true, DAY_MS],
    ['not before', { lastUsedAt: NOON - 23 * HOUR_MS }, false, DAY_MS],
    ['not in the longest gap of its lineage', { gaps: { longestMs: 31 * HOUR_MS, rare: [] } }, false, 31 * HOUR_MS],
    [
      'after eight days, however long the gap is',
      { gaps: { longestMs: 30 * DAY_MS, rare: [] }, lastUsedAt: NOON - 8 * DAY_MS },
      true,
      8 * DAY_MS,
    ],
    ['at once in an emergency', { kind: 'emergency', lastUsedAt: NOON }, true, 0],
    ['at once when it has ended', { hasEnded: true, lastUsedAt: NOON }, true, 0],
    ['where it was never used in the time that is known', { lastUsedAt: null }, true, DAY_MS],
    // Late or unreadable data stands still: what nobody could look at is no quiet time.
    ['not in time that nobody could look at', { completeUntil: NOON - 7 * HOUR_MS }, false, DAY_MS],
    ['not where usage was never read', { completeUntil: null }, false, DAY_MS],
  ] as const)('%s', (_what, fields, isQuiet, neededMs) => {
    expect(quietOf(facts(fields))).toMatchObject({ isQuiet, neededMs });
  });

  test('from an instant that can be told beforehand', () => {
    const { readyAt, since } = quietOf(facts({ lastUsedAt: NOON - HOUR_MS }));

    expect([since, readyAt]).toEqual([NOON - HOUR_MS, NOON + 23 * HOUR_MS]);
    expect(quietOf(facts({ lastUsedAt: NOON - HOUR_MS, completeUntil: readyAt ?? 0 })).isQuiet).toBe(true);
    expect(quietOf(facts({ lastUsedAt: NOON - HOUR_MS, completeUntil: (readyAt ?? 0) - 1 })).isQuiet).toBe(false);
  });

  test('never sooner than a day or later than eight, and later data never makes it less quiet', () => {
    const any = fc.record({
      lastUsedAt: fc.option(fc.integer({ min: NOON - 35 * DAY_MS, max: NOON })),
      completeUntil: fc.integer({ min: NOON - 2 * DAY_MS, max: NOON + 20 * DAY_MS }),
      longestMs: fc.integer({ min: 0, max: 35 * DAY_MS }),
      later: fc.nat(DAY_MS),
    });
    fc.assert(
      fc.property(any, ({ longestMs, later, ...fields }) => {
        const given = facts({ ...fields, gaps: { longestMs, rare: [] } });
        const quiet = quietOf(given);
        expect(quiet.neededMs).toBeGreaterThanOrEqual(DAY_MS);
        expect(quiet.neededMs).toBeLessThanOrEqual(8 * DAY_MS);
        const afterwards = quietOf({ ...given, completeUntil: fields.completeUntil + later });
        expect(afterwards.isQuiet || !quiet.isQuiet).toBe(true);
      }),
    );
  });
});

describe('the gaps of a lineage', () => {
  const begun = (daysAgo: number) => ({ from: NOON - daysAgo * DAY_MS, until: NOON });
  const KNOWN = begun(35);
  const every = (hours: number, { from = 35, to = 0, model = 'opus' } = {}) =>
    Array.from({ length: ((from - to) * 24) / hours }, (_, index) => use(to * 24 + (index + 1) * hours, model));
  const HOURLY = every(1);

  test.each<readonly [string, ReturnType<typeof every>, typeof KNOWN, number]>([
    ['nothing was ever used', [], KNOWN, 0],
    ['around the clock', HOURLY, KNOWN, 0],
    ['around the clock, with a key of three days', every(1, { from: 3 }), begun(3), 0],
    ['around the clock, with a key that was idle until it began', every(1, { from: 6 }), KNOWN, 0],
    ['around the clock, ended before the rotation began', every(1, { to: 10 }), KNOWN, 0],
    ['around the clock, and nightly with another model', [...HOURLY, ...every(24, { model: 'night' })], KNOWN, 23],
    ['weekly beside it', [...HOURLY, ...every(7 * 24, { model: 'week' })], KNOWN, 7 * 24 - 1],
    ['weekly, twice so far, since the key was made', every(7 * 24, { from: 14 }), begun(15), 7 * 24 - 1],
    ['once, in a key of three days', [use(24)], begun(3), 48],
    ['once, before anything else is known of it', [use(60)], begun(1), 59],
  ])('%s', (_, uses, range, hours) => {
    const { longestMs, rare } = gapsOf(uses, range);

    expect([longestMs / HOUR_MS, rare]).toEqual([hours, []]);
  });

  test.each<readonly [string, ReturnType<typeof every>, { gapMs: number; lastAt: number; isOnce: boolean }]>([
    ['once, long ago', [use(20 * 24)], { gapMs: 20 * DAY_MS - HOUR_MS, lastAt: NOON - 479 * HOUR_MS, isOnce: true }],
    ['once, yesterday', [use(24)], { gapMs: 34 * DAY_MS, lastAt: NOON - 23 * HOUR_MS, isOnce: true }],
    [
      'monthly, twice in five weeks',
      [use(30 * 24), use(2 * 24)],
      { gapMs: 28 * DAY_MS - HOUR_MS, lastAt: NOON - 47 * HOUR_MS, isOnce: false },
    ],
    [
      'three nights at the end of a month',
      every(24, { from: 20, to: 17 }),
      { gapMs: 17 * DAY_MS + 23 * HOUR_MS, lastAt: NOON - 17 * DAY_MS - 23 * HOUR_MS, isOnce: false },
    ],
  ])('name who comes %s, alone or beside steady traffic, and ask for eight days', (_, uses, found) => {
    const seldom = uses.map((one) => ({ ...one, model: 'seldom' }));

    for (const all of [seldom, [...HOURLY, ...seldom]]) {
      const gaps = gapsOf(all, KNOWN);
      expect(gaps).toEqual({ longestMs: found.gapMs, rare: [{ model: 'seldom', ...found }] });
      expect(quietOf(facts({ gaps, lastUsedAt: NOON - 2 * DAY_MS }))).toMatchObject({
        isQuiet: false,
        neededMs: 8 * DAY_MS,
      });
    }
  });
});

const MOVED = NOON + HOUR_MS;

test.each<readonly [string, { old: readonly number[]; fresh: readonly number[]; movedAt?: number }, number | null]>([
  ['a rise after it had gone down', { old: [90, 3, 0, 1, 40], fresh: [0, 80, 90, 90, 60] }, 3],
  ['a forgotten job that comes back out of nothing', { old: [0, 0, 0, 0, 40], fresh: [90, 90, 90, 90, 90] }, 0],
  ['a trickle', { old: [90, 3, 0, 1, 9], fresh: [0, 80, 90, 90, 90] }, null],
  ['waves of consumers that move over', { old: [100, 70, 66, 30, 12], fresh: [0, 30, 34, 70, 88] }, null],
  ['a wave with a burst of retries', { old: [100, 60, 30, 20, 65], fresh: [0, 40, 70, 80, 60] }, null],
  ['what grows and has never gone down', { old: [40, 30, 30, 30, 70], fresh: [0, 500, 500, 500, 500] }, null],
  ['a morning in which both keys wake up', { old: [60, 4, 3, 4, 40], fresh: [0, 12, 9, 12, 120] }, null],
  ['a night in which only the new one sleeps', { old: [90, 12, 10, 11, 12], fresh: [60, 60, 30, 9, 2] }, null],
  ['nobody has moved', { old: [90, 0, 0, 0, 40], fresh: [0, 0, 0, 0, 0] }, null],
  ['the last one has just moved', { old: [90, 3, 0, 1, 40], fresh: [0, 80, 90, 90, 60], movedAt: MOVED * 2 }, null],
  ['too few hours to tell', { old: [3, 40], fresh: [9, 9] }, null],
])('a rise of the old key: %s', (_, { old, fresh, movedAt = MOVED }, before) => {
  const hours = old.map((count, index) => ({ startAt: NOON + index * HOUR_MS, old: count, fresh: fresh[index] ?? 0 }));
  const rise = { startAt: NOON + (old.length - 1) * HOUR_MS, count: old.at(-1), before };

  const move = { burnDown: { unit: 'request', hours }, movedAt } as const;
  expect(riseOf(move, { ratio: 2, requests: 10 })).toEqual(before === null ? null : rise);
});

test('a sparkline has one sign per hour, in one measure', () => {
  expect(sparkline([0, 1, 50, 100], 100)).toBe('·▁▅█');
});
