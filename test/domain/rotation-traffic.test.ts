import { describe, expect, test } from 'vitest';
import { doubtsOf, hasTraffic, type KeyTraffic, type RotationTraffic } from '../../src/domain/rotation-traffic.ts';
import { HOUR_MS } from '../../src/domain/time.ts';
import { NOON } from '../support/records.ts';

const NOTHING = { requests: 0, tokens: 0, costMicroUsd: 0 };
const BUSY = { requests: 12, tokens: 900, costMicroUsd: 5 };
const quiet: KeyTraffic = { lastHour: NOTHING, lastDay: BUSY, lastSeenAt: NOON - 2 * HOUR_MS };
const busy: KeyTraffic = { lastHour: BUSY, lastDay: BUSY, lastSeenAt: NOON };
const silent: KeyTraffic = { lastHour: NOTHING, lastDay: NOTHING, lastSeenAt: null };

function traffic(fields: Partial<RotationTraffic> = {}): RotationTraffic {
  return { oldKey: quiet, newKey: busy, dataUntil: NOON - 5 * 60_000, blindSince: null, ...fields };
}

describe('what speaks against a verified move', () => {
  test.each([
    ['nothing, when the new key is busy and the old one has been quiet for long enough', {}, []],
    ['an old key that rests, but not for long enough', { resting: true }, ['old_key_not_quiet']],
    ['an old key with traffic in the last hour', { oldKey: busy }, ['old_key_busy']],
    ['a new key that nobody has chosen', { newKey: null }, ['new_key_unknown']],
    ['a new key without traffic', { newKey: silent }, ['new_key_silent']],
    ['usage that cannot be read', { blindSince: NOON - 1 }, ['blind']],
    ['usage that is more than an hour old', { dataUntil: NOON - HOUR_MS - 1 }, ['blind']],
    ['usage that was never read', { dataUntil: null }, ['blind']],
    ['all of it', { oldKey: busy, newKey: silent, blindSince: 1 }, ['old_key_busy', 'new_key_silent', 'blind']],
  ] as const)('%s', (_what, fields, expected) => {
    const isQuiet = !('oldKey' in fields) && !('resting' in fields);
    const { resting: _resting, ...known } = { resting: null, ...fields };
    expect(doubtsOf(traffic(known), { isQuiet }, NOON)).toEqual(expected);
  });

  test('a provider that counts no requests shows traffic by its tokens or its cost', () => {
    expect(hasTraffic({ requests: null, tokens: 1, costMicroUsd: 0 })).toBe(true);
    expect(hasTraffic({ requests: null, tokens: 0, costMicroUsd: 1 })).toBe(true);
    expect(hasTraffic({ requests: 1, tokens: 0, costMicroUsd: 0 })).toBe(true);
    expect(hasTraffic({ requests: null, tokens: 0, costMicroUsd: 0 })).toBe(false);
  });
});
