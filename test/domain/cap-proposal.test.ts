import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zoneCalendar } from '../../src/domain/calendar.ts';
import { type DayCost, proposalFrom, proposeCap, roundCap } from '../../src/domain/cap-proposal.ts';
import { DAY_MS, monthStart, nextMonthStart } from '../../src/domain/time.ts';

const DOLLAR = 1_000_000;

/** The same on each day from one to before another. */
function daily(from: number, to: number, usd: number): DayCost[] {
  const days: DayCost[] = [];
  for (let dayAt = from; dayAt < to; dayAt += DAY_MS) days.push({ dayAt, costMicroUsd: usd * DOLLAR });
  return days;
}

describe('a proposal', () => {
  const now = Date.UTC(2026, 7, 10, 12);
  const months = [2, 3, 4, 5, 6, 7].map((month) => Date.UTC(2026, month - 1, 1));
  const past = months.flatMap((at, index) => daily(at, nextMonthStart(at), index === 3 ? 10 : 4));

  test('is one and a half times the highest of six months, as a person would set it', () => {
    const found = proposeCap({ now, days: past, incidents: [], knownFrom: 0 });

    // May: 31 days of $10, $465 in all with the half.
    expect(found).toMatchObject({ monthlyMicroUsd: 500 * DOLLAR, wholeMonths: 6, daysLeftOut: 0 });
    expect(found.basis).toMatchObject({ monthAt: Date.UTC(2026, 4, 1), isPartial: false });
  });

  test('does not look further back than six whole months', () => {
    const old = daily(Date.UTC(2026, 0, 1), Date.UTC(2026, 1, 1), 900);

    expect(proposalFrom(now)).toBe(Date.UTC(2026, 1, 1));
    expect(proposeCap({ now, days: [...old, ...past], incidents: [], knownFrom: 0 }).monthlyMicroUsd).toBe(
      500 * DOLLAR,
    );
  });

  test('leaves each day out that an incident touches, and says how many', () => {
    const leak = { dayAt: Date.UTC(2026, 5, 17), costMicroUsd: 20_000 * DOLLAR };
    const days = [...past.filter(({ dayAt }) => dayAt !== leak.dayAt), leak];
    const incidents = [{ from: leak.dayAt + 60_000, to: leak.dayAt + 120_000 }];

    expect(proposeCap({ now, days, incidents, knownFrom: 0 })).toMatchObject({
      monthlyMicroUsd: 500 * DOLLAR,
      daysLeftOut: 1,
    });
    expect(proposeCap({ now, days, incidents: [], knownFrom: 0 }).monthlyMicroUsd).toBe(40_000 * DOLLAR);
  });

  test('takes the running month as it stands where it is the highest, and never makes it a whole one', () => {
    const days = [...past, ...daily(Date.UTC(2026, 7, 1), now, 100)];

    const found = proposeCap({ now, days, incidents: [], knownFrom: 0 });

    expect(found).toMatchObject({ monthlyMicroUsd: 1_500 * DOLLAR, basis: { isPartial: true } });
  });

  test('of a key that is younger says how few months there are, its first in part', () => {
    const days = daily(Date.UTC(2026, 5, 20), Date.UTC(2026, 7, 1), 1);

    const found = proposeCap({ now, days, incidents: [], knownFrom: 0 });

    expect(found).toMatchObject({ monthlyMicroUsd: 50 * DOLLAR, wholeMonths: 1 });
    expect(proposeCap({ now, days: daily(Date.UTC(2026, 7, 4), now, 1), incidents: [], knownFrom: 0 })).toMatchObject({
      wholeMonths: 0,
      basis: { isPartial: true },
    });
  });

  test('without any spend that is known is none', () => {
    const none = { monthlyMicroUsd: null, basis: null };

    expect(proposeCap({ now, days: [], incidents: [], knownFrom: 0 })).toMatchObject(none);
    const all = [{ from: 0, to: now }];
    expect(proposeCap({ now, days: past, incidents: all, knownFrom: 0 })).toMatchObject(none);
  });

  test('never shrinks when more is spent, and grows tenfold with ten times the money', () => {
    const spend = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 190, maxLength: 190 });
    fc.assert(
      fc.property(spend, fc.nat(189), fc.integer({ min: 1, max: 1_000 }), (usd, index, more) => {
        const days = usd.map((one, day) => ({
          dayAt: Date.UTC(2026, 1, 1) + day * DAY_MS,
          costMicroUsd: one * DOLLAR,
        }));
        const cap = (list: readonly DayCost[]) =>
          proposeCap({ now, days: list, incidents: [], knownFrom: 0 }).monthlyMicroUsd ?? 0;
        const raised = days.map((day, at) =>
          at === index ? { ...day, costMicroUsd: day.costMicroUsd + more * DOLLAR } : day,
        );
        const tenfold = days.map((day) => ({ ...day, costMicroUsd: day.costMicroUsd * 10 }));
        expect(cap(raised)).toBeGreaterThanOrEqual(cap(days));
        expect(cap(tenfold)).toBe(cap(days) * 10);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a month', () => {
  test.each([
    ['the end of March after a leap day', Date.UTC(2028, 2, 31, 23, 59), Date.UTC(2027, 8, 1)],
    ['a leap day itself', Date.UTC(2028, 1, 29, 12), Date.UTC(2027, 7, 1)],
    ['the first instant of a year', Date.UTC(2027, 0, 1), Date.UTC(2026, 6, 1)],
    ['the end of August, which has no 31st six months before', Date.UTC(2026, 7, 31), Date.UTC(2026, 1, 1)],
  ])('is whole in UTC on %s', (_what, now, from) => {
    expect(proposalFrom(now)).toBe(from);
  });

  test('of February has the 29th in a leap year', () => {
    const now = Date.UTC(2028, 2, 1, 1);
    const days = daily(Date.UTC(2028, 1, 1), Date.UTC(2028, 2, 1), 100);

    expect(proposeCap({ now, days, incidents: [], knownFrom: 0 }).basis).toMatchObject({
      costMicroUsd: 2_900 * DOLLAR,
      isPartial: false,
    });
  });

  // Providers bill by UTC: a zone moves what an incident is called in local days, never which month money counts in.
  test.each(['Europe/Amsterdam', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'])(
    'is the same for people in %s, and a local day of an incident leaves out the UTC days that it touches',
    (zone) => {
      const { dayStart } = zoneCalendar(zone);
      for (const noon of [
        Date.UTC(2026, 2, 29, 12),
        Date.UTC(2026, 9, 25, 12),
        Date.UTC(2026, 2, 8, 12),
        Date.UTC(2026, 3, 5, 12),
      ]) {
        const from = dayStart(noon);
        const to = dayStart(from + 36 * 3_600_000);
        const days = daily(monthStart(noon) - 5 * DAY_MS, nextMonthStart(noon), 1);

        const found = proposeCap({ now: nextMonthStart(noon), days, incidents: [{ from, to }], knownFrom: 0 });

        const touched = days.filter(({ dayAt }) => dayAt < to && dayAt + DAY_MS > from).length;
        expect(touched).toBeGreaterThanOrEqual(1);
        expect(touched).toBeLessThanOrEqual(3);
        expect(found.daysLeftOut).toBe(touched);
      }
    },
  );
});

test.each([
  [0.2, 1],
  [1.01, 1.2],
  [9, 10],
  [10, 10],
  [101, 120],
  [437, 500],
  [650, 800],
  [999, 1_000],
  [1_000, 1_000],
  [12_001, 15_000],
])('$%s becomes $%s', (usd, rounded) => {
  expect(roundCap(usd * DOLLAR)).toBe(rounded * DOLLAR);
});
