import { describe, expect, test } from 'vitest';
import { IS_FINAL } from '../../src/domain/action.ts';
import { actorOf, actorText, userIdIn } from '../../src/domain/actor.ts';
import {
  APPROVAL_EVENTS,
  APPROVAL_STATES,
  APPROVAL_TRANSITIONS,
  isBoundTo,
  nextApprovalState,
} from '../../src/domain/approval.ts';
import { zoneDayText } from '../../src/domain/time.ts';
import { approvalOf } from '../support/records.ts';

describe('an approval', () => {
  test('is decided once: every pair of state and event', () => {
    const ends = {
      approve: 'approved',
      decline: 'declined',
      expire: 'expired',
      withdraw: 'cancelled',
      overtake: 'overtaken',
    };

    for (const state of APPROVAL_STATES) {
      for (const event of APPROVAL_EVENTS) {
        expect([state, event, nextApprovalState(state, event)]).toEqual([
          state,
          event,
          state === 'waiting' ? ends[event] : null,
        ]);
      }
    }
    expect(Object.keys(APPROVAL_TRANSITIONS)).toEqual([...APPROVAL_STATES]);
  });

  test('is bound to the act, the key, its generation and the params, each for itself', () => {
    const params = { ownerId: 'svc_1', keyIds: ['key_1', 'key_2'] };
    const approval = approvalOf({ kind: 'delete_owner', params });

    expect(isBoundTo(approval, approval)).toBe(true);
    for (const other of [
      { idempotencyKey: 'suspend:key_1:1' },
      { keyId: 'key_2' },
      { generation: 2 },
      { params: { ...params, keyIds: ['key_1'] } },
      { params: null },
    ]) {
      expect(isBoundTo(approval, { ...approval, ...other })).toBe(false);
    }
  });
});

test('what is for good is told by the kind of act, and a stop by whether the key can be started again', () => {
  expect(Object.entries(IS_FINAL).filter(([, final]) => final === 'yes')).toEqual([
    ['revoke', 'yes'],
    ['delete_owner', 'yes'],
    ['retire', 'yes'],
  ]);
  expect(IS_FINAL.suspend).toBe('without_restore');
});

test('an actor survives being kept as text', () => {
  for (const actor of [
    { kind: 'slack', teamId: 'T1', userId: 'U1' },
    { kind: 'cli', user: 'ann: the admin' },
    { kind: 'system', job: 'poll-usage' },
  ] as const) {
    expect(actorOf(actorText(actor))).toEqual(actor);
  }
  expect([userIdIn('slack:T1/U1'), userIdIn('cli:U1'), userIdIn('nonsense')]).toEqual(['U1', null, null]);
});

test('a day is the one of the zone', () => {
  const at = Date.UTC(2026, 9, 17, 23, 30);

  expect([zoneDayText(at, 'UTC'), zoneDayText(at, 'Europe/Berlin')]).toEqual(['2026-10-17', '2026-10-18']);
});
