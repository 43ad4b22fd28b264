import { expect, test } from 'vitest';
import { ACTION_STATES, type Action } from '../../src/domain/action.ts';
import { actionOf, insertKey, keyOf, NOON } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

async function storeWith(...actions: readonly Action[]) {
  const { store } = openTestStore();
  await insertKey(store);
  await insertKey(store, keyOf({ id: 'key_2', lineageId: 'lin_2' }));
  await store.write(async (tx) => {
    for (const action of actions) await tx.actions.insert(action);
  });
  return store;
}

const idsOf = (actions: readonly Action[]) => actions.map(({ id }) => id);

test('an action comes back as it was put in, and as it was changed', async () => {
  const other = actionOf({ id: 'act_2' });
  const store = await storeWith(actionOf(), other);
  const changed: Action = {
    id: 'act_1',
    idempotencyKey: 'revoke:key_2:7',
    kind: 'revoke',
    keyId: 'key_2',
    alertId: 'alert_1',
    requestedBy: 'cli:ann',
    reason: 'because',
    state: 'failed',
    attempts: 3,
    notBeforeAt: NOON + 1,
    requestedAt: NOON + 2,
    executedAt: NOON + 3,
    confirmedAt: NOON + 4,
    verifiedAt: NOON + 5,
    checkedUntil: NOON + 6,
    usedAfterMicroUsd: 7,
    problem: 'refused',
    problemCode: 'provider_rejected',
    params: { scopeId: 'proj_1', from: null, to: 500_000_000 },
    consent: { kind: 'approved', by: 'slack:T1/U2' },
  };

  expect(await store.read.actions.get('act_1')).toEqual(actionOf());
  await store.write((tx) => tx.actions.update(changed));

  expect(await store.read.actions.get('act_1')).toEqual(changed);
  expect(await store.read.actions.get('act_2')).toEqual(other);
  expect(await store.read.actions.byIdempotencyKey('revoke:key_2:7')).toEqual(changed);
  expect(await store.read.actions.byIdempotencyKey('suspend:key_1:act_1')).toBeUndefined();
  expect(await store.read.actions.get('act_3')).toBeUndefined();
});

test('a second action with the same idempotency key is not written, whatever else it says', async () => {
  const store = await storeWith();
  const first = actionOf({ idempotencyKey: 'suspend:key_1:1' });
  const again = { ...first, id: 'act_2', requestedBy: 'slack:T1/U2' };

  expect(await store.write((tx) => tx.actions.insert(first))).toBe(true);
  expect(await store.write((tx) => tx.actions.insert(again))).toBe(false);

  expect(await store.read.actions.ofKey('key_1')).toEqual([first]);
});

test('an id that is taken is an error, not a repeated request', async () => {
  const store = await storeWith(actionOf());

  await expect(store.write((tx) => tx.actions.insert(actionOf({ idempotencyKey: 'other' })))).rejects.toThrow(
    'actions.id',
  );
});

test('due are the pending ones whose time has come, first requested first, then by id', async () => {
  const store = await storeWith(
    actionOf({ id: 'act_1', requestedAt: NOON + 1 }),
    actionOf({ id: 'act_3', requestedAt: NOON }),
    actionOf({ id: 'act_2', requestedAt: NOON }),
    actionOf({ id: 'act_4', notBeforeAt: NOON + 1 }),
    actionOf({ id: 'act_5', state: 'running' }),
    actionOf({ id: 'act_6', state: 'failed' }),
    actionOf({ id: 'act_7', state: 'verified' }),
  );

  expect(idsOf(await store.read.actions.due(NOON - 1))).toEqual([]);
  expect(idsOf(await store.read.actions.due(NOON))).toEqual(['act_2', 'act_3', 'act_1']);
  expect(idsOf(await store.read.actions.due(NOON + 1))).toEqual(['act_2', 'act_3', 'act_4', 'act_1']);
});

test('the next due instant is the earliest of a pending action, or none', async () => {
  const store = await storeWith(actionOf({ state: 'running', notBeforeAt: NOON - 9 }));

  expect(await store.read.actions.nextDueAt()).toBeNull();
  await store.write((tx) => tx.actions.insert(actionOf({ id: 'act_2', notBeforeAt: NOON + 9 })));
  await store.write((tx) => tx.actions.insert(actionOf({ id: 'act_3', notBeforeAt: NOON + 5 })));
  expect(await store.read.actions.nextDueAt()).toBe(NOON + 5);
});

test('unfinished is what is neither verified nor dismissed, first requested first', async () => {
  const store = await storeWith(
    ...ACTION_STATES.map((state, index) => actionOf({ id: state, state, requestedAt: NOON - index })),
  );

  expect(idsOf(await store.read.actions.unfinished())).toEqual(['failed', 'confirmed', 'running', 'pending']);
  expect(idsOf(await store.read.actions.confirmed())).toEqual(['confirmed']);
});

test('actions are found by key and by alert, in the order of their making', async () => {
  const store = await storeWith(
    actionOf({ id: 'act_2', alertId: 'alert_1' }),
    actionOf({ id: 'act_1', alertId: 'alert_2' }),
    actionOf({ id: 'act_0', keyId: 'key_2', alertId: 'alert_1' }),
  );

  expect(idsOf(await store.read.actions.ofKey('key_1'))).toEqual(['act_1', 'act_2']);
  expect(idsOf(await store.read.actions.ofAlert('alert_1'))).toEqual(['act_0', 'act_2']);
  expect(await store.read.actions.ofAlert('alert_3')).toEqual([]);
});

test('what a crash left running goes back to pending with its attempts, nothing else does', async () => {
  const states = ACTION_STATES.map((state) => actionOf({ id: state, state, attempts: 2 }));
  const store = await storeWith(...states);

  expect(await store.write((tx) => tx.actions.releaseRunning())).toBe(1);
  expect(await store.write((tx) => tx.actions.releaseRunning())).toBe(0);

  const after = await store.read.actions.ofKey('key_1');
  expect(after.map(({ id, state }) => [id, state])).toEqual([
    ['confirmed', 'confirmed'],
    ['dismissed', 'dismissed'],
    ['failed', 'failed'],
    ['pending', 'pending'],
    ['running', 'pending'],
    ['verified', 'verified'],
  ]);
  expect(after.map(({ attempts }) => attempts)).toEqual([2, 2, 2, 2, 2, 2]);
});
