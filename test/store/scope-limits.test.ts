import { expect, test } from 'vitest';
import { insertKey, keyOf, knownLimits, limitsOf, NOON } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

test('what is known of limits comes back as it was put in, read or not', async () => {
  const { store } = openTestStore();
  const enforcing = { availability: 'available', monthlyMicroUsd: 1_250_000_000, enforcing: false } as const;
  const read = knownLimits({ limits: limitsOf({ spendLimit: enforcing }), capRefusedAt: NOON, revision: 3 });
  const unread = knownLimits({ scopeId: 'wrkspc_2', limits: null, readAt: null, problem: 'cannot be read' });
  await store.write(async (tx) => {
    await tx.scopeLimits.put(knownLimits());
    await tx.scopeLimits.put(read);
    await tx.scopeLimits.put(unread);
    await tx.scopeLimits.put(knownLimits({ connectionId: 'other' }));
  });

  expect(await store.read.scopeLimits.get('anthropic', 'wrkspc_1')).toEqual(read);
  expect(await store.read.scopeLimits.ofConnection('anthropic')).toEqual([read, unread]);
  expect(await store.read.scopeLimits.get('anthropic', 'wrkspc_3')).toBeUndefined();
});

test('the keys of a scope are those of all connections of its provider, tombstones too; null is no scope', async () => {
  const { store } = openTestStore();
  await insertKey(store);
  const gone = keyOf({ id: 'key_2', status: 'gone' });
  const loose = keyOf({ id: 'key_3', scopeId: null });
  const elsewhere = keyOf({ id: 'key_4', connectionId: 'other' });
  await store.write(async (tx) => {
    for (const key of [gone, loose, elsewhere, keyOf({ id: 'key_5', providerId: 'other' })]) await tx.keys.insert(key);
  });

  expect(await store.read.keys.ofScope('openai', 'proj_1')).toEqual([keyOf(), gone, elsewhere]);
  expect(await store.read.keys.ofScope('openai', null)).toEqual([loose]);
});

test('what is known of spend alerts comes back as it was put in, of a scope and of the organization', async () => {
  const { store } = openTestStore();
  const report = { availability: 'available', alerts: [{ monthlyMicroUsd: 5_000_000 }] } as const;
  const scope = { connectionId: 'openai', scopeId: 'proj_1', report, readAt: NOON, askedAt: NOON };
  const all = { connectionId: 'openai', scopeId: null, report: null, readAt: null, askedAt: NOON };
  await store.write(async (tx) => {
    await tx.spendAlerts.put({ ...scope, report: { availability: 'not_enabled', alerts: [] } });
    for (const known of [scope, all, { ...all, connectionId: 'other' }]) await tx.spendAlerts.put(known);
  });

  expect(await store.read.spendAlerts.ofConnection('openai')).toEqual([all, scope]);
  expect(await store.read.spendAlerts.get('openai', null)).toEqual(all);
  expect(await store.read.spendAlerts.get('openai', 'proj_2')).toBeUndefined();
});
