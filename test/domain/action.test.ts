import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  auditVerb,
  canRequest,
  idempotencyKeyOf,
  isLimitAct,
  type KeyActKind,
  PROOF,
  retryDelayMs,
} from '../../src/domain/action.ts';
import type { KeyStatus } from '../../src/domain/key.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/domain/time.ts';

const KINDS: readonly KeyActKind[] = ['suspend', 'restore', 'revoke'];
const MAY_ASK: Readonly<Record<KeyStatus, readonly KeyActKind[]>> = {
  active: ['suspend', 'revoke'],
  inactive: ['restore', 'revoke'],
  expired: ['revoke'],
  archived: [],
  gone: [],
};
const PROVES: Readonly<Record<KeyStatus, readonly KeyActKind[]>> = {
  active: ['restore'],
  inactive: ['suspend'],
  expired: ['suspend'],
  archived: ['suspend', 'revoke'],
  gone: ['suspend', 'revoke'],
};
const STATUSES: readonly KeyStatus[] = ['active', 'inactive', 'archived', 'expired', 'gone'];
const CELLS = STATUSES.flatMap((status) => KINDS.map((kind) => ({ status, kind })));

describe('an act and the status of a key', () => {
  test.each(CELLS)('$kind of a key that is $status', ({ status, kind }) => {
    expect(canRequest(kind, status)).toBe(MAY_ASK[status].includes(kind));
    expect(PROOF[kind].has(status)).toBe(PROVES[status].includes(kind));
  });

  test('what is proven already cannot be asked for: nobody waits for a call that changes nothing', () => {
    for (const { status, kind } of CELLS) expect(canRequest(kind, status) && PROOF[kind].has(status)).toBe(false);
  });
});

test('a change of limits is told of the scope, everything else of the key', () => {
  expect(auditVerb('set_spend_limit', 'requested')).toBe('scope.set_spend_limit.requested');
  expect(auditVerb('delete_owner', 'verified')).toBe('key.delete_owner.verified');
  expect(auditVerb('revoke', 'failed')).toBe('key.revoke.failed');
  expect(isLimitAct('delete_owner')).toBe(false);
});

test('suspend, restore and suspend again are three actions; asking twice is one', () => {
  const ids = [
    idempotencyKeyOf('suspend', { id: 'key_1', generation: 1 }),
    idempotencyKeyOf('restore', { id: 'key_1', generation: 2 }),
    idempotencyKeyOf('suspend', { id: 'key_1', generation: 3 }),
    idempotencyKeyOf('suspend', { id: 'key_2', generation: 1 }),
    idempotencyKeyOf('suspend', { id: 'key_1', generation: 1 }),
  ];

  expect(new Set(ids).size).toBe(4);
  expect(ids.at(-1)).toBe(ids[0]);
});

describe('the wait before the next try', () => {
  const wait = (attempts: number, refused: boolean, retryAfterMs?: number) =>
    retryDelayMs({ attempts, refused, retryAfterMs });

  test('doubles from 5 seconds to 5 minutes, and on to an hour for what was refused', () => {
    const tries = [1, 2, 3, 6, 7, 8, 10, 11, 12];
    expect(tries.map((attempts) => wait(attempts, false) / SECOND_MS)).toEqual([
      5, 10, 20, 160, 300, 300, 300, 300, 300,
    ]);
    expect(tries.map((attempts) => wait(attempts, true) / SECOND_MS)).toEqual([
      5, 10, 20, 160, 320, 640, 2560, 3600, 3600,
    ]);
  });

  test('is as long as the provider asks, when that is longer', () => {
    expect(wait(1, false, 42 * SECOND_MS)).toBe(42 * SECOND_MS);
    expect(wait(1, true, HOUR_MS)).toBe(HOUR_MS);
    expect(wait(7, false, SECOND_MS)).toBe(5 * MINUTE_MS);
  });

  test('is finite, never shorter than 5 seconds and never shrinks with more tries', () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.boolean(),
        fc.option(fc.nat(2 * HOUR_MS), { nil: undefined }),
        (attempts, refused, asked) => {
          const waits = wait(attempts, refused, asked);
          expect(waits).toBeGreaterThanOrEqual(Math.max(5 * SECOND_MS, asked ?? 0));
          expect(waits).toBeLessThanOrEqual(Math.max(refused ? HOUR_MS : 5 * MINUTE_MS, asked ?? 0));
          expect(wait(attempts + 1, refused, asked)).toBeGreaterThanOrEqual(waits);
        },
      ),
    );
  });
});
