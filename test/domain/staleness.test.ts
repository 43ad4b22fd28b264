import { describe, expect, test } from 'vitest';
import type { KeyStatus } from '../../src/domain/key.ts';
import { isStale, quietSince } from '../../src/domain/staleness.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import { keyOf, NOON } from '../support/records.ts';

const IDLE_MS = 30 * DAY_MS;

describe('a key is quiet since', () => {
  test.each([
    ['its last use', { lastUsedAt: NOON - 1, createdAt: NOON - 2, firstSeenAt: NOON }, NOON - 1],
    ['its creation, when it was never used', { lastUsedAt: null, createdAt: NOON - 2, firstSeenAt: NOON }, NOON - 2],
    ['it was first seen, when no one knows more', { lastUsedAt: null, createdAt: null, firstSeenAt: NOON }, NOON],
    ['the epoch, if that is its last use', { lastUsedAt: 0, createdAt: NOON, firstSeenAt: NOON }, 0],
  ])('%s', (_, key, since) => {
    expect(quietSince(key, 'listed')).toBe(since);
  });

  const old = { lastUsedAt: null, createdAt: NOON - 700 * DAY_MS, firstSeenAt: NOON };

  test('no longer than the usage that was read, where the provider tells no last use', () => {
    expect(quietSince(old, 'usage')).toBe(NOON - 31 * DAY_MS);
    expect(quietSince({ ...old, createdAt: NOON - DAY_MS }, 'usage')).toBe(NOON - DAY_MS);
    expect(quietSince({ ...old, lastUsedAt: NOON - 40 * DAY_MS }, 'usage')).toBe(NOON - 40 * DAY_MS);
  });
});

describe('a key is stale', () => {
  test('from the very instant that it has been idle for long enough', () => {
    expect(isStale(keyOf({}), IDLE_MS, IDLE_MS)).toBe(true);
    expect(isStale(keyOf({}), IDLE_MS - 1, IDLE_MS)).toBe(false);
  });

  test.each([
    ['active', true],
    ['inactive', false],
    ['archived', false],
    ['expired', false],
    ['gone', false],
  ] satisfies [KeyStatus, boolean][])('only while it works: %s is %s', (status, stale) => {
    expect(isStale(keyOf({ status }), 2 * IDLE_MS, IDLE_MS)).toBe(stale);
  });

  test('never, when it is an admin key: their use is not tracked', () => {
    expect(isStale(keyOf({ kind: 'admin' }), 2 * IDLE_MS, IDLE_MS)).toBe(false);
  });
});
