import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import { adoptUnknownKeys } from '../../../src/services/inventory/adopt-unknown-keys.ts';
import { later, NOON } from '../../support/bench-deps.ts';
import { failing, fakeKey } from '../../support/fake-provider.ts';
import { benchToPoll, poll, stored, totalCost } from '../../support/polling.ts';

describe('whose usage it is', () => {
  test('usage without a key id is kept per connection and scope', async () => {
    const bench = await benchToPoll();
    const at = NOON - 10 * MINUTE_MS;
    bench.provider.use = [
      { keyId: null, at, tokens: 10 },
      { keyId: null, at, tokens: 20, scopeId: 'ws_2' },
      { keyId: null, at, tokens: 30, scopeId: null },
    ];

    await poll(bench);

    expect(stored(bench).map(({ key, cost }) => [key, cost])).toEqual([
      ['nokey:fake:default', 30],
      ['nokey:fake:ws_1', 10],
      ['nokey:fake:ws_2', 20],
    ]);
    expect(bench.provider.callsOf('listKeys')).toHaveLength(1);
  });

  test('a key made between two syncs is found at once and not taken for a deleted one', async () => {
    const bench = await benchToPoll();
    bench.provider.put(fakeKey('key_2', { label: 'brand new' }));
    bench.provider.use = [{ keyId: 'key_2', at: NOON - 10 * MINUTE_MS, tokens: 10 }];

    await poll(bench);

    expect(bench.provider.callsOf('listKeys')).toHaveLength(2);
    expect(await bench.keyOf('key_2')).toMatchObject({ label: 'brand new', status: 'active' });
    expect(stored(bench)).toMatchObject([{ key: (await bench.keyOf('key_2')).id, cost: 10 }]);
  });

  test('a key that the provider no longer lists costs one sync and then has a tombstone', async () => {
    const bench = await benchToPoll();
    bench.provider.use = [
      { keyId: 'key_lost1', at: NOON - 10 * MINUTE_MS, tokens: 10 },
      { keyId: 'key_lost1', at: NOON - 9 * MINUTE_MS, tokens: 10 },
      { keyId: 'key_lost2', at: NOON - 9 * MINUTE_MS, tokens: 10 },
    ];

    await poll(bench);
    later(bench, 5 * MINUTE_MS);
    await poll(bench);

    expect(bench.provider.callsOf('listKeys')).toHaveLength(2);
    expect(await bench.keyOf('key_lost1')).toMatchObject({
      status: 'gone',
      goneAt: NOON,
      scopeId: 'ws_1',
      label: 'deleted _lost1',
    });
    expect((await bench.lineageOf('key_lost2')).slug).toBe('deleted-lost2');
    expect(bench.audit().filter(({ detail }) => detail['source'] === 'usage')).toHaveLength(2);
    expect(totalCost(bench)).toBe(30);
  });

  test.each(['provider_denied', 'provider_unavailable', 'provider_implausible'] as const)(
    'an unknown key that spends while the key list answers %s is watched all the same, and known when the list is back',
    async (code) => {
      const bench = await benchToPoll();
      bench.provider.use = [{ keyId: 'key_new', at: NOON - 10 * MINUTE_MS, tokens: 10 }];
      bench.provider.script('listKeys', failing(code));

      const { ok } = await poll(bench);

      expect([ok, totalCost(bench)]).toEqual([true, 10]);
      expect((await bench.keyOf('key_new')).status).toBe('gone');
      bench.provider.put(fakeKey('key_new', { label: 'new' }));
      await bench.sync();
      expect(await bench.keyOf('key_new')).toMatchObject({ status: 'active', label: 'new', goneAt: null });
    },
  );

  test('a lost key that two polls meet at the same moment has one tombstone', async () => {
    const bench = await benchToPoll();
    const lost = [['key_lost1', 'ws_1']] as const;

    await Promise.all([1, 2].map(() => adoptUnknownKeys(bench.deps, bench.provider.port, lost)));

    expect(await bench.store.read.keys.all()).toHaveLength(2);
  });

  test('a key that two connections see is paid for once', async () => {
    const bench = await benchToPoll({ connectionId: 'fake' });
    const other = bench.connect({ connectionId: 'fake:acme' });
    other.put(fakeKey('key_1'), fakeKey('key_2'));
    const at = NOON - 10 * MINUTE_MS;
    bench.provider.use = [{ keyId: 'key_1', at, tokens: 10 }];
    other.use = [
      { keyId: 'key_1', at, tokens: 10 },
      { keyId: 'key_2', at, tokens: 5 },
    ];

    await poll(bench);
    await poll(bench, other);

    expect(totalCost(bench)).toBe(15);
  });

  test('the usage of a connection that is configured no more is read by the one that still sees it', async () => {
    const bench = await benchToPoll({ connectionId: 'fake' });
    bench.disconnect('fake');
    const renamed = bench.connect({ connectionId: 'fake:acme' });
    renamed.use = [{ keyId: 'key_1', at: NOON - 10 * MINUTE_MS, tokens: 10 }];

    await poll(bench, renamed);

    expect(totalCost(bench)).toBe(10);
  });
});

describe('what else follows from usage', () => {
  test('the last use of a key moves forward, never back, and only for real use', async () => {
    const bench = await benchToPoll();
    const at = NOON - 30 * MINUTE_MS;
    bench.provider.use = [
      { keyId: 'key_1', at, tokens: 1 },
      { keyId: 'key_1', at: at - MINUTE_MS, tokens: 1 },
      { keyId: 'key_1', at: at + MINUTE_MS, tokens: 0, requests: 0 },
    ];
    await poll(bench);
    expect((await bench.keyOf('key_1')).lastUsedAt).toBe(at);

    later(bench, 5 * MINUTE_MS);
    bench.provider.use = [{ keyId: 'key_1', at: at - 5 * MINUTE_MS, tokens: 1 }];
    await poll(bench);
    expect((await bench.keyOf('key_1')).lastUsedAt).toBe(at);

    bench.provider.use = [{ keyId: 'key_1', at: at + 2 * MINUTE_MS, tokens: 0, requests: 4 }];
    await poll(bench);
    expect((await bench.keyOf('key_1')).lastUsedAt).toBe(at + 2 * MINUTE_MS);
  });

  test('what cannot be priced stays visible as unpriced, also in a sum', async () => {
    const bench = await benchToPoll();
    const at = NOON - 10 * MINUTE_MS;
    bench.provider.use = [
      { keyId: 'key_1', at: at - MINUTE_MS, tokens: 10, model: 'mystery' },
      { keyId: 'key_1', at, tokens: 20 },
      { keyId: 'key_1', at, tokens: 20, scopeId: 'dark' },
    ];

    await poll(bench);

    const keyIds = [(await bench.keyOf('key_1')).id];
    const buckets = await bench.store.read.usage.ofKeys(keyIds, { from: 0, to: NOON });
    expect(
      buckets.map(({ model, tokens, costMicroUsd, priceSource }) => [model, tokens.output, costMicroUsd, priceSource]),
    ).toEqual([
      ['mystery', 10, 0, 'unpriced'],
      ['fake-1', 40, 20, 'unpriced'],
    ]);
  });

  test('the watermark tells the end of the newest bucket', async () => {
    const bench = await benchToPoll();
    bench.provider.use = [
      { keyId: 'key_1', at: NOON - 10 * MINUTE_MS, tokens: 10 },
      { keyId: 'key_1', at: NOON - 20 * MINUTE_MS, tokens: 10 },
    ];

    const { watermark } = await poll(bench);

    expect(watermark).toMatchObject({ polledAt: NOON, newestUsageAt: NOON - 9 * MINUTE_MS });
  });
});
