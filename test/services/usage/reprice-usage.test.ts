import { describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/actor.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { totalTokens } from '../../../src/domain/usage.ts';
import type { PriceTable } from '../../../src/ports/price-table.ts';
import type { UsageRow } from '../../../src/ports/store.ts';
import { createPriceTable } from '../../../src/providers/lib/price-table.ts';
import { refreshAlerts } from '../../../src/services/alerts/refresh-alerts.ts';
import { type RepriceOptions, repriceUsage } from '../../../src/services/usage/reprice-usage.ts';
import { type Bench, NOON, openBench, present } from '../../support/bench-deps.ts';
import { alertOn } from '../../support/findings.ts';
import { benchToPoll, poll } from '../../support/polling.ts';
import { usageOf } from '../../support/records.ts';

const ACTOR: Actor = { kind: 'cli', user: 'ops' };
const EVERYTHING = { from: 0, to: NOON * 2 };

/** Each token of a model costs so much now; what is not named cannot be priced. */
function pricesNow(perToken: Readonly<Record<string, number>>, version = 'new 2'): PriceTable {
  return {
    version,
    price: (_, { model, tokens }) => {
      const rate = perToken[model];
      return rate === undefined
        ? { costMicroUsd: 0, source: 'unpriced', pricedAs: null }
        : { costMicroUsd: totalTokens(tokens) * rate, source: 'policy', pricedAs: 'policy' };
    },
  };
}

function row(fields: Partial<UsageRow> = {}): UsageRow {
  return usageOf({ connectionId: 'fake', startAt: NOON, costMicroUsd: 100, priceVersion: 'old 1', ...fields });
}

async function benchWith(rows: readonly UsageRow[]): Promise<Bench> {
  const bench = openBench();
  for (const connectionId of new Set(rows.map((each) => each.connectionId))) {
    const own = rows.filter((each) => each.connectionId === connectionId);
    await bench.store.write((tx) => tx.usage.replaceWindow(connectionId, EVERYTHING, own));
  }
  return bench;
}

function reprice(bench: Bench, prices: PriceTable, options: Partial<RepriceOptions> = {}) {
  const providerOf = new Map([['fake', 'fake']]);
  return repriceUsage({ ...bench.deps, prices }, { window: null, providerOf, actor: ACTOR, dryRun: false, ...options });
}

function rowsOf(bench: Bench) {
  return bench
    .raw()
    .prepare('SELECT model, cost_micro_usd, price_source, price_version FROM usage ORDER BY start_at, model')
    .raw()
    .all();
}

describe('pricing stored usage again', () => {
  test('takes the present prices for all that was priced under others, and says what it comes to', async () => {
    const bench = await benchWith([
      row({ model: 'a' }),
      row({ model: 'b' }),
      row({ model: 'c', priceVersion: 'new 2' }),
    ]);

    const report = await reprice(bench, pricesNow({ a: 2, b: 10, c: 5 }));

    expect(rowsOf(bench)).toEqual([
      ['a', 354, 'policy', 'new 2'],
      ['b', 1770, 'policy', 'new 2'],
      ['c', 100, 'listed', 'new 2'],
    ]);
    expect(report).toEqual({
      version: 'new 2',
      rows: 2,
      changed: 2,
      beforeMicroUsd: 200,
      afterMicroUsd: 2124,
      models: [
        { model: 'b', endpoint: 'completions', rows: 1, beforeMicroUsd: 100, afterMicroUsd: 1770 },
        { model: 'a', endpoint: 'completions', rows: 1, beforeMicroUsd: 100, afterMicroUsd: 354 },
      ],
    });
  });

  test('a second run changes nothing and is not in the audit log', async () => {
    const bench = await benchWith([row({ model: 'a' })]);
    const prices = pricesNow({ a: 2 });
    await reprice(bench, prices);
    const once = rowsOf(bench);

    const again = await reprice(bench, prices);
    const window = await reprice(bench, prices, { window: EVERYTHING });

    expect(again).toMatchObject({ rows: 0, changed: 0, models: [] });
    expect(window).toMatchObject({ rows: 1, changed: 0, models: [] });
    expect(rowsOf(bench)).toEqual(once);
    expect(bench.audit().filter(({ verb }) => verb === 'usage.repriced')).toHaveLength(1);
  });

  test('writes one audit entry per run, with who, the window, the sums and the version', async () => {
    const days = [0, 1, 2].map((day) => row({ model: 'a', startAt: NOON - day * DAY_MS }));
    const bench = await benchWith(days);
    const window = { from: NOON - 1.5 * DAY_MS, to: NOON + DAY_MS };

    await reprice(bench, pricesNow({ a: 1 }), { window });

    expect(bench.audit().filter(({ verb }) => verb === 'usage.repriced')).toMatchObject([
      {
        actor: { kind: 'cli', user: 'ops' },
        subject: 'fake',
        detail: {
          from: '2026-08-02',
          to: '2026-08-04',
          rows: 2,
          beforeMicroUsd: 200,
          afterMicroUsd: 354,
          version: 'new 2',
        },
      },
    ]);
  });

  test('in a window takes every row that starts in it, whatever it was priced under, and no other', async () => {
    const bench = await benchWith([
      row({ model: 'a', startAt: NOON - 1 }),
      row({ model: 'b', startAt: NOON, priceVersion: 'new 2' }),
      row({ model: 'c', startAt: NOON + HOUR_MS }),
    ]);

    await reprice(bench, pricesNow({ a: 1, b: 1, c: 1 }), { window: { from: NOON, to: NOON + HOUR_MS } });

    expect(rowsOf(bench)).toMatchObject([
      ['a', 100, 'listed', 'old 1'],
      ['b', 177, 'policy', 'new 2'],
      ['c', 100, 'listed', 'old 1'],
    ]);
  });

  test('leaves other connections alone', async () => {
    const bench = await benchWith([row({ model: 'a' }), row({ model: 'b', connectionId: 'other' })]);

    await reprice(bench, pricesNow({ a: 1, b: 1 }));

    expect(rowsOf(bench)).toMatchObject([
      ['a', 177, 'policy', 'new 2'],
      ['b', 100, 'listed', 'old 1'],
    ]);
  });

  test('a dry run says the same and changes nothing', async () => {
    const bench = await benchWith([row({ model: 'a' })]);
    const prices = pricesNow({ a: 2 });

    const dry = await reprice(bench, prices, { dryRun: true });

    expect(rowsOf(bench)).toEqual([['a', 100, 'listed', 'old 1']]);
    expect(bench.audit()).toEqual([]);
    expect(await reprice(bench, prices)).toEqual(dry);
  });

  test('goes through more rows than one slice holds, each once', async () => {
    const many = Array.from({ length: 2_500 }, (_, n) =>
      row({ model: `m${n % 7}`, keyId: `key_${n % 50}`, startAt: NOON + n }),
    );
    const bench = await benchWith(many);
    const perToken = Object.fromEntries(Array.from({ length: 7 }, (_, n) => [`m${n}`, 1]));

    const report = await reprice(bench, pricesNow(perToken));

    expect(report).toMatchObject({ rows: 2_500, changed: 2_500, afterMicroUsd: 2_500 * 177 });
    expect(rowsOf(bench).every((each) => Array.isArray(each) && each[1] === 177)).toBe(true);
    expect(bench.audit().filter(({ verb }) => verb === 'usage.repriced')).toHaveLength(1);
  });

  test('does not overwrite what a poll of the running bot stores meanwhile', async () => {
    const bench = await benchWith([row({ model: 'a' })]);
    const polled = row({
      model: 'a',
      tokens: { ...row().tokens, output: 5_000 },
      costMicroUsd: 9,
      priceVersion: 'bot',
    });
    let asked = 0;
    const prices: PriceTable = {
      ...pricesNow({ a: 2 }),
      price: (providerId, usage) => {
        asked += 1;
        return pricesNow({ a: 2 }).price(providerId, usage);
      },
    };
    const store = {
      ...bench.store,
      read: bench.store.read,
      write: async (run: Parameters<typeof bench.store.write>[0]) => {
        await bench.store.write((tx) => tx.usage.replaceWindow('fake', EVERYTHING, [polled]));
        return bench.store.write(run);
      },
    } as typeof bench.store;

    await repriceUsage(
      { ...bench.deps, store, prices },
      { window: null, providerOf: new Map([['fake', 'fake']]), actor: ACTOR, dryRun: false },
    );

    expect(asked).toBe(2);
    expect(rowsOf(bench)).toEqual([['a', 9, 'listed', 'bot']]);
  });

  test('prices by the stored variant, endpoint, requests and day, as the poll did', async () => {
    const table = createPriceTable();
    const tokens = { uncachedInput: 1_000_000, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };
    const none = { ...tokens, uncachedInput: 0 };
    const bench = await benchWith([
      row({ model: 'gpt-5', variant: 'batch', tokens, keyId: 'k1' }),
      row({ model: 'gpt-5.5', tokens, requests: 1, keyId: 'k2' }),
      row({ model: 'gpt-image-1', endpoint: 'images', tokens: none, requests: 4, keyId: 'k3' }),
      row({ model: 'gpt-realtime', variant: 'tokens=audio', tokens, requests: null, keyId: 'k4' }),
    ]);

    await reprice(bench, table, { providerOf: new Map([['fake', 'openai']]) });

    expect(rowsOf(bench)).toEqual([
      ['gpt-5', 625_000, 'listed', table.version],
      ['gpt-5.5', 10_000_000, 'listed', table.version],
      ['gpt-image-1', 1_000_000, 'rough', table.version],
      ['gpt-realtime', 32_000_000, 'listed', table.version],
    ]);
  });
});

test('the sum of an open alert follows at the next poll', async () => {
  const bench = await benchToPoll();
  bench.provider.use = [{ keyId: 'key_1', at: NOON - 10 * MINUTE_MS, tokens: 500 }];
  const { watermark } = await poll(bench);
  const { id: alertId } = await alertOn(bench, 'key_1', { startedAt: NOON - HOUR_MS });
  await refreshAlerts(bench.deps, bench.provider.port, watermark);
  expect((await bench.store.read.alerts.get(alertId))?.lostMicroUsd).toBe(500);

  const prices: PriceTable = {
    version: 'fake 2',
    price: () => ({ costMicroUsd: 70, source: 'policy', pricedAs: null }),
  };
  await reprice(bench, prices);
  await refreshAlerts(bench.deps, bench.provider.port, watermark);

  expect(present(await bench.store.read.alerts.get(alertId)).lostMicroUsd).toBe(70);
});
