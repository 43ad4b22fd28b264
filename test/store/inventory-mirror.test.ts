import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS } from '../../src/domain/time.ts';
import type { Store } from '../../src/ports/store.ts';
import { keyOf, lineageOf, NOON, usageOf } from '../support/records.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const FROM = NOON - 12 * 3_600_000;

async function withKeys(store: Store, count: number): Promise<void> {
  await store.write(async (tx) => {
    for (let key = 0; key < count; key += 1) {
      await tx.lineages.insert(lineageOf({ id: `lin_${key}`, slug: `slug-${key}` }));
      await tx.keys.insert(keyOf({ id: `key_${key}`, lineageId: `lin_${key}` }));
    }
  });
}

/** What the remembered inventory has to be: everything read now, and the usage added up. */
async function truth(store: Store, raw: TestStore['raw']) {
  // In a transaction nothing is remembered.
  const [allKeys, allLineages] = await store.write(
    async (tx) => [await tx.keys.all(), await tx.lineages.all()] as const,
  );
  const lineages = new Map(allLineages.map((lineage) => [lineage.id, lineage]));
  const database = raw();
  const costs = new Map(
    database
      .prepare<[number], { id: string; cost: number }>(
        'SELECT key_id AS id, SUM(cost_micro_usd) AS cost FROM usage WHERE start_at >= ? GROUP BY 1',
      )
      .all(FROM)
      .map(({ id, cost }) => [id, cost]),
  );
  const called = new Map<string, { model: string; endpoint: string }[]>();
  for (const { id, ...sight } of database
    .prepare<[number], { id: string; model: string; endpoint: string }>(
      'SELECT key_id AS id, model, endpoint FROM usage_models WHERE last_day_at >= ? ORDER BY 1, 2, 3',
    )
    .all(FROM))
    called.set(id, [...(called.get(id) ?? []), sight]);
  database.close();
  const scopes = new Map(
    (await store.read.scopes.all()).map(({ providerId, id, name }) => [`${providerId}:${id}`, name]),
  );
  return allKeys
    .map((key) => ({
      key,
      lineage: lineages.get(key.lineageId),
      scopeName: scopes.get(`${key.providerId}:${key.scopeId}`) ?? null,
      costMicroUsd: costs.get(key.id) ?? 0,
      called: called.get(key.id) ?? [],
    }))
    .sort((a, b) => ((a.lineage?.slug ?? '') < (b.lineage?.slug ?? '') ? -1 : 1));
}

const keyNumber = fc.integer({ min: 0, max: 3 });
const step = fc.oneof(
  fc.record({ do: fc.constant('read' as const), isOfSums: fc.boolean() }),
  fc.record({ do: fc.constant('key' as const), key: keyNumber, label: fc.string({ maxLength: 4 }) }),
  fc.record({ do: fc.constant('used' as const), key: keyNumber, at: fc.integer({ min: 1, max: 99 }) }),
  fc.record({ do: fc.constant('lineage' as const), key: keyNumber, slug: fc.constantFrom('a', 'm', 'z') }),
  fc.record({ do: fc.constant('moved' as const), key: keyNumber, to: keyNumber }),
  fc.record({ do: fc.constant('scope' as const), name: fc.constantFrom('Kitchen', 'Garden') }),
  fc.record({
    do: fc.constantFrom('usage' as const, 'failed' as const, 'foreign' as const),
    costs: fc.array(fc.tuple(keyNumber, fc.integer({ min: 1, max: 1_000 })), { maxLength: 4 }),
    day: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({ do: fc.constant('reprice' as const), cost: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ do: fc.constant('move' as const), key: keyNumber, to: keyNumber }),
  fc.record({ do: fc.constant('compact' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function usageOfDay(store: Store, { costs, day }: Extract<Step, { costs: unknown }>): Promise<void> {
  const from = FROM + day * DAY_MS;
  const rows = new Map(costs.map(([key, cost]) => [key, cost]));
  await store.write((tx) =>
    tx.usage.replaceWindow(
      'openai-main',
      { from, to: from + DAY_MS },
      [...rows].map(([key, costMicroUsd]) =>
        usageOf({ keyId: `key_${key}`, startAt: from + key * 60_000, costMicroUsd }),
      ),
    ),
  );
}

async function apply(store: Store, path: string, one: Step): Promise<void> {
  switch (one.do) {
    case 'read':
      await (one.isOfSums ? store.inventory(FROM) : store.read.keys.all());
      return;
    case 'key':
      return store.write(async (tx) =>
        tx.keys.update(keyOf({ id: `key_${one.key}`, lineageId: `lin_${one.key}`, label: one.label })),
      );
    case 'used':
      return store.write((tx) => tx.keys.touchLastUsed(`key_${one.key}`, NOON + one.at));
    case 'moved':
      return store.write((tx) => tx.keys.update(keyOf({ id: `key_${one.key}`, lineageId: `lin_${one.to}` })));
    case 'lineage':
      return store.write((tx) =>
        tx.lineages.update(lineageOf({ id: `lin_${one.key}`, slug: `${one.slug}-${one.key}` })),
      );
    case 'scope':
      return store.write((tx) =>
        tx.scopes.upsert({
          id: 'proj_1',
          providerId: 'openai',
          connectionId: 'openai-main',
          kind: 'project',
          name: one.name,
          archived: false,
          lastSeenAt: NOON,
        }),
      );
    case 'usage':
      return usageOfDay(store, one);
    case 'failed':
      await store
        .write(async (tx) => {
          await tx.keys.update(keyOf({ id: 'key_0', lineageId: 'lin_0', label: 'never' }));
          throw new Error('the disk is full');
        })
        .catch(() => undefined);
      return;
    case 'foreign':
      return usageOfDay(openTestStore({ path }).store, one);
    case 'reprice':
      return reprice(store, one.cost);
    case 'move':
      return store.write((tx) =>
        tx.usage.move(
          { connectionId: 'openai-main', keyId: `key_${one.key}` },
          { connectionId: 'openai-main', keyId: `key_${one.to}` },
        ),
      );
    case 'compact':
      await store.write((tx) => tx.usage.compact({ fromWidthMs: 60_000, toWidthMs: 900_000, before: NOON + DAY_MS }));
  }
}

async function reprice(store: Store, costMicroUsd: number): Promise<void> {
  const which = { connectionId: 'openai-main', from: FROM, to: FROM + 9 * DAY_MS, exceptVersion: null };
  const rows = await store.read.usagePrices.page(which, null, 100);
  await store.write((tx) =>
    tx.usagePrices.reprice(
      rows.map((row) => ({ row, costMicroUsd, priceSource: 'listed' as const, priceVersion: 'new' })),
    ),
  );
}

describe('the remembered inventory', () => {
  test('is what is stored, whoever has written what', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(step, { minLength: 1, maxLength: 14 }), async (isRead, steps) => {
        const { store, raw, path } = openTestStore();
        await withKeys(store, 4);
        if (isRead) await store.inventory(FROM);
        for (const one of steps) await apply(store, path, one);
        const stored = await store.write(async (tx) => [await tx.keys.all(), await tx.lineages.all()]);
        expect([await store.read.keys.all(), await store.read.lineages.all()]).toEqual(stored);
        expect(await store.read.keys.get('key_1')).toEqual(stored[0]?.[1]);
        expect(await store.inventory(FROM)).toEqual(await truth(store, raw));
      }),
      { numRuns: 60 },
    );
  });

  test('shows what another process has written, by whatever way', async () => {
    const { store, path, raw } = openTestStore();
    await withKeys(store, 1);
    const label = async () => (await store.read.keys.all())[0]?.label;
    await label();

    const other = openTestStore({ path }).store;
    await other.write((tx) => tx.keys.update(keyOf({ id: 'key_0', lineageId: 'lin_0', label: 'theirs' })));
    expect(await label()).toBe('theirs');
    const database = raw();
    database.exec("UPDATE keys SET label = 'by hand'");
    database.close();
    expect(await label()).toBe('by hand');
  });

  test('keeps the very rows of which nothing changed', async () => {
    const { store } = openTestStore();
    await withKeys(store, 3);
    const before = await store.inventory(FROM);
    await store.write((tx) => tx.keys.touchLastUsed('key_1', NOON));
    const after = await store.inventory(FROM);

    expect(after[0]).toBe(before[0]);
    expect(after[1]?.key.lastUsedAt).toBe(NOON);
    expect(after[2]).toBe(before[2]);
  });

  test('read while a transaction is being written shows it afterwards', async () => {
    const { store } = openTestStore();
    await withKeys(store, 2);
    await store.inventory(FROM);

    const [, during] = await Promise.all([
      store.write((tx) => tx.lineages.update(lineageOf({ id: 'lin_0', slug: 'renamed' }))),
      store.inventory(FROM),
    ]);

    expect(during).toHaveLength(2);
    expect((await store.inventory(FROM)).map(({ lineage }) => lineage.slug)).toEqual(['renamed', 'slug-1']);
  });

  test('adds up from the day that is asked for', async () => {
    const { store } = openTestStore();
    await withKeys(store, 1);
    const rows = [0, 1, 2].map((day) =>
      usageOf({ keyId: 'key_0', startAt: FROM + day * DAY_MS, costMicroUsd: 10 ** day }),
    );
    await store.write((tx) => tx.usage.replaceWindow('openai-main', { from: FROM, to: FROM + 3 * DAY_MS }, rows));

    expect((await store.inventory(FROM))[0]?.costMicroUsd).toBe(111);
    expect((await store.inventory(FROM + DAY_MS))[0]?.costMicroUsd).toBe(110);
    expect(await store.read.usage.dayCosts({ from: FROM + DAY_MS, to: FROM + 2 * DAY_MS })).toEqual(
      new Map([['key_0', 10]]),
    );
  });
});
