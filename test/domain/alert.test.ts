import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ALERT_EVENTS,
  ALERT_STATES,
  type AlertEventKind,
  type AlertState,
  alertName,
  isQuiet,
  isSameEpisode,
  mergeFinding,
  nextState,
  QUIET_MS,
  REOPEN_WITHIN_MS,
  STOP_GRACE_MS,
} from '../../src/domain/alert.ts';
import { type Finding, SEVERITIES, severityRank } from '../../src/domain/finding.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { alertOf, NOON } from '../support/records.ts';

const NEXT: Readonly<Record<AlertState, Readonly<Record<AlertEventKind, AlertState | null>>>> = {
  open: {
    finding: 'open',
    finding_after_stop: 'open',
    acknowledge: 'acknowledged',
    contain: 'contained',
    release: null,
    quiet: 'resolved',
  },
  acknowledged: {
    finding: 'acknowledged',
    finding_after_stop: 'open',
    acknowledge: null,
    contain: 'contained',
    release: null,
    quiet: 'resolved',
  },
  contained: {
    finding: 'contained',
    finding_after_stop: 'open',
    acknowledge: null,
    contain: 'contained',
    release: 'acknowledged',
    quiet: 'resolved',
  },
  resolved: {
    finding: 'open',
    finding_after_stop: 'open',
    acknowledge: null,
    contain: null,
    release: null,
    quiet: null,
  },
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
    ALERT_EVENTS.map((event) => ({ state, event, to: NEXT[state][event] })),
  );

  test.each(pairs)('$state + $event → $to', ({ state, event, to }) => {
    expect(nextState(state, event)).toBe(to);
  });

  test('no event ends an episode but quiet, and only a person’s restore releases what is contained', () => {
    for (const { event, to } of pairs) if (to === 'resolved') expect(event).toBe('quiet');
    for (const { state, event, to } of pairs) {
      if (state === 'contained' && to === 'acknowledged') expect(event).toBe('release');
    }
  });
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
