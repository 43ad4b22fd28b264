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

test('gaps are those between uses of the lineage; a model that comes back after more than eight days is named', () => {
  const hourly = Array.from({ length: 100 }, (_, index) => use(index));
  const weekly = [use(7 * 24, 'weekly'), use(0, 'weekly')];
  const monthly = [use(30 * 24, 'monthly'), use(2 * 24, 'monthly')];

  expect(gapsOf([])).toEqual(NO_GAPS);
  expect(gapsOf([use(9), use(5), use(3)]).longestMs).toBe(3 * HOUR_MS);
  expect(gapsOf([...hourly, ...weekly]).rare).toEqual([]);
  expect(gapsOf([...monthly, ...hourly]).rare).toEqual([
    { model: 'monthly', gapMs: 28 * DAY_MS - HOUR_MS, lastAt: NOON - 47 * HOUR_MS },
  ]);
});

test('a rise is an hour well above the three before it, after the new key has taken over, and no trickle', () => {
  const hours = (old: readonly number[], fresh = 5) => ({
    unit: 'request' as const,
    hours: old.map((count, index) => ({ startAt: NOON + index * HOUR_MS, old: count, fresh })),
  });

  expect(riseOf(hours([90, 3, 0, 1, 40]))).toEqual({ startAt: NOON + 4 * HOUR_MS, count: 40, before: 3 });
  expect(riseOf(hours([90, 3, 0, 1, 9]))).toBeNull();
  expect(riseOf(hours([90, 30, 20, 21, 40]))).toBeNull();
  expect(riseOf(hours([90, 3, 0, 1, 40], 0))).toBeNull();
  expect(riseOf(hours([3, 40]))).toBeNull();
  expect(sparkline([0, 1, 50, 100], 100)).toBe('·▁▅█');
});
