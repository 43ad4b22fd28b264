import { expect, test } from 'vitest';
import { HOUR_MS } from '../../src/domain/time.ts';
import type { UsageRow } from '../../src/ports/store.ts';
import { NOON, usageOf } from '../support/records.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const EVERYTHING = { from: 0, to: NOON * 2 };

async function storeWith(...rows: readonly UsageRow[]): Promise<TestStore> {
  const opened = openTestStore();
  for (const connectionId of new Set(rows.map((row) => row.connectionId))) {
    const own = rows.filter((row) => row.connectionId === connectionId);
    await opened.store.write((tx) => tx.usage.replaceWindow(connectionId, EVERYTHING, own));
  }
  return opened;
}

test('sums what has no known price by key, model, endpoint and variant, of the connections and time asked for', async () => {
  const dark = { priceSource: 'unpriced', costMicroUsd: 0 } as const;
  const { store } = await storeWith(
    usageOf({ priceSource: 'sibling', costMicroUsd: 5 }),
    usageOf({ priceSource: 'sibling', costMicroUsd: 6, startAt: NOON + 1, requests: null }),
    usageOf({ ...dark, model: 'm' }),
    usageOf({ keyId: 'known' }),
    usageOf({ keyId: 'policy', priceSource: 'policy' }),
    usageOf({ keyId: 'rough', priceSource: 'rough' }),
    usageOf({ ...dark, keyId: 'too early', startAt: NOON - 1 }),
    usageOf({ ...dark, keyId: 'too late', startAt: NOON + HOUR_MS }),
    usageOf({ ...dark, connectionId: 'stranger' }),
  );

  const sums = await store.read.usagePrices.unpriced({
    connectionIds: ['openai-main', 'nobody'],
    from: NOON,
    to: NOON + HOUR_MS,
  });

  const shared = { connectionId: 'openai-main', keyId: 'key_1', endpoint: 'completions', variant: '' };
  expect([...sums].sort((a, b) => a.model.localeCompare(b.model))).toEqual([
    { ...shared, model: 'gpt-5', costMicroUsd: 11, tokens: 354, requests: 7 },
    { ...shared, model: 'm', costMicroUsd: 0, tokens: 177, requests: 7 },
  ]);
});

test('looks for it in the small index, not through the usage of all keys', async () => {
  const { raw } = await storeWith(usageOf());
  const plan = raw()
    .prepare<[], { detail: string }>(
      `EXPLAIN QUERY PLAN SELECT key_id FROM usage WHERE connection_id IN ('a', 'b') AND start_at >= 1 AND start_at < 2
        AND price_source IN ('sibling', 'unpriced')`,
    )
    .all();

  expect(plan.map(({ detail }) => detail).join()).toContain('usage_unpriced');
});

test('pages are in order, each row once, and begin after the last one', async () => {
  const rows = Array.from({ length: 7 }, (_, n) =>
    usageOf({ startAt: NOON + Math.floor(n / 3), keyId: `key_${n % 2}`, model: `m${n}` }),
  );
  const { store } = await storeWith(...rows, usageOf({ model: 'present', priceVersion: 'now' }));
  const which = { connectionId: 'openai-main', exceptVersion: 'now', ...EVERYTHING };

  const seen: string[] = [];
  let last: UsageRow | null = null;
  for (let page = 0; page < 4; page += 1) {
    const next: readonly UsageRow[] = await store.read.usagePrices.page(which, last, 3);
    seen.push(...next.map(({ model }) => model));
    last = next.at(-1) ?? last;
  }

  expect(seen).toHaveLength(7);
  expect(new Set(seen)).toEqual(new Set(rows.map(({ model }) => model)));
});

test.each([
  [{}, 1],
  [{ requests: 8 }, 0],
  [{ requests: null }, 0],
  [{ tokens: { ...usageOf().tokens, cacheWrite1h: 5 } }, 0],
  [{ tokens: { ...usageOf().tokens, output: 51 } }, 0],
])('a price for a row that is %j by now changes %i rows', async (now, count) => {
  const { store } = await storeWith(usageOf(now));
  const price = { row: usageOf(), costMicroUsd: 1, priceSource: 'policy', priceVersion: 'v' } as const;

  expect(await store.write((tx) => tx.usagePrices.reprice([price]))).toBe(count);
});
