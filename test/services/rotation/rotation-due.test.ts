import { expect, test } from 'vitest';
import type { Environment, Lineage } from '../../../src/domain/key.ts';
import { DAY_MS, HOUR_MS } from '../../../src/domain/time.ts';
import { RotationDue } from '../../../src/services/rotation/rotation-due.ts';
import { testPolicy } from '../../support/bench-deps.ts';
import { lineageOf } from '../../support/records.ts';

// Second Tuesdays of a quarter at ten; the first Monday of a month.
const CALENDAR = `calendar: { timezone: UTC }
rotation:
  campaigns: true
  holidays: ['2026-10-13']
  overrides: [{ match: 'legacy-*', every: never }, { match: 'billing-*', every: month }]
`;
const AT = (month: number, day: number) => Date.UTC(2026, month - 1, day, 10);

function dueOf(lines = CALENDAR): RotationDue {
  return new RotationDue({ policy: testPolicy(lines) });
}

function lineage(slug: string, environment: Environment): Lineage {
  return lineageOf({ slug, environment });
}

test.each<[string, string, Environment, number | null]>([
  ['production by the quarter', 'prod-api', 'production', AT(7, 14)],
  ['what is not known as production', 'api', 'unknown', AT(7, 14)],
  ['staging a week earlier', 'staging-ci', 'staging', AT(7, 7)],
  ['development by the month', 'dev-ada', 'development', AT(6, 1)],
  ['a key with a calendar of its own', 'billing-eu', 'production', AT(6, 9)],
  ['a key that is never rotated', 'legacy-erp', 'production', null],
])('the next turn: %s', (_, slug, environment, expected) => {
  expect(dueOf().turnAfter(lineage(slug, environment), AT(5, 20))).toBe(expected);
});

test('a turn on a holiday is the next workday', () => {
  expect(dueOf().turnAfter(lineage('prod-api', 'production'), AT(9, 1))).toBe(AT(10, 14));
});

test.each<[string, number | null, number]>([
  ['made on the eve of a turn: left to the one after', AT(7, 13), AT(10, 14)],
  ['old enough for this turn', AT(1, 2), AT(7, 14)],
  ['of unknown age', null, AT(7, 14)],
])('the turn that takes a key: %s', (_, createdAt, expected) => {
  expect(dueOf().turnOf({ createdAt }, lineage('prod-api', 'production'), AT(7, 13) + HOUR_MS)).toBe(expected);
});

test.each<[string, number | null, number, boolean | null]>([
  ['old, before the end of its campaign', AT(1, 2), AT(4, 14) + 14 * DAY_MS, true],
  ['old, after the end of its campaign', AT(1, 2), AT(4, 14) + 14 * DAY_MS + HOUR_MS, false],
  ['too young for that turn: the next one counts', AT(6, 20), AT(9, 1), true],
  ['of unknown age', null, AT(12, 1), null],
])('a key is on time: %s', (_, createdAt, now, expected) => {
  expect(dueOf().isOnTime({ createdAt }, lineage('prod-api', 'production'), now)).toBe(expected);
});

test('nothing is due where campaigns are off, or a key is never rotated', () => {
  const off = dueOf(CALENDAR.replace('campaigns: true', 'campaigns: false'));
  const old = { createdAt: AT(1, 2) };
  expect(off.isOnTime(old, lineage('prod-api', 'production'), AT(12, 1))).toBeNull();
  expect(dueOf().isOnTime(old, lineage('legacy-erp', 'production'), AT(12, 1))).toBeNull();
});
