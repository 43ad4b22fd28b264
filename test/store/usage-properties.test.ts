import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MINUTE_MS } from '../../src/domain/time.ts';
import type { UsageRange, UsageRow } from '../../src/ports/store.ts';
import { NOON, usageOf } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

const QUARTER_MS = 15 * MINUTE_MS;
const SPAN = 40;
const KEYS = ['key_1', 'key_2', 'nokey:openai-main:default'];
const EVERYTHING: UsageRange = { from: 0, to: NOON * 2 };

const anyRow = fc
  .record({
    keyId: fc.constantFrom(...KEYS),
    model: fc.constantFrom('gpt-5', 'o3'),
    variant: fc.constantFrom('', 'batch'),
    minute: fc.nat(SPAN - 1),
    requests: fc.option(fc.nat(3)),
    costMicroUsd: fc.oneof(fc.nat(2), fc.nat(9_000_000_000)),
    output: fc.nat(2),
    priceSource: fc.constantFrom('listed', 'sibling', 'unpriced'),
  })
  .map(({ minute, output, ...fields }) =>
    usageOf({ ...fields, startAt: NOON + minute * MINUTE_MS, tokens: { ...usageOf().tokens, output } }),
  );
const anyRows = fc.uniqueArray(anyRow, { selector: identityOf, maxLength: 25 });
const anyWindow = fc
  .tuple(fc.nat(SPAN), fc.nat(SPAN))
  .map(([a, b]) => ({ from: NOON + Math.min(a, b) * MINUTE_MS, to: NOON + Math.max(a, b) * MINUTE_MS }));

test('any sequence of replaced windows ends with what a plain map of rows would hold', async () => {
  const { store } = openTestStore();
  const stranger = usageOf({ connectionId: 'stranger', keyId: 'stranger' });
  await store.write((tx) => tx.usage.replaceWindow('stranger', EVERYTHING, [stranger]));
  let runs = 0;

  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyWindow, anyRows), { maxLength: 6 }), async (steps) => {
      runs += 1;
      const connectionId = `connection-${runs}`;
      const model = new Map<string, UsageRow>();
      for (const [window, candidates] of steps) {
        const rows = candidates.filter((row) => isIn(window, row)).map((row) => own(row, connectionId));
        const expected = replaceInModel(model, window, rows);

        const outcome = await store.write((tx) => tx.usage.replaceWindow(connectionId, window, rows));

        expect(outcome).toEqual(expected);
      }
      const keyIds = KEYS.map((keyId) => `${connectionId}/${keyId}`);
      const stored = await store.read.usage.ofKeys(keyIds, EVERYTHING);
      expect(new Map(stored.map((bucket) => [identityOf(bucket), bucket]))).toEqual(
        new Map([...model].map(([identity, row]) => [identity, bucketPart(row)])),
      );
    }),
    { numRuns: 60 },
  );

  expect(await store.read.usage.ofKeys(['stranger'], EVERYTHING)).toEqual([bucketPart(stranger)]);
});

test('folding keeps every sum, whatever the limit and however often, and leaves one width per instant', async () => {
  const { store, raw } = openTestStore();
  const other = raw();
  const sums = other.prepare(`SELECT connection_id, key_id, model, variant, SUM(uncached_input), SUM(cached_input),
    SUM(cache_write_5m), SUM(cache_write_1h), SUM(output), SUM(requests), SUM(cost_micro_usd), MAX(price_source)
    FROM usage GROUP BY connection_id, key_id, model, variant ORDER BY 1, 2, 3, 4`);
  const unfolded = other.prepare('SELECT COUNT(*) FROM usage WHERE width_ms = ? AND start_at < ?').pluck();
  const crooked = other.prepare('SELECT COUNT(*) FROM usage WHERE start_at % width_ms <> 0').pluck();

  await fc.assert(
    fc.asyncProperty(anyRows, anyRows, fc.array(fc.nat(SPAN * MINUTE_MS), { maxLength: 4 }), async (a, b, limits) => {
      other.exec('DELETE FROM usage');
      await store.write((tx) => tx.usage.replaceWindow('openai-main', EVERYTHING, a));
      const elsewhere = b.map((row) => ({ ...row, connectionId: 'b' }));
      await store.write((tx) => tx.usage.replaceWindow('b', EVERYTHING, elsewhere));
      const before = sums.all();

      for (const limit of limits) {
        const options = { fromWidthMs: MINUTE_MS, toWidthMs: QUARTER_MS, before: NOON + limit };
        const due = unfolded.get(MINUTE_MS, options.before);

        expect(await store.write((tx) => tx.usage.compact(options))).toBe(due);
        expect(await store.write((tx) => tx.usage.compact(options))).toBe(0);

        expect(unfolded.get(MINUTE_MS, options.before)).toBe(0);
        expect(sums.all()).toEqual(before);
        expect(crooked.get()).toBe(0);
      }
    }),
    { numRuns: 60 },
  );
});

test('a folded bucket is aligned, has its sums and the worst price source; what is young or wider stays', async () => {
  const { store } = openTestStore();
  const limit = NOON + 2 * QUARTER_MS;
  const young = usageOf({ startAt: limit });
  const wide = usageOf({ startAt: NOON - 4 * QUARTER_MS, widthMs: 4 * QUARTER_MS });
  const rows = [
    usageOf({ startAt: NOON, costMicroUsd: 1, priceSource: 'sibling', requests: null }),
    usageOf({ startAt: NOON + 14 * MINUTE_MS, costMicroUsd: 2 }),
    usageOf({ startAt: NOON + 15 * MINUTE_MS, costMicroUsd: 4 }),
  ];
  await store.write((tx) => tx.usage.replaceWindow('openai-main', EVERYTHING, [...rows, young, wide]));

  const options = { fromWidthMs: MINUTE_MS, toWidthMs: QUARTER_MS, before: limit };
  expect(await store.write((tx) => tx.usage.compact(options))).toBe(3);

  const tokens = { uncachedInput: 200, cachedInput: 40, cacheWrite5m: 6, cacheWrite1h: 8, output: 100 };
  expect(await store.read.usage.ofKeys(['key_1'], EVERYTHING)).toEqual([
    bucketPart(wide),
    { ...bucketPart(usageOf({ widthMs: QUARTER_MS, costMicroUsd: 3, priceSource: 'sibling', requests: 7 })), tokens },
    bucketPart(usageOf({ startAt: NOON + QUARTER_MS, widthMs: QUARTER_MS, costMicroUsd: 4 })),
    bucketPart(young),
  ]);
});

test.each([
  ['first', 0, 5],
  ['last', 5, 0],
])(
  'a wide bucket that the limit cut in two takes the rest in; the worse price is the %s part',
  async (_, worse, better) => {
    const { store, raw } = openTestStore();
    const rows = [
      usageOf({ startAt: NOON + worse * MINUTE_MS, costMicroUsd: 1, priceSource: 'unpriced', priceVersion: '2026-02' }),
      usageOf({ startAt: NOON + better * MINUTE_MS, costMicroUsd: 2, requests: null }),
      usageOf({ startAt: NOON + better * MINUTE_MS + 1, costMicroUsd: 4, requests: null }),
    ];
    await store.write((tx) => tx.usage.replaceWindow('openai-main', EVERYTHING, rows));

    for (const minute of [3, 15]) {
      const options = { fromWidthMs: MINUTE_MS, toWidthMs: QUARTER_MS, before: NOON + minute * MINUTE_MS };
      await store.write((tx) => tx.usage.compact(options));
    }

    const columns = 'start_at, cost_micro_usd, output, requests, price_source, price_version';
    expect(raw().prepare(`SELECT ${columns} FROM usage`).raw().all()).toEqual([[NOON, 7, 150, 7, 'unpriced', 'mixed']]);
  },
);

test.each([
  ['keep the price version that all have', ['2026-01', '2026-01', '2026-01'], '2026-01'],
  [
    'of several price versions have none of them, so that they are priced again',
    ['2026-01', '2026-03', '2026-02'],
    'mixed',
  ],
])('buckets that are folded together %s', async (_, versions, expected) => {
  const { store, raw } = openTestStore();
  const rows = versions.map((priceVersion, minute) => usageOf({ startAt: NOON + minute * MINUTE_MS, priceVersion }));
  await store.write((tx) => tx.usage.replaceWindow('openai-main', EVERYTHING, rows));

  const options = { fromWidthMs: MINUTE_MS, toWidthMs: QUARTER_MS, before: NOON + QUARTER_MS };
  await store.write((tx) => tx.usage.compact(options));

  expect(raw().prepare('SELECT price_version FROM usage').pluck().all()).toEqual([expected]);
});

function own(row: UsageRow, connectionId: string): UsageRow {
  return { ...row, connectionId, keyId: `${connectionId}/${row.keyId}` };
}

function replaceInModel(model: Map<string, UsageRow>, window: UsageRange, rows: readonly UsageRow[]) {
  const old = new Map([...model].filter(([, row]) => isIn(window, row)));
  for (const identity of old.keys()) model.delete(identity);
  let changed = 0;
  let inserted = 0;
  for (const row of rows) {
    const known = old.get(identityOf(row));
    if (known === undefined) inserted += 1;
    else if (JSON.stringify(known) !== JSON.stringify(row)) changed += 1;
    old.delete(identityOf(row));
    model.set(identityOf(row), row);
  }
  return { inserted, changed, removed: old.size };
}

function isIn({ from, to }: UsageRange, { startAt }: UsageRow): boolean {
  return startAt >= from && startAt < to;
}

function identityOf(row: Pick<UsageRow, 'keyId' | 'model' | 'endpoint' | 'variant' | 'startAt' | 'widthMs'>): string {
  return JSON.stringify([row.keyId, row.model, row.endpoint, row.variant, row.startAt, row.widthMs]);
}

/** What of a row is read back. */
function bucketPart({ connectionId: _, priceVersion: __, ...bucket }: UsageRow) {
  return bucket;
}
