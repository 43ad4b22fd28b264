import { expect, test } from 'vitest';
import { DAY_MS } from '../../../src/domain/time.ts';
import { listAllKeys, listKeys } from '../../../src/services/inventory/list-keys.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { NOON, openBench } from '../../support/bench-deps.ts';
import { fakeKey, fakeScope } from '../../support/fake-provider.ts';

test('the list is by slug, with provider, scope and the cost of 30 days', async () => {
  const bench = openBench({ title: 'Fake AI' });
  bench.provider.scopes = [fakeScope('ws_1', 'Kitchen')];
  bench.provider.put(
    fakeKey('key_1', { label: 'zebra' }),
    fakeKey('key_2', { label: 'ant', scopeId: null }),
    fakeKey('key_3', { label: 'bee' }),
  );
  bench.provider.use = [
    { keyId: 'key_1', at: NOON - DAY_MS, tokens: 5 },
    { keyId: 'key_1', at: NOON - 29 * DAY_MS, tokens: 7 },
    { keyId: 'key_1', at: NOON - 31 * DAY_MS, tokens: 100 },
  ];
  await bench.sync();
  await pollUsage(bench.deps, bench.provider.port);

  const list = await listKeys(bench.deps);

  expect(
    list.map(({ lineage, providerTitle, scopeName, last30dMicroUsd }) => [
      lineage.slug,
      providerTitle,
      scopeName,
      last30dMicroUsd,
    ]),
  ).toEqual([
    ['ant', 'Fake AI', null, 0],
    ['bee', 'Fake AI', 'Kitchen', 0],
    ['zebra', 'Fake AI', 'Kitchen', 12],
  ]);
});

test('tombstones are left out, but for those that cost money lately', async () => {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1'), fakeKey('key_2'), fakeKey('key_3'));
  bench.provider.use = [{ keyId: 'key_2', at: NOON - DAY_MS, tokens: 5 }];
  await bench.sync();
  await pollUsage(bench.deps, bench.provider.port);

  bench.provider.keys.delete('key_1');
  bench.provider.keys.delete('key_2');
  await bench.sync();

  expect((await listKeys(bench.deps)).map(({ lineage }) => lineage.slug)).toEqual(['key-2', 'key-3']);
  expect((await listAllKeys(bench.deps)).map(({ lineage }) => lineage.slug)).toEqual(['key-1', 'key-2', 'key-3']);
});

test('a scope of the same id at another provider lends no name', async () => {
  const bench = openBench();
  const other = bench.connect({ id: 'rival', title: 'Rival AI' });
  bench.provider.scopes = [fakeScope('ws_1', 'Kitchen')];
  other.scopes = [fakeScope('ws_1', 'Garden')];
  bench.provider.put(fakeKey('key_1', { label: 'a' }));
  other.put(fakeKey('key_1', { label: 'b' }));

  await bench.sync();
  await bench.sync(other);

  expect((await listKeys(bench.deps)).map(({ providerTitle, scopeName }) => [providerTitle, scopeName])).toEqual([
    ['Fake AI', 'Kitchen'],
    ['Rival AI', 'Garden'],
  ]);
});
