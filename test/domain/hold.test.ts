import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
import { isMutedBy, windowSays } from '../../src/domain/hold.ts';
import { goesOn, isBeginningOf } from '../../src/domain/quiet.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { NOON } from '../support/bench-deps.ts';
import { muteOf, quietOf, windowOf } from '../support/noise.ts';

const END = windowOf().untilAt;
const CEILING = windowOf().ceilingMicroUsd;

function found(fields: Partial<Finding> = {}): Finding {
  const { id: _, ...rest } = quietOf();
  return { ...rest, dedupeKey: 'd', evidence: { hourMicroUsd: 10_000_000 }, ...fields };
}

describe('a declared window', () => {
  const says = (finding: Finding, insideMicroUsd: number, now = NOON + HOUR_MS, sinceEndMicroUsd = 0) =>
    windowSays(windowOf(), finding, { insideMicroUsd, sinceEndMicroUsd, now });

  test.each([
    'spend-acceleration',
    'cost-spike',
    'volume-spike',
    'billing-threshold',
    'off-hours',
    'dormant-awake',
    'slow-drift',
  ])('holds back what %s finds, as long as the sum is within the amount', (detectorId) => {
    expect(says(found({ detectorId, severity: 'critical' }), CEILING)).toBe('held');
    expect(says(found({ detectorId }), CEILING + 1)).toBe('beyond');
  });

  test.each([
    'dead-key-used',
    'unknown-address',
    'unknown-model',
    'unknown-endpoint',
    'auth-failures',
    'cap-threshold',
    'cap-forecast',
    'retention-breach',
    'new-key',
    'blind',
    'a rule of tomorrow',
  ])('says nothing about what %s finds', (detectorId) => {
    expect(says(found({ detectorId }), 0)).toBeNull();
    expect(says(found({ detectorId }), CEILING + 1)).toBeNull();
  });

  test('says nothing about what stands, whoever finds it', () => {
    expect(says(found({ evidence: { standing: true } }), 0)).toBeNull();
  });

  test('holds back in the hour after its end what lies mostly before it', () => {
    const after = END + 10 * MINUTE_MS;
    expect(says(found(), CEILING, END - 1)).toBe('held');
    expect(says(found(), CEILING, after, 5_000_000)).toBe('held');
    expect(says(found(), CEILING, after, 5_000_001)).toBeNull();
    expect(says(found(), CEILING + 1, after)).toBe('beyond');
    expect(says(found(), CEILING, END + HOUR_MS)).toBeNull();
  });

  test('that was ended early ends then', () => {
    const ended = windowOf({ endedAt: NOON + HOUR_MS });
    const spend = { insideMicroUsd: 0, sinceEndMicroUsd: 0, now: NOON + 2 * HOUR_MS };
    expect(windowSays(ended, found(), spend)).toBeNull();
  });
});

describe('a muted rule', () => {
  test('is quiet until its end, and no other rule is', () => {
    expect(isMutedBy(muteOf(), found({ severity: 'critical' }), END - 1)).toBe(true);
    expect(isMutedBy(muteOf(), found(), END)).toBe(false);
    expect(isMutedBy(muteOf({ endedAt: NOON + 1 }), found(), NOON + 1)).toBe(false);
    expect(isMutedBy(muteOf(), found({ detectorId: 'cost-spike' }), NOON)).toBe(false);
  });

  test.each([
    ['dead-key-used', 'critical', {}, false],
    ['dead-key-used', 'high', {}, false],
    ['cap-threshold', 'critical', { standing: true }, false],
    ['cap-threshold', 'high', { standing: true }, true],
    ['cap-threshold', 'medium', { standing: true }, true],
    ['retention-breach', 'high', {}, false],
    ['unknown-address', 'critical', {}, true],
  ] as const)('%s at %s with %j is muted: %s', (detectorId, severity, evidence, expected) => {
    const mute = muteOf({ ruleId: detectorId });
    expect(isMutedBy(mute, found({ detectorId, severity, evidence }), NOON)).toBe(expected);
  });
});

describe('what was kept quietly', () => {
  test('goes on with the same rule and the same reason', () => {
    const why = { cause: 'window', holdId: 'hold_1' } as const;
    expect(goesOn(quietOf(), found(), why)).toBe(true);
    expect(goesOn(quietOf(), found({ detectorId: 'off-hours' }), why)).toBe(false);
    expect(goesOn(quietOf(), found(), { ...why, holdId: 'hold_9' })).toBe(false);
    expect(goesOn(quietOf(), found(), { cause: 'rule', holdId: null })).toBe(false);
  });

  test.each([
    ['rule', true],
    ['judgement', true],
    ['mute', true],
    ['window', false],
    ['said', false],
  ] as const)('because of a %s is the beginning of what is told later: %s', (cause, expected) => {
    expect(isBeginningOf(quietOf({ cause }), found())).toBe(expected);
  });

  test('begins nothing of another kind, and nothing that is told already', () => {
    const kept = quietOf({ cause: 'rule', detectorId: 'unowned-key' });
    expect(isBeginningOf(kept, found())).toBe(false);
    expect(isBeginningOf(quietOf({ cause: 'rule', detectorId: 'billing-threshold' }), found())).toBe(true);
    expect(isBeginningOf(quietOf({ cause: 'rule', alertId: 'alert_1' }), found())).toBe(false);
  });
});
