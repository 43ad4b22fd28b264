import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ALERT_EVENTS,
  ALERT_STATES,
  type Alert,
  type AlertEventKind,
  type AlertState,
  afterEvent,
  alertName,
  blameKey,
  isQuiet,
  isSameEpisode,
  mergeFinding,
  nextState,
  openedBy,
  otherKeys,
  QUIET_MS,
  REOPEN_WITHIN_MS,
  STOP_GRACE_MS,
  snoozed,
} from '../../src/domain/alert.ts';
import { isExpected } from '../../src/domain/expectation.ts';
import { type Finding, SEVERITIES, severityRank } from '../../src/domain/finding.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { present } from '../support/bench-deps.ts';
import { alertOf, NOON } from '../support/records.ts';

/** What does not apply is left out. */
const NEXT: Readonly<Record<AlertState, Partial<Record<AlertEventKind, AlertState>>>> = {
  open: {
    finding: 'open',
    finding_after_stop: 'open',
    acknowledge: 'acknowledged',
    snooze: 'open',
    unsnooze: 'open',
    expect: 'resolved',
    contain: 'contained',
    quiet: 'resolved',
    end: 'resolved',
  },
  acknowledged: {
    finding: 'acknowledged',
    finding_after_stop: 'open',
    snooze: 'acknowledged',
    unsnooze: 'acknowledged',
    expect: 'resolved',
    contain: 'contained',
    quiet: 'resolved',
    end: 'resolved',
  },
  contained: {
    finding: 'contained',
    finding_after_stop: 'open',
    expect: 'resolved',
    contain: 'contained',
    release: 'acknowledged',
    quiet: 'resolved',
  },
  resolved: { finding: 'open', finding_after_stop: 'open', reopen: 'open' },
};

function findingOf(fields: Partial<Finding> = {}): Finding {
  return {
    detectorId: 'spend-acceleration',
    lineageId: 'lin_1',
    keyId: 'key_1',
    severity: 'high',
    startedAt: NOON,
    observedUntil: NOON + HOUR_MS,
    costMicroUsd: 1,
    headline: ['new headline'],
    reason: ['new reason'],
    evidence: { lastSpendAt: NOON },
    dedupeKey: 'd',
    ...fields,
  };
}

describe('the state machine', () => {
  const pairs = ALERT_STATES.flatMap((state) =>
    ALERT_EVENTS.map((event) => ({ state, event, to: NEXT[state][event] ?? null })),
  );

  test.each(pairs)('$state + $event → $to', ({ state, event, to }) => {
    expect(nextState(state, event)).toBe(to);
  });

  test('an episode ends with quiet, a person’s word or the end of a test, and only a restore releases what is contained', () => {
    for (const { state, event, to } of pairs) {
      if (to === 'resolved') expect(['quiet', 'expect', 'end']).toContain(event);
      if (state === 'contained' && to === 'acknowledged') expect(event).toBe('release');
    }
  });

  test.each(pairs)(
    '$state + $event: what applies is a new revision, and what is closed or stopped says since when',
    ({ state, event, to }) => {
      const now = NOON + HOUR_MS;
      const before = alertOf({
        state,
        revision: 7,
        closedAt: state === 'resolved' ? NOON : null,
        containedAt: state === 'contained' ? NOON : null,
      });

      const after = afterEvent(before, event, now);

      expect(after === null).toBe(to === null);
      if (after === null) return;
      expect(after.state).toBe(to);
      expect(after.revision).toBe(8);
      expect(after.closedAt).toBe(to === 'resolved' ? now : null);
      if (to === 'contained') expect(after.containedAt).toBe(before.containedAt ?? now);
      if (to === 'open' || to === 'acknowledged') expect(after.containedAt).toBeNull();
      expect(after.escalation).toEqual(to === 'open' ? { since: now, taken: [] } : null);
      expect(after.verdict).toBe(event === 'expect' ? 'legitimate' : null);
    },
  );
});

describe('merging a finding', () => {
  const alerts = fc.record({
    state: fc.constantFrom(...ALERT_STATES),
    severity: fc.constantFrom(...SEVERITIES),
    startedAt: fc.integer({ min: NOON - HOUR_MS, max: NOON + HOUR_MS }),
    dataUntil: fc.integer({ min: NOON - HOUR_MS, max: NOON + HOUR_MS }),
  });
  const findings = fc.record({
    severity: fc.constantFrom(...SEVERITIES),
    startedAt: fc.integer({ min: NOON - HOUR_MS, max: NOON + HOUR_MS }),
    observedUntil: fc.integer({ min: NOON - HOUR_MS, max: NOON + HOUR_MS }),
    detectorId: fc.constantFrom('spend-spike', 'other'),
  });

  test('never makes the episode younger, less severe or its data older, and forgets no detector', () => {
    fc.assert(
      fc.property(alerts, findings, (fields, found) => {
        const before = alertOf(fields);
        const after = mergeFinding(before, findingOf(found), NOON);
        expect(after.startedAt).toBe(Math.min(before.startedAt, found.startedAt));
        expect(severityRank(after.severity)).toBe(
          Math.max(severityRank(before.severity), severityRank(found.severity)),
        );
        expect(after.dataUntil).toBe(Math.max(before.dataUntil, found.observedUntil));
        expect(after.detectorIds).toEqual([...new Set([...before.detectorIds, found.detectorId])]);
      }),
    );
  });

  test('takes the newest words and figures, and stays the same alert', () => {
    const before = alertOf({ number: 142, acknowledgedBy: 'slack:T1/U1', state: 'acknowledged' });

    const after = mergeFinding(before, findingOf(), NOON + 5);

    expect(after).toEqual({
      ...before,
      headline: ['new headline'],
      reason: ['new reason'],
      evidence: { lastSpendAt: NOON },
      detectorIds: ['spend-spike', 'spend-acceleration'],
      dataUntil: NOON + HOUR_MS,
      lastFindingAt: NOON + 5,
      perKey: {
        key_1: {
          severity: 'high',
          headline: ['new headline'],
          reason: ['new reason'],
          evidence: { lastSpendAt: NOON },
          costMicroUsd: 1,
          foundAt: NOON + 5,
        },
      },
    });
  });

  test('blames the key of the newest finding, and the one before when it blames none', () => {
    expect(mergeFinding(alertOf(), findingOf({ keyId: 'key_2' }), NOON).keyId).toBe('key_2');
    expect(mergeFinding(alertOf(), findingOf({ keyId: null }), NOON).keyId).toBe('key_1');
  });
});

describe('after a stop', () => {
  const contained = alertOf({ state: 'contained', containedAt: NOON });
  const spentAt = (lastSpendAt: number | null) => findingOf({ evidence: { lastSpendAt } });

  test.each([
    ['before it', NOON - MINUTE_MS],
    ['within the grace', NOON + STOP_GRACE_MS],
    ['at a time that nobody knows', null],
  ])('usage from %s changes the sum, not the state', (_, at) => {
    const after = mergeFinding(contained, spentAt(at), NOON + HOUR_MS);

    expect([after.state, after.containedAt]).toEqual(['contained', NOON]);
  });

  test('spend that goes on beyond the grace opens it again: the stop did not work', () => {
    const after = mergeFinding(contained, spentAt(NOON + STOP_GRACE_MS + 1), NOON + HOUR_MS);

    expect([after.state, after.containedAt]).toEqual(['open', null]);
  });

  test('a finding without such evidence does not open it again', () => {
    expect(mergeFinding(contained, findingOf({ evidence: {} }), NOON + HOUR_MS).state).toBe('contained');
  });

  test('what was resolved opens again with its next finding, and is neither stopped nor closed any more', () => {
    const resolved = alertOf({ state: 'resolved', containedAt: NOON, closedAt: NOON + HOUR_MS });

    const after = mergeFinding(resolved, spentAt(NOON), NOON + 2 * HOUR_MS);

    expect([after.state, after.containedAt, after.closedAt]).toEqual(['open', null, null]);
  });

  test('without a stop an acknowledged alert stays acknowledged, however late the spend', () => {
    expect(mergeFinding(alertOf({ state: 'acknowledged' }), spentAt(NOON + HOUR_MS), NOON).state).toBe('acknowledged');
  });
});

describe('an episode', () => {
  test('goes on while it is not closed, however long', () => {
    expect(isSameEpisode(alertOf({ closedAt: null }), NOON + 1_000 * HOUR_MS)).toBe(true);
  });

  test('is taken up again within a day of its end, and not after', () => {
    const closed = alertOf({ state: 'resolved', closedAt: NOON });

    expect(isSameEpisode(closed, NOON + REOPEN_WITHIN_MS)).toBe(true);
    expect(isSameEpisode(closed, NOON + REOPEN_WITHIN_MS + 1)).toBe(false);
  });

  test.each(['open', 'acknowledged', 'contained'] as const)('that is %s ends with two quiet hours', (state) => {
    const alert = alertOf({ state, lastFindingAt: NOON });

    expect(isQuiet(alert, NOON + QUIET_MS)).toBe(true);
    expect(isQuiet(alert, NOON + QUIET_MS - 1)).toBe(false);
  });

  test('that is over does not end again', () => {
    expect(isQuiet(alertOf({ state: 'resolved', lastFindingAt: NOON }), NOON + 2 * QUIET_MS)).toBe(false);
  });

  test('is called by its number', () => {
    expect(alertName({ number: 142 })).toBe('KS-142');
  });
});

describe('two keys of one lineage', () => {
  const first = mergeFinding(alertOf(), findingOf({ severity: 'critical', headline: ['spending 90x'] }), NOON);

  test('that both misbehave are both kept, and the worse one is to blame', () => {
    const after = mergeFinding(first, findingOf({ keyId: 'key_2', headline: ['spending 6x'] }), NOON + MINUTE_MS);

    expect([after.keyId, after.headline]).toEqual(['key_1', ['spending 90x']]);
    expect(otherKeys(after).map(([keyId, { headline }]) => [keyId, headline])).toEqual([['key_2', ['spending 6x']]]);
  });

  test('change places when the worse one has not been found for two hours', () => {
    const after = mergeFinding(first, findingOf({ keyId: 'key_2', headline: ['spending 6x'] }), NOON + QUIET_MS);

    expect([after.keyId, after.headline]).toEqual(['key_2', ['spending 6x']]);
    expect(otherKeys(after)).toEqual([]);
  });

  test('the blame moves to the other with what was found of it', () => {
    const both = mergeFinding(first, findingOf({ keyId: 'key_2', headline: ['spending 6x'] }), NOON + MINUTE_MS);

    expect(blameKey(both, 'key_2')).toMatchObject({
      keyId: 'key_2',
      headline: ['spending 6x'],
      revision: both.revision + 1,
    });
    expect(blameKey(both, 'key_3')).toBe(both);
  });
});

describe('a snooze', () => {
  const until = NOON + HOUR_MS;
  const open = climbingAlert();
  const asleep = present(snoozed(open, until, NOON));

  test('stops the escalation, and its end begins it anew', () => {
    expect([asleep.state, asleep.snoozedUntil, asleep.escalation]).toEqual(['open', until, null]);

    const awake = present(afterEvent(asleep, 'unsnooze', until));

    expect([awake.snoozedUntil, awake.escalation]).toEqual([null, { since: until, taken: [] }]);
  });

  test('outlives a finding that is no worse, and ends with one that is', () => {
    expect(mergeFinding(asleep, findingOf({ severity: 'high' }), NOON + MINUTE_MS).snoozedUntil).toBe(until);

    const worse = mergeFinding(asleep, findingOf({ severity: 'critical' }), NOON + MINUTE_MS);

    expect([worse.snoozedUntil, worse.escalation]).toEqual([null, { since: NOON + MINUTE_MS, taken: [] }]);
  });

  test.each(['acknowledge', 'contain', 'quiet', 'expect'] as const)('ends with %s', (event) => {
    expect(afterEvent(asleep, event, NOON + MINUTE_MS)?.snoozedUntil).toBeNull();
  });

  test('of an acknowledged alert wakes nobody when it ends', () => {
    const taken = present(snoozed(alertOf({ state: 'acknowledged' }), until, NOON));

    expect(afterEvent(taken, 'unsnooze', until)).toMatchObject({ state: 'acknowledged', escalation: null });
  });
});

describe('what was called expected', () => {
  const expected = { until: NOON + 4 * HOUR_MS, hourMicroUsd: 10_000_000 };
  const closed = alertOf({ state: 'resolved', closedAt: NOON, verdict: 'legitimate', expected, severity: 'high' });
  const hour = (hourMicroUsd: number, severity: Finding['severity'] = 'high') =>
    findingOf({ severity, evidence: { hourMicroUsd } });

  test.each([
    ['as much', hour(10_000_000), NOON + HOUR_MS, true],
    ['twice as much', hour(20_000_000), NOON + HOUR_MS, false],
    ['something worse', hour(10_000_000, 'critical'), NOON + HOUR_MS, false],
    ['as much an hour after the end, when windows still hold it', hour(10_000_000), NOON + 5 * HOUR_MS, true],
    ['as much later than that', hour(10_000_000), NOON + 5 * HOUR_MS + 1, false],
    ['as much on average', findingOf({ costMicroUsd: 30_000_000, observedUntil: NOON + 3 * HOUR_MS }), NOON, true],
  ])('%s', (_, finding, now, yes) => {
    expect(isExpected(closed, finding, now)).toBe(yes);
  });

  test('is forgotten when the alert opens again', () => {
    expect(mergeFinding(closed, hour(90_000_000), NOON + HOUR_MS)).toMatchObject({
      state: 'open',
      verdict: null,
      expected: null,
      closedAt: null,
    });
  });

  test('keeps the episode for longer than a day where somebody said so', () => {
    const long = alertOf({ ...closed, expected: { ...expected, until: NOON + 24 * HOUR_MS } });

    expect(isSameEpisode(long, NOON + 25 * HOUR_MS)).toBe(true);
    expect(isSameEpisode(long, NOON + 25 * HOUR_MS + 1)).toBe(false);
  });
});

describe('any sequence of events', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ event: fc.constantFrom(...ALERT_EVENTS), severity: fc.constant(null) }),
      fc.record({ event: fc.constant('found' as const), severity: fc.constantFrom(...SEVERITIES) }),
    ),
    { maxLength: 30 },
  );

  test('keeps the alert whole: closed iff resolved, going up only while open, awake and bad enough, revision never back', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(...SEVERITIES), (sequence, severity) => {
        let now = NOON;
        let alert = openedBy(findingOf({ severity }), { id: 'alert_1', number: 1, now });
        for (const step of sequence) {
          now += MINUTE_MS;
          const before = alert;
          if (step.event === 'found') alert = mergeFinding(alert, findingOf({ severity: step.severity }), now);
          else if (step.event === 'snooze') alert = snoozed(alert, now + HOUR_MS, now) ?? alert;
          else alert = afterEvent(alert, step.event, now) ?? alert;

          expect(alert.closedAt !== null).toBe(alert.state === 'resolved');
          expect(alert.escalation !== null).toBe(
            alert.state === 'open' && alert.snoozedUntil === null && severityRank(alert.severity) >= 2,
          );
          if (alert.snoozedUntil !== null) expect(['open', 'acknowledged']).toContain(alert.state);
          if (alert.state === 'contained') expect(alert.containedAt).not.toBeNull();
          if (alert.verdict !== null) expect(alert.state).toBe('resolved');
          const moved = alert.state !== before.state || alert.severity !== before.severity;
          expect(alert.revision - before.revision).toBeGreaterThanOrEqual(moved ? 1 : 0);
          expect(severityRank(alert.severity)).toBeGreaterThanOrEqual(severityRank(before.severity));
          expect(alert.startedAt).toBeLessThanOrEqual(before.startedAt);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function climbingAlert(): Alert {
  return openedBy(findingOf(), { id: 'alert_1', number: 1, now: NOON });
}
