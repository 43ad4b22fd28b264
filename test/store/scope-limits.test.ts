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
