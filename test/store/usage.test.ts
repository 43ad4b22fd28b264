import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { NO_TOKENS } from '../../src/domain/usage.ts';
import type { Store, UsageRow } from '../../src/ports/store.ts';
import { NOON, usageOf } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

const HOUR = { from: NOON, to: NOON + HOUR_MS };
const FIRST = usageOf();
const SECOND = usageOf({ startAt: NOON + MINUTE_MS });
const CHANGES: readonly Partial<UsageRow>[] = [
  { costMicroUsd: 1 },
  { requests: 8 },
  { requests: null },
  { priceSource: 'sibling' },
  { priceVersion: '2026-02' },
  ...(['uncachedInput', 'cachedInput', 'cacheWrite5m', 'cacheWrite1h', 'output'] as const).map((kind) => ({
    tokens: { ...FIRST.tokens, [kind]: 999 },
  })),
];
const IDENTITIES: readonly Partial<UsageRow>[] = [
  { keyId: 'key_2' },
  { model: 'o3' },
  { endpoint: 'images' },
  { variant: 'batch' },
  { widthMs: HOUR_MS },
  { startAt: NOON + MINUTE_MS },
];

describe('replacing a window', () => {
  test('rows come back as they were put in, oldest first', async () => {
    const { store } = openTestStore();
    const bare = usageOf({ startAt: NOON + 2 * MINUTE_MS, requests: null, tokens: NO_TOKENS, variant: 'batch' });

    expect(await replace(store, [bare, SECOND, FIRST])).toEqual({ inserted: 3, changed: 0, removed: 0 });

    expect(await bucketsOf(store)).toEqual([FIRST, SECOND, bare].map(bucketPart));
  });

  test('a row is inserted, changed or removed, and the counts say so', async () => {
    const { store } = openTestStore();
    await replace(store, [FIRST, SECOND]);
    const third = usageOf({ startAt: NOON + 2 * MINUTE_MS });
    const changed = { ...SECOND, costMicroUsd: 9 };

    expect(await replace(store, [changed, third])).toEqual({ inserted: 1, changed: 1, removed: 1 });

    expect(await bucketsOf(store)).toEqual([changed, third].map(bucketPart));
  });

  test('equal rows are not written', async () => {
    const { store, raw } = openTestStore();
    await replace(store, [FIRST, { ...SECOND, requests: null }]);
    const other = raw();
    other.exec(`CREATE TABLE writes (n INTEGER);
      CREATE TRIGGER on_insert AFTER INSERT ON usage BEGIN INSERT INTO writes VALUES (1); END;
      CREATE TRIGGER on_update AFTER UPDATE ON usage BEGIN INSERT INTO writes VALUES (2); END;
      CREATE TRIGGER on_delete AFTER DELETE ON usage BEGIN INSERT INTO writes VALUES (3); END;`);
    const writes = other.prepare('SELECT n FROM writes').pluck();

    const outcome = await replace(store, [{ ...SECOND, requests: null }, FIRST]);
    expect(outcome).toEqual({ inserted: 0, changed: 0, removed: 0 });
    expect(writes.all()).toEqual([]);

    await replace(store, [{ ...FIRST, costMicroUsd: 5 }]);
    expect(writes.all().sort()).toEqual([2, 3]);
  });

  test.each(CHANGES)('a different figure is a change: %o', async (fields) => {
    const { store, raw } = openTestStore();
    await replace(store, [FIRST]);
    const changed = { ...FIRST, ...fields };

    expect(await replace(store, [changed])).toEqual({ inserted: 0, changed: 1, removed: 0 });

    expect(await bucketsOf(store)).toEqual([bucketPart(changed)]);
    expect(raw().prepare('SELECT price_version FROM usage').pluck().all()).toEqual([changed.priceVersion]);
  });

  test.each(IDENTITIES)('a different identity is another row: %o', async (fields) => {
    const { store } = openTestStore();
    const other = { ...FIRST, ...fields };
    await replace(store, [FIRST]);

    expect(await replace(store, [FIRST, other])).toEqual({ inserted: 1, changed: 0, removed: 0 });
    expect(await replace(store, [{ ...other, costMicroUsd: 3 }])).toEqual({ inserted: 0, changed: 1, removed: 1 });

    const left = await store.read.usage.ofKeys(['key_1', 'key_2'], HOUR);
    expect(left).toEqual([bucketPart({ ...other, costMicroUsd: 3 })]);
  });

  test('what starts outside the window and what belongs to another connection stays', async () => {
    const { store } = openTestStore();
    const before = usageOf({ startAt: HOUR.from - 1 });
    const after = usageOf({ startAt: HOUR.to });
    const elsewhere = usageOf({ connectionId: 'anthropic-main', costMicroUsd: 8 });
    const whole = { from: 0, to: NOON * 2 };
    await store.write((tx) => tx.usage.replaceWindow('openai-main', whole, [before, FIRST, after]));
    await store.write((tx) => tx.usage.replaceWindow('anthropic-main', whole, [elsewhere]));

    expect(await replace(store, [])).toEqual({ inserted: 0, changed: 0, removed: 1 });

    expect(await store.read.usage.ofKeys(['key_1', 'key_2'], whole)).toEqual(
      [before, elsewhere, after].map(bucketPart),
    );
  });

  test('buckets of another width in the window are replaced, so that no instant counts twice', async () => {
    const { store } = openTestStore();
    await replace(store, [usageOf({ widthMs: HOUR_MS, costMicroUsd: 600 })]);
    const minutes = Array.from({ length: 60 }, (_, n) => usageOf({ startAt: NOON + n * MINUTE_MS, costMicroUsd: 10 }));

    expect(await replace(store, minutes)).toEqual({ inserted: 60, changed: 0, removed: 1 });

    expect(await store.read.usage.costPerKey(HOUR)).toEqual(new Map([['key_1', 600]]));
  });

  test('more rows than one statement takes are all written and all removed', async () => {
    const { store } = openTestStore();
    const many = Array.from({ length: 2_503 }, (_, n) => usageOf({ keyId: `key_${n}` }));

    expect(await replace(store, many)).toEqual({ inserted: 2_503, changed: 0, removed: 0 });
    const ids = many.map(({ keyId }) => keyId);
    expect(await store.read.usage.ofKeys(ids, HOUR)).toHaveLength(2_503);
    expect(await replace(store, [])).toEqual({ inserted: 0, changed: 0, removed: 2_503 });
  });
});

describe('reading', () => {
  test('buckets that overlap the range come whole, those that only touch it do not', async () => {
    const { store } = openTestStore();
    const range = { from: NOON, to: NOON + MINUTE_MS };
    const wholeDay = { from: 0, to: NOON * 2 };
    const bucket = (startAt: number, widthMs: number, model: string) => usageOf({ startAt, widthMs, model });
    const rows = [
      bucket(NOON - MINUTE_MS, MINUTE_MS, 'ends at the start'),
      bucket(NOON - MINUTE_MS, MINUTE_MS + 1, 'reaches in'),
      bucket(NOON - DAY_MS + 1, DAY_MS, 'a day that reaches in'),
      bucket(NOON - DAY_MS, DAY_MS, 'a day that ends at the start'),
      bucket(NOON, MINUTE_MS, 'inside'),
      bucket(NOON + MINUTE_MS - 1, HOUR_MS, 'reaches out'),
      bucket(NOON + MINUTE_MS, MINUTE_MS, 'begins at the end'),
    ];
    await store.write((tx) => tx.usage.replaceWindow('openai-main', wholeDay, rows));

    const found = await store.read.usage.ofKeys(['key_1'], range);

    expect(found.map(({ model }) => model)).toEqual(['a day that reaches in', 'reaches in', 'inside', 'reaches out']);
  });

  test('only the keys asked for are read, of whatever connection; also when there are more than one statement takes', async () => {
    const { store } = openTestStore();
    await replace(store, [FIRST, usageOf({ keyId: 'key_2' })]);
    const late = usageOf({ connectionId: 'b', keyId: 'key_900', startAt: NOON - 1 });
    await store.write((tx) => tx.usage.replaceWindow('b', { from: 0, to: NOON * 2 }, [late]));
    const ids = Array.from({ length: 33_000 }, (_, n) => `key_${n}`).filter((id) => id !== 'key_2');

    expect(await store.read.usage.ofKeys(ids, HOUR)).toEqual([late, FIRST].map(bucketPart));
    expect(await store.read.usage.ofKeys([], HOUR)).toEqual([]);
  });

  test('cost per key of one connection leaves out other connections and keys that spent nothing', async () => {
    const { store } = openTestStore();
    await store.write(async (tx) => {
      await tx.usage.replaceWindow('openai-main', { from: 0, to: NOON * 2 }, [
        usageOf({ keyId: 'twice' }),
        usageOf({ keyId: 'twice', model: 'o3' }),
        usageOf({ keyId: 'one', costMicroUsd: 1 }),
        usageOf({ keyId: 'free', costMicroUsd: 0 }),
        usageOf({ keyId: 'before', startAt: HOUR.from - 1 }),
        usageOf({ keyId: 'first', startAt: HOUR.from }),
        usageOf({ keyId: 'last', startAt: HOUR.to - 1 }),
        usageOf({ keyId: 'after', startAt: HOUR.to }),
      ]);
      await tx.usage.replaceWindow('b', HOUR, [usageOf({ connectionId: 'b', keyId: 'elsewhere' })]);
    });

    const found = await store.read.usage.costPerKey({ ...HOUR, connectionId: 'openai-main' });

    expect([...found.keys()].sort()).toEqual(['first', 'last', 'one', 'twice']);
    expect(found.get('one')).toBe(1);
  });

  test('cost per key sums buckets that start in the range, over all connections', async () => {
    const { store } = openTestStore();
    await store.write(async (tx) => {
      await tx.usage.replaceWindow('openai-main', { from: 0, to: NOON * 2 }, [
        usageOf({ startAt: HOUR.from - 1, widthMs: HOUR_MS, costMicroUsd: 1 }),
        usageOf({ startAt: HOUR.from, costMicroUsd: 20 }),
        usageOf({ startAt: HOUR.to - 1, widthMs: HOUR_MS, costMicroUsd: 300 }),
        usageOf({ startAt: HOUR.to, costMicroUsd: 4_000 }),
        usageOf({ keyId: 'free', costMicroUsd: 0 }),
      ]);
      await tx.usage.replaceWindow('b', HOUR, [usageOf({ connectionId: 'b', costMicroUsd: 50_000 })]);
    });

    expect(await store.read.usage.costPerKey(HOUR)).toEqual(new Map([['key_1', 50_320]]));
  });

  test('sums stay exact where a float of dollars would not', async () => {
    const { store } = openTestStore();
    const rows = [9_007_199_254_000_000, 700_001, 3].map((costMicroUsd, n) =>
      usageOf({ costMicroUsd, startAt: NOON + n }),
    );
    await replace(store, rows);

    expect((await store.read.usage.costPerKey(HOUR)).get('key_1')).toBe(9_007_199_254_700_004);
  });

  test('the newest end is where the last bucket of the connection ends, or nowhere', async () => {
    const { store } = openTestStore();
    expect(await store.read.usage.newestEnd('openai-main')).toBeNull();
    await replace(store, [SECOND, FIRST]);
    const later = usageOf({ connectionId: 'b', startAt: NOON + HOUR_MS });
    await store.write((tx) => tx.usage.replaceWindow('b', { from: 0, to: NOON * 2 }, [later]));

    expect(await store.read.usage.newestEnd('openai-main')).toBe(NOON + 2 * MINUTE_MS);
  });
});

async function replace(store: Store, rows: readonly UsageRow[]) {
  return store.write((tx) => tx.usage.replaceWindow('openai-main', HOUR, rows));
}

async function bucketsOf(store: Store) {
  return store.read.usage.ofKeys(['key_1'], HOUR);
}

/** What of a row is read back. */
function bucketPart({ connectionId: _, priceVersion: __, ...bucket }: UsageRow) {
  return bucket;
}

describe('usage of keys in folded buckets', () => {
  const QUARTER_MS = 15 * 60_000;
  const HOUR = 60 * 60_000;

  test('has the sums of what is finer, the worst price, and wider buckets as they are', async () => {
    const { store } = openTestStore();
    const at = (minute: number) => NOON + minute * 60_000;
    const rows = [
      usageOf({ startAt: NOON - HOUR, widthMs: HOUR, costMicroUsd: 100 }),
      usageOf({ startAt: at(0), costMicroUsd: 1, requests: null }),
      usageOf({ startAt: at(14), costMicroUsd: 2, priceSource: 'sibling' }),
      usageOf({ startAt: at(14), costMicroUsd: 4, model: 'o3' }),
      usageOf({ startAt: at(15), costMicroUsd: 8 }),
      usageOf({ startAt: at(16), costMicroUsd: 16, keyId: 'key_2' }),
    ];
    await store.write((tx) => tx.usage.replaceWindow('openai-main', { from: 0, to: NOON * 2 }, rows));

    const range = { from: NOON - HOUR / 2, to: at(30) };
    const folded = await store.read.usage.ofKeysFolded(['key_1', 'nobody'], range, QUARTER_MS);

    expect(
      folded.map(({ startAt, widthMs, model, costMicroUsd, priceSource }) => [
        (startAt - NOON) / 60_000,
        widthMs / 60_000,
        model,
        costMicroUsd,
        priceSource,
      ]),
    ).toEqual([
      [-60, 60, 'gpt-5', 100, 'listed'],
      [0, 15, 'gpt-5', 3, 'sibling'],
      [0, 15, 'o3', 4, 'listed'],
      [15, 15, 'gpt-5', 8, 'listed'],
    ]);
    expect(folded[1]?.tokens.output).toBe(100);
    expect(await store.read.usage.ofKeysFolded([], range, QUARTER_MS)).toEqual([]);
  });
});
