import { describe, expect, test } from 'vitest';
import type { Lineage } from '../../src/domain/key.ts';
import type { Scope, Store } from '../../src/ports/store.ts';
import { insertKey, keyOf, lineageOf, NOON } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

const FULL_KEY = keyOf({
  kind: 'admin',
  status: 'gone',
  generation: 4,
  createdAt: NOON - 5,
  lastUsedAt: NOON - 4,
  expiresAt: NOON + 9,
  owner: { kind: 'service_account', id: 'svc_1', name: 'ci', email: 'ci@example.com', hasAccess: false },
  firstSeenAt: NOON - 3,
  lastSeenAt: NOON - 2,
  goneAt: NOON - 1,
});

describe('keys', () => {
  test('a key comes back as it was put in, with everything and with nothing optional', async () => {
    const { store } = openTestStore();
    const bare = keyOf({ id: 'key_2', scopeId: null, hint: null, createdAt: null });

    await insertKey(store, FULL_KEY);
    await store.write((tx) => tx.keys.insert(bare));

    expect(await store.read.keys.get('key_1')).toEqual(FULL_KEY);
    expect(await store.read.keys.get('key_2')).toEqual(bare);
    expect(await store.read.keys.get('key_3')).toBeUndefined();
  });

  test('an update changes every field of that key and no other key', async () => {
    const { store } = openTestStore();
    const other = keyOf({ id: 'key_2' });
    await insertKey(store);
    await store.write((tx) => tx.keys.insert(other));
    await store.write((tx) => tx.lineages.insert(lineageOf({ id: 'lin_2' })));
    const changed = { ...FULL_KEY, lineageId: 'lin_2', label: 'new', hint: 'x', scopeId: 's2', providerKeyId: 'p2' };

    await store.write((tx) => tx.keys.update(changed));

    expect(await store.read.keys.all()).toEqual([changed, other]);
  });

  test('the keys of a lineage are those that have it, tombstones included', async () => {
    const { store } = openTestStore();
    await insertKey(store, FULL_KEY);
    await insertKey(store, keyOf({ id: 'key_2', lineageId: 'lin_2' }));
    const sibling = keyOf({ id: 'key_0' });
    await store.write((tx) => tx.keys.insert(sibling));

    expect(await store.read.keys.ofLineage('lin_1')).toEqual([sibling, FULL_KEY]);
    expect(await store.read.keys.ofLineage('lin_9')).toEqual([]);
  });

  test('the last use moves forward only, and from nothing', async () => {
    const { store } = openTestStore();
    await insertKey(store);
    await insertKey(store, keyOf({ id: 'key_2', lineageId: 'lin_2' }));

    expect(await lastUseAfter(store, NOON)).toBe(NOON);
    expect(await lastUseAfter(store, NOON - 1)).toBe(NOON);
    expect(await lastUseAfter(store, NOON + 1)).toBe(NOON + 1);
    expect((await store.read.keys.get('key_2'))?.lastUsedAt).toBeNull();
  });

  test('a provider key is in the inventory once; the same id at another provider is another key', async () => {
    const { store } = openTestStore();
    await insertKey(store, keyOf({ providerKeyId: 'same' }));
    const twin = keyOf({ id: 'key_2', providerKeyId: 'same' });

    await expect(store.write((tx) => tx.keys.insert(twin))).rejects.toThrow('UNIQUE constraint failed');
    await store.write((tx) => tx.keys.insert({ ...twin, providerId: 'anthropic' }));

    expect(await store.read.keys.all()).toHaveLength(2);
  });
});

describe('lineages', () => {
  test('a lineage comes back as it was put in, also after an update', async () => {
    const { store } = openTestStore();
    const lineage = lineageOf();
    const other = lineageOf({ id: 'lin_2' });
    const changed: Lineage = {
      ...lineage,
      slug: 'b',
      environment: 'production',
      ownerSlackId: 'U1',
      ownerStanding: 'claimed',
      workload: 'search',
      consumers: ['api', 'cron'],
      capMicroUsd: 250_000_000,
      createdAt: 5,
      revision: 2,
    };

    await store.write((tx) => tx.lineages.insert(lineage));
    await store.write((tx) => tx.lineages.insert(other));
    expect(await store.read.lineages.get('lin_1')).toEqual(lineage);
    await store.write((tx) => tx.lineages.update(changed));

    expect(await store.read.lineages.get('lin_1')).toEqual(changed);
    expect(await store.read.lineages.get('lin_2')).toEqual(other);
    expect(await store.read.lineages.get('lin_3')).toBeUndefined();
  });

  test('they are listed by their slug, which only one can have', async () => {
    const { store } = openTestStore();
    const [b, a] = [lineageOf({ id: 'lin_1', slug: 'b' }), lineageOf({ id: 'lin_2', slug: 'a' })];
    await store.write((tx) => tx.lineages.insert(b));
    await store.write((tx) => tx.lineages.insert(a));

    expect(await store.read.lineages.all()).toEqual([a, b]);
    await expect(store.write((tx) => tx.lineages.insert({ ...a, id: 'lin_3' }))).rejects.toThrow('lineages.slug');
  });
});

describe('scopes', () => {
  const scope: Scope = {
    id: 'proj_1',
    connectionId: 'openai-main',
    providerId: 'openai',
    kind: 'project',
    name: 'Zebra',
    archived: false,
  };

  test('a scope that is seen again is changed, not doubled', async () => {
    const { store } = openTestStore();
    const later: Scope = { ...scope, connectionId: 'b', kind: 'organization', name: 'New', archived: true };

    await store.write((tx) => tx.scopes.upsert({ ...scope, lastSeenAt: NOON }));
    expect(await store.read.scopes.all()).toEqual([scope]);
    await store.write((tx) => tx.scopes.upsert({ ...later, lastSeenAt: NOON + 1 }));

    expect(await store.read.scopes.all()).toEqual([later]);
  });

  test('when it was last seen is kept', async () => {
    const { store, raw } = openTestStore();
    const lastSeen = raw().prepare('SELECT last_seen_at FROM scopes').pluck();

    await store.write((tx) => tx.scopes.upsert({ ...scope, lastSeenAt: NOON }));
    expect(lastSeen.get()).toBe(NOON);
    await store.write((tx) => tx.scopes.upsert({ ...scope, lastSeenAt: NOON + 1 }));
    expect(lastSeen.get()).toBe(NOON + 1);
  });

  test('they are listed by name, and two providers may use the same id', async () => {
    const { store } = openTestStore();
    const other: Scope = { ...scope, providerId: 'zebra-ai', name: 'Ant' };
    await store.write((tx) => tx.scopes.upsert({ ...scope, lastSeenAt: NOON }));
    await store.write((tx) => tx.scopes.upsert({ ...other, lastSeenAt: NOON }));

    expect(await store.read.scopes.all()).toEqual([other, scope]);
  });
});

async function lastUseAfter(store: Store, at: number): Promise<number | null | undefined> {
  await store.write((tx) => tx.keys.touchLastUsed('key_1', at));
  return (await store.read.keys.get('key_1'))?.lastUsedAt;
}
