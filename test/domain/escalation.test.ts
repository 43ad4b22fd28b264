import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextAtHour } from '../../src/domain/clock-time.ts';
import { climb, dueAt, type EscalationPolicy, lossStep, nextCall, stepsAhead } from '../../src/domain/escalation.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { alertOf, NOON } from '../support/records.ts';

const POLICY: EscalationPolicy = {
  owner: 5 * MINUTE_MS,
  webhook: 5 * MINUTE_MS,
  responders: 15 * MINUTE_MS,
  admins: 30 * MINUTE_MS,
};
const climbing = alertOf({ escalation: { since: NOON, taken: [] } });

test.each([
  [0, 0],
  [99_999_999, 0],
  [100_000_000, 100_000_000],
  [199_999_999, 100_000_000],
  [200_000_000, 200_000_000],
  [11_800_000_000, 6_400_000_000],
])('a loss of %i has reached the doubling of %i', (lost, step) => {
  expect(lossStep(lost)).toBe(step);
});

describe('the steps', () => {
  test('are taken each once, in order, however often somebody looks', () => {
    const looks = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 12 });
    fc.assert(
      fc.property(looks, (minutes) => {
        const called: string[] = [];
        let alert = climbing;
        for (const minute of minutes.toSorted((a, b) => a - b)) {
          const { taken, call } = climb(alert, POLICY, NOON + minute * MINUTE_MS);
          if (call !== null) called.push(call);
          alert = { ...alert, escalation: { since: NOON, taken: [...(alert.escalation?.taken ?? []), ...taken] } };
        }
        const order = ['owner', 'responders', 'admins'];
        expect(called).toEqual(order.filter((step) => called.includes(step)));
        const last = Math.max(-1, ...minutes);
        expect(called.at(-1)).toBe(last >= 30 ? 'admins' : last >= 15 ? 'responders' : last >= 5 ? 'owner' : undefined);
      }),
    );
  });

  test('that are due are told to the minute before, and the webhook’s is nobody’s call', () => {
    expect(stepsAhead(climbing, POLICY).map(({ step }) => step)).toEqual(['owner', 'webhook', 'responders', 'admins']);
    expect(nextCall(climbing, { ...POLICY, webhook: 0 })).toEqual({ step: 'owner', at: NOON + 5 * MINUTE_MS });
    expect(dueAt(climbing, { ...POLICY, webhook: 0 })).toBe(NOON);
    expect(climb(climbing, POLICY, NOON + 5 * MINUTE_MS - 1)).toEqual({ taken: [], call: null, webhook: false });
  });

  test('do not exist for what is snoozed, and the end of the snooze is what is due', () => {
    const asleep = alertOf({ snoozedUntil: NOON + HOUR_MS });

    expect([nextCall(asleep, POLICY), dueAt(asleep, POLICY)]).toEqual([null, NOON + HOUR_MS]);
    expect(dueAt(alertOf(), POLICY)).toBeNull();
  });

  test('of a test come within three minutes, whatever policy says, and it ends by itself', () => {
    const off = { owner: null, webhook: null, responders: null, admins: null };
    const test = { ...climbing, testOf: 'U1', openedAt: NOON };

    expect(stepsAhead(test, off).map(({ at }) => (at - NOON) / MINUTE_MS)).toEqual([0, 1, 2, 3]);
    expect(dueAt({ ...test, escalation: null }, off)).toBe(NOON + 15 * MINUTE_MS);
  });
});

describe('nine o’clock', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Chatham', 'Australia/Lord_Howe'];

  test('is the next one that the zone’s clocks show, within 25 hours', () => {
    const instants = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (now, timeZone) => {
        const at = nextAtHour(9, now, timeZone);
        const shown = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at);
        expect(shown).toBe('09:00');
        expect(at).toBeGreaterThan(now);
        expect(at - now).toBeLessThanOrEqual(DAY_MS + HOUR_MS);
      }),
      { numRuns: 300 },
    );
  });
});
