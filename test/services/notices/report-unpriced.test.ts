import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { PriceTable } from '../../../src/ports/price-table.ts';
import { describeNotice } from '../../../src/services/notices/describe-notice.ts';
import { repriceUsage } from '../../../src/services/usage/reprice-usage.ts';
import { type Bench, type BenchOptions, fakePrices, later, NOON, openBench } from '../../support/bench-deps.ts';
import { type FakeUse, fakeKey } from '../../support/fake-provider.ts';
import { poll, stored } from '../../support/polling.ts';
import { notices, sentNotices, settleOutbox } from './support.ts';

const TODAY = NOON - 12 * HOUR_MS;

/** Besides what the fake list knows: models `new-…` borrow two micro-dollars per token from `old`. */
const prices: PriceTable = {
  version: 'fake 1',
  price: (providerId, usage) => {
    if (usage.model.startsWith('rough')) return { costMicroUsd: 5, source: 'rough', pricedAs: 'rough' };
    const price = fakePrices.price(providerId, usage);
    return usage.model.startsWith('new-')
      ? { costMicroUsd: price.costMicroUsd * 2, source: 'sibling', pricedAs: 'old' }
      : price;
  },
};

async function bench(options: BenchOptions = {}): Promise<Bench> {
  const opened = openBench(options);
  for (const id of ['key_1', 'key_2', 'key_3', 'key_4']) opened.provider.put(fakeKey(id));
  await opened.sync();
  return { ...opened, deps: { ...opened.deps, prices } };
}

function use(on: Bench, ...uses: readonly Partial<FakeUse>[]): void {
  const at = on.clock.now() - 10 * MINUTE_MS;
  on.provider.use.push(...uses.map((one) => ({ keyId: 'key_1', at, tokens: 1_000, model: 'new-9', ...one })));
}

describe('usage without a known price', () => {
  test('is told once per model and day, with the money, the keys and what was taken for the price', async () => {
    const on = await bench();
    use(on, {}, { keyId: 'key_2', tokens: 3_000 }, { model: 'plain' });

    await poll(on);

    const [key1, key2] = [await on.keyOf('key_1'), await on.keyOf('key_2')];
    expect(await notices(on)).toMatchObject([
      {
        kind: 'unpriced',
        openedAt: NOON,
        closedAt: null,
        detail: {
          providerId: 'fake',
          model: 'new-9',
          endpoint: 'messages',
          modality: null,
          dayAt: TODAY,
          costMicroUsd: 8_000,
          tokens: 4_000,
          pricedAs: 'old',
          rates: { inputUsd: 2, cachedInputUsd: 2, outputUsd: 2 },
          keyIds: [key2.id, key1.id],
          keyCount: 2,
          state: 'running',
        },
      },
    ]);
    expect(sentNotices(on)).toHaveLength(1);
  });

  test('is told where there is no price at all, not even a borrowed one', async () => {
    const on = await bench();
    use(on, { model: 'mystery' });

    await poll(on);

    expect(await notices(on)).toMatchObject([
      { detail: { model: 'mystery', costMicroUsd: 0, tokens: 1_000, pricedAs: null, rates: null } },
    ]);
  });

  test('does not mean known prices, nor those of which only the kind is uncertain', async () => {
    const on = await bench();
    use(on, { model: 'plain' }, { model: 'rough-search' });

    await poll(on);

    expect(await notices(on)).toEqual([]);
  });

  test('is one notice per model', async () => {
    const on = await bench();
    use(on, {}, { model: 'new-10' });

    await poll(on);

    expect((await notices(on)).map(({ detail }) => 'model' in detail && detail.model).sort()).toEqual([
      'new-10',
      'new-9',
    ]);
  });

  test('of history that the first start reads is not told, of yesterday it is, and is done with', async () => {
    const on = await bench();
    use(on, { at: TODAY - DAY_MS - 1 }, { at: TODAY - 20 * DAY_MS }, { at: TODAY - 2 * HOUR_MS, tokens: 7 });

    await poll(on);

    expect(await notices(on)).toMatchObject([
      { closedAt: NOON, detail: { dayAt: TODAY - DAY_MS, tokens: 7, state: 'over' } },
    ]);
    expect(sentNotices(on)).toHaveLength(1);
  });

  test('is edited when another key joins or money grew by a quarter, not at each poll', async () => {
    const on = await bench();
    use(on, { tokens: 1_000 });
    await poll(on);
    await settleOutbox(on);

    const edits = [];
    for (const more of [
      { tokens: 0 },
      { tokens: 200 },
      { tokens: 100 },
      { keyId: 'key_2', tokens: 1 },
      { tokens: 2 },
    ]) {
      later(on, 5 * MINUTE_MS);
      if (more.tokens > 0) use(on, more);
      await poll(on);
      edits.push(sentNotices(on).length - 1);
      await settleOutbox(on);
    }

    expect(edits).toEqual([0, 0, 1, 2, 2]);
    expect(await notices(on)).toHaveLength(1);
  });

  test('ends with the day and the final sum in the same message', async () => {
    const on = await bench();
    use(on, { tokens: 1_000 });
    await poll(on);
    await settleOutbox(on);
    later(on, 11 * HOUR_MS);
    use(on, { tokens: 100 });
    await poll(on);
    await settleOutbox(on);
    expect(await notices(on)).toMatchObject([{ closedAt: null, detail: { tokens: 1_000 } }]);

    later(on, 3 * HOUR_MS - 1);
    await poll(on);
    expect(await notices(on)).toMatchObject([{ closedAt: null }]);
    later(on, 1);
    await poll(on);

    expect(await notices(on)).toMatchObject([{ detail: { tokens: 1_100, state: 'over' }, closedAt: on.clock.now() }]);
    expect(sentNotices(on)).toHaveLength(2);
    later(on, HOUR_MS);
    await poll(on);
    expect(sentNotices(on).filter((each) => each.endsWith('pending'))).toHaveLength(1);
  });

  test('on the next day is another notice', async () => {
    const on = await bench();
    use(on, {});
    await poll(on);
    later(on, DAY_MS);
    use(on, {});
    await poll(on);

    expect((await notices(on)).map(({ closedAt }) => closedAt === null)).toEqual([false, true]);
  });

  test('that comes late for a day that is over changes its message, and posts no other', async () => {
    const on = await bench();
    use(on, {});
    await poll(on);
    later(on, 14 * HOUR_MS);
    await poll(on);
    await settleOutbox(on);

    // As after a downtime: the window reaches back into the day.
    on.provider.use.push({ keyId: 'key_1', at: on.clock.now() - 2.5 * HOUR_MS, tokens: 5_000, model: 'new-9' });
    await on.store.write(async (tx) => {
      const watermark = await tx.watermarks.get('fake');
      if (watermark) await tx.watermarks.put({ ...watermark, polledAt: NOON });
    });
    await poll(on);

    expect(await notices(on)).toMatchObject([{ detail: { tokens: 6_000, state: 'over' } }]);
  });

  test('is over when a price was found and the rows were priced again', async () => {
    const on = await bench();
    use(on, {});
    await poll(on);
    await settleOutbox(on);
    const found: PriceTable = {
      version: 'fake 2',
      price: () => ({ costMicroUsd: 1, source: 'policy', pricedAs: null }),
    };
    const providerOf = new Map([['fake', 'fake']]);
    const repriced = { ...on, deps: { ...on.deps, prices: found } };
    await repriceUsage(repriced.deps, { window: null, providerOf, actor: { kind: 'cli', user: 'x' }, dryRun: false });

    later(on, 5 * MINUTE_MS);
    await poll(repriced);

    expect(await notices(on)).toMatchObject([
      { detail: { costMicroUsd: 2_000, state: 'priced' }, closedAt: on.clock.now() },
    ]);
    expect(sentNotices(on)).toHaveLength(2);
  });

  test('of two connections of one provider is one notice with the sum of both', async () => {
    const on = await bench();
    const other = on.connect({ id: 'fake', connectionId: 'fake:acme' });
    other.put(fakeKey('key_9'));
    await on.sync(other);
    use(on, {});
    other.use.push({ keyId: 'key_9', at: NOON - HOUR_MS, tokens: 9_000, model: 'new-9' });

    await poll(on);
    await poll(on, other);

    expect(await notices(on)).toMatchObject([{ detail: { tokens: 10_000, keyCount: 2 } }]);
  });

  test('of a provider that is no longer configured ends with its day', async () => {
    const on = await bench();
    const other = on.connect({ id: 'gone', connectionId: 'gone' });
    other.put(fakeKey('key_9'));
    await on.sync(other);
    other.use.push({ keyId: 'key_9', at: NOON - HOUR_MS, tokens: 9_000, model: 'new-9' });
    await poll(on, other);
    on.disconnect('gone');

    later(on, 5 * MINUTE_MS);
    await poll(on);
    expect(await notices(on)).toMatchObject([{ closedAt: null }]);
    later(on, 14 * HOUR_MS);
    await poll(on);

    expect(await notices(on)).toMatchObject([{ detail: { tokens: 9_000, state: 'over' }, closedAt: on.clock.now() }]);
  });

  test('names at most three keys, and counts the rest', async () => {
    const on = await bench();
    use(on, { tokens: 1 }, { keyId: 'key_2', tokens: 2 }, { keyId: 'key_3', tokens: 3 }, { keyId: null, tokens: 4 });

    await poll(on);

    const [notice] = await notices(on);
    expect(await describeNotice(on.deps, notice?.id ?? '')).toMatchObject({
      kind: 'unpriced',
      providerTitle: 'Fake AI',
      detail: { keyCount: 4 },
      keys: [null, 'key-3', 'key-2'],
    });
  });
});

test('a poll stores the same rows whether their price is known or not', async () => {
  const on = await bench();
  use(on, {}, { model: 'plain' });

  await poll(on);

  expect(stored(on).map(({ source }) => source)).toEqual(['sibling', 'listed']);
});
