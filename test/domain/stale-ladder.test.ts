import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ANSWER_MS,
  announcedDate,
  keepUntil,
  type LadderFacts,
  type LadderRecord,
  lastKeptDay,
  NEW_TURN,
  nextStep,
} from '../../src/domain/stale-ladder.ts';
import { exemptionOf, type Idleness, idlenessOf, staleGroupOf } from '../../src/domain/staleness.ts';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.ts';
import { keyOf, lineageOf } from '../support/records.ts';

const NOW = Date.UTC(2026, 9, 14, 12);
const POLICY = { askMs: 30 * DAY_MS, proposeMs: 60 * DAY_MS };
const CONTEXT = { policy: POLICY, now: NOW };

function quiet(days: number, kind: 'unused' | 'never' | 'unseen' = 'unused'): Idleness {
  return { kind, sinceAt: NOW - days * DAY_MS };
}

function facts(fields: Partial<LadderFacts> = {}): LadderFacts {
  return {
    idle: quiet(45),
    status: 'active',
    exemption: null,
    ownerId: 'U1',
    maySuspend: true,
    stop: null,
    ...fields,
  };
}

function turn(fields: Partial<LadderRecord> = {}): LadderRecord {
  return { ...NEW_TURN, keyId: 'key_1', state: 'asked', sinceAt: NOW - 45 * DAY_MS, revision: 1, ...fields };
}

const asked = (daysAgo: number, fields: Partial<LadderRecord> = {}) =>
  turn({ askedTo: 'U1', askedAt: NOW - daysAgo * DAY_MS, ...fields });
const proposed = (daysAhead: number, fields: Partial<LadderRecord> = {}) =>
  turn({ state: 'proposed', proposedAt: NOW - DAY_MS, actAt: NOW + daysAhead * DAY_MS, ...fields });
const suspended = (fields: Partial<LadderRecord> = {}) =>
  turn({ state: 'suspended', proposedAt: NOW, actAt: NOW, actedAt: NOW, undoUntil: NOW + DAY_MS, ...fields });
const BLIND: Idleness = { kind: 'unknown', sinceAt: NOW - 900 * DAY_MS, why: 'blind' };

describe('the step of a key', () => {
  test.each<[string, Partial<LadderFacts>, LadderRecord | null, string]>([
    ['is none while it was used within the month', { idle: quiet(29.99) }, null, 'wait'],
    ['asks its owner after a month', { idle: quiet(30) }, null, 'ask'],
    ['asks about one that was never used', { idle: quiet(30, 'never') }, null, 'ask'],
    ['asks about one that was watched for long enough', { idle: quiet(43, 'unseen') }, null, 'ask'],
    ['is none where it was watched for 12 days only', { idle: quiet(12, 'unseen') }, null, 'wait'],
    ['is none while nothing is known', { idle: BLIND }, null, 'wait'],
    ['is none for a key without an owner yet', { ownerId: null }, null, 'wait'],
    ['proposes the end of one without an owner after two', { ownerId: null, idle: quiet(60) }, null, 'propose'],
    ['asks first, however long it has been quiet', { idle: quiet(400) }, null, 'ask'],
    ['gives the owner a week', { idle: quiet(400) }, asked(6.9), 'wait'],
    ['proposes after two months and a week', { idle: quiet(60) }, asked(7, { sinceAt: quiet(60).sinceAt }), 'propose'],
    ['waits for two months', { idle: quiet(59) }, asked(29), 'wait'],
    ['waits for the announced date', {}, proposed(0.01), 'wait'],
    ['suspends on the announced date', {}, proposed(0), 'suspend'],
    ['leaves to people what cannot be taken back', { maySuspend: false }, proposed(0), 'hand_over'],
    ['says so once', { maySuspend: false }, proposed(0, { actedAt: NOW - 1 }), 'wait'],
    ['never suspends on what is unknown', { idle: BLIND }, proposed(-30), 'wait'],
    ['is none in a rotation', { exemption: 'rotation' }, null, 'wait'],
    ['is none once it is stopped', { status: 'inactive' }, null, 'wait'],
    ['ends in a rotation', { exemption: 'rotation' }, proposed(-1), 'end exempt'],
    ['ends with traffic', { idle: quiet(0) }, asked(10), 'end used'],
    ['ends with traffic on the announced date', { idle: quiet(0.001) }, proposed(0), 'end used'],
    ['ends with traffic that was long ago and came in late', { idle: quiet(31) }, proposed(0), 'end used'],
    ['ends when somebody has stopped it', { status: 'archived' }, asked(10), 'end stopped'],
    ['ends where policy has become more patient', { idle: quiet(45) }, asked(1), 'end exempt'],
    ['is none while somebody wants it', { idle: quiet(400) }, turn({ state: 'kept', keptUntil: NOW + 1 }), 'wait'],
    ['begins anew when that day is over', {}, turn({ state: 'kept', keptUntil: NOW }), 'end kept_over'],
    ['is none while the stop is on its way', { stop: 'waiting' }, suspended(), 'wait'],
    ['takes the stop back on traffic', { stop: 'waiting', idle: quiet(0) }, suspended(), 'end used'],
    ['sees that it was started again', { stop: 'done' }, suspended(), 'end restored'],
    ['sees that the stop was given up', { stop: 'given_up' }, suspended(), 'end given_up'],
    [
      'tells of use before the stop',
      { stop: 'done', status: 'inactive', idle: quiet(1) },
      suspended(),
      'tell_late_use',
    ],
    ['waits while it can be undone', { stop: 'done', status: 'inactive' }, suspended(), 'wait'],
    ['ends the undo', { stop: 'done', status: 'inactive' }, suspended({ undoUntil: NOW }), 'end undo_over'],
    ['lets whoever started it again be', {}, turn({ state: 'over', end: 'restored', endedAt: NOW - DAY_MS }), 'wait'],
    ['asks again after a month', {}, turn({ state: 'over', end: 'restored', endedAt: NOW - 30 * DAY_MS }), 'ask'],
    ['asks at once after a kept day', {}, turn({ state: 'over', end: 'kept_over', endedAt: NOW }), 'ask'],
  ])('%s', (name, given, record, expected) => {
    const patient = name.includes('more patient') ? { ...CONTEXT, policy: { ...POLICY, askMs: 90 * DAY_MS } } : CONTEXT;
    const step = nextStep(facts(given), record, patient);

    expect(step.do === 'end' ? `end ${step.why}` : step.do).toBe(expected);
  });
});

describe('whatever happens', () => {
  const idle = fc.oneof(
    fc.record({
      kind: fc.constantFrom('unused' as const, 'never' as const, 'unseen' as const),
      sinceAt: fc.integer({ min: -200, max: 0 }).map((days) => NOW + days * DAY_MS),
    }),
    fc.constant(BLIND),
  );
  const at = fc.option(fc.integer({ min: -100, max: 100 }).map((days) => NOW + days * DAY_MS));
  const record: fc.Arbitrary<LadderRecord> = fc.record({
    keyId: fc.constant('key_1'),
    state: fc.constantFrom('asked', 'proposed', 'kept', 'suspended', 'over'),
    sinceAt: fc.integer({ min: -200, max: 0 }).map((days) => NOW + days * DAY_MS),
    askedTo: fc.constant('U1'),
    askedAt: at,
    askRound: fc.constant(null),
    proposedAt: at,
    actAt: at,
    proposalRound: fc.constant(null),
    deletableBy: fc.constant(null),
    keptUntil: at,
    keptBy: fc.constant(null),
    keptReason: fc.constant(null),
    actedAt: at,
    undoUntil: at,
    actionId: fc.constant(null),
    end: fc.option(fc.constantFrom('used', 'restored', 'kept_over', 'stopped')),
    endedAt: at,
    revision: fc.constant(1),
  });
  const any = fc.record({
    idle,
    status: fc.constantFrom('active' as const, 'inactive' as const, 'archived' as const, 'gone' as const),
    exemption: fc.option(fc.constantFrom('rotation' as const, 'policy' as const, 'admin' as const)),
    ownerId: fc.option(fc.constant('U1')),
    maySuspend: fc.boolean(),
    stop: fc.constantFrom(null, 'waiting' as const, 'done' as const, 'given_up' as const),
  });

  test('nothing is suspended without an announced date that has passed, known silence and a way back', () => {
    fc.assert(
      fc.property(any, fc.option(record), (given, before) => {
        if (nextStep(given, before, CONTEXT).do !== 'suspend') return;
        expect(before?.state).toBe('proposed');
        expect(before?.actAt ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(NOW);
        expect(given.maySuspend && given.exemption === null && given.status === 'active').toBe(true);
        expect(given.idle.kind).not.toBe('unknown');
        expect(NOW - given.idle.sinceAt).toBeGreaterThanOrEqual(POLICY.askMs);
      }),
      { numRuns: 5_000 },
    );
  });

  test('nobody is asked about, and nothing is proposed of, a key with traffic within the month', () => {
    fc.assert(
      fc.property(any, fc.option(record), (given, before) => {
        const step = nextStep(given, before, CONTEXT).do;
        if (step !== 'ask' && step !== 'propose') return;
        expect(given.idle.kind).not.toBe('unknown');
        expect(NOW - given.idle.sinceAt).toBeGreaterThanOrEqual(POLICY.askMs);
        if (step === 'propose' && before?.state === 'asked')
          expect(NOW - (before.askedAt ?? NOW)).toBeGreaterThanOrEqual(ANSWER_MS);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('what is known of a silence', () => {
  const key = keyOf({ firstSeenAt: NOW - 12 * DAY_MS, createdAt: NOW - 700 * DAY_MS, lastUsedAt: null });
  const seen = { lastUsed: 'usage', usagePerKey: true, knownUntil: NOW } as const;

  test.each([
    ['a key that was watched for 43 days', key, seen, 'unseen', 'unused'],
    ['one of which nobody knows its age', { ...key, createdAt: null }, seen, 'unseen', 'unknown'],
    ['one made while it was watched', { ...key, createdAt: NOW - 40 * DAY_MS }, seen, 'never', 'never'],
    ['one whose provider lists its last use', key, { ...seen, lastUsed: 'listed' }, 'never', 'never'],
    ['one that was used', { ...key, lastUsedAt: NOW - 31 * DAY_MS }, seen, 'unused', 'unused'],
    ['one that is in use', { ...key, lastUsedAt: NOW - DAY_MS }, seen, 'unused', null],
    ['one that cannot be read', key, { ...seen, knownUntil: NOW - 7 * HOUR_MS }, 'unknown', 'unknown'],
    ['one that was never read', key, { ...seen, knownUntil: null }, 'unknown', 'unknown'],
    ['one without usage by key', key, { ...seen, usagePerKey: false }, 'unknown', 'unknown'],
  ] as const)('%s', (_, about, sight, kind, group) => {
    const idle = idlenessOf(about, sight, NOW);

    expect(idle.kind).toBe(kind);
    expect(staleGroupOf(idle, 30 * DAY_MS, NOW)).toBe(group);
  });

  test('a key that was watched for 12 days only is not called unused', () => {
    const young = { ...key, firstSeenAt: NOW + 19 * DAY_MS };

    expect(staleGroupOf(idlenessOf(young, seen, NOW), 30 * DAY_MS, NOW)).toBe('unknown');
  });
});

describe('left alone', () => {
  const rules = [
    { match: 'dr-*', pattern: /^dr-/, environment: null },
    { match: null, pattern: null, environment: 'staging' as const },
  ];
  test.each([
    ['admin keys', { kind: 'admin' as const }, {}, 'admin'],
    ['keys that people registered', { connectionId: 'registered' }, {}, 'registered'],
    ['canaries', { label: 'prod-canary' }, {}, 'canary'],
    ['a name of policy’s, by its label', { label: 'dr-failover' }, {}, 'policy'],
    ['an environment of policy’s', {}, { environment: 'staging' as const }, 'policy'],
    ['no other key', {}, {}, null],
    ['no bird of prey', { label: 'canaryville' }, {}, null],
  ] as const)('%s', (_, key, lineage, expected) => {
    const about = {
      key: keyOf({ label: 'prod-api', ...key }),
      lineage: lineageOf({ slug: 'prod-api', environment: 'production', ...lineage }),
      isRotating: false,
    };

    expect(exemptionOf(about, rules)).toBe(expected);
  });
});

describe('the announced date', () => {
  const at = (text: string) => Date.parse(text);
  test.each([
    ['is at ten, over a change of the clocks', 'Europe/Amsterdam', '2026-10-14T12:00Z', 14, '2026-10-28T09:00:00.000Z'],
    ['over the other one', 'Europe/Amsterdam', '2026-03-18T12:00Z', 14, '2026-04-01T08:00:00.000Z'],
    ['in New York', 'America/New_York', '2026-10-21T15:00Z', 14, '2026-11-04T15:00:00.000Z'],
    ['where the offset is half an hour', 'Asia/Kolkata', '2026-10-14T12:00Z', 14, '2026-10-28T04:30:00.000Z'],
    ['on the day of the zone, not of UTC', 'Pacific/Auckland', '2026-09-15T20:00Z', 14, '2026-09-29T21:00:00.000Z'],
    ['on a leap day', 'UTC', '2028-02-15T12:00Z', 14, '2028-02-29T10:00:00.000Z'],
    ['past the end of a month', 'UTC', '2026-01-28T12:00Z', 14, '2026-02-11T10:00:00.000Z'],
    ['on no weekend', 'UTC', '2026-10-17T12:00Z', 14, '2026-11-02T10:00:00.000Z'],
    ['on no holiday', 'UTC', '2026-12-11T12:00Z', 14, '2026-12-28T10:00:00.000Z'],
  ])('%s', (_, timeZone, now, days, expected) => {
    const announced = announcedDate(at(now), days, { timeZone, holidays: ['12-25'] });

    expect(new Date(announced).toISOString()).toBe(expected);
  });
});

describe('a key is kept', () => {
  test.each([
    ['through its day', '2026-10-15', 'UTC', '2026-10-16T00:00:00.000Z'],
    ['through a day of 25 hours', '2026-10-25', 'Europe/Amsterdam', '2026-10-25T23:00:00.000Z'],
    ['through a day of 23 hours', '2027-03-28', 'Europe/Amsterdam', '2027-03-28T22:00:00.000Z'],
    ['by the days of Auckland', '2026-11-01', 'Pacific/Auckland', '2026-11-01T11:00:00.000Z'],
    ['for a year', '2027-10-15', 'UTC', '2027-10-16T00:00:00.000Z'],
  ])('%s', (_, day, timeZone, expected) => {
    const until = keepUntil(day, NOW, timeZone);

    expect(new Date(until ?? 0).toISOString()).toBe(expected);
    expect(lastKeptDay(until ?? 0, timeZone)).toBe(day);
  });

  test.each(['2026-10-14', '2026-10-13', '2027-10-16', '2027-02-29', '2026-13-01', 'soon', ''])(
    'not until %j',
    (day) => {
      expect(keepUntil(day, NOW, 'UTC')).toBeNull();
    },
  );

  test('until a leap day', () => {
    expect(keepUntil('2028-02-29', Date.UTC(2028, 1, 1), 'UTC')).toBe(Date.UTC(2028, 2, 1));
  });
});
