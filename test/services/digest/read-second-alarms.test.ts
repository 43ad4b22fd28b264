import { expect, test } from 'vitest';
import type { DigestCard } from '../../../src/domain/digest/card.ts';
import { DAY_MS } from '../../../src/domain/time.ts';
import { previewDigest } from '../../../src/services/digest/read-digest.ts';
import { readDueLimits } from '../../../src/services/limits/read-limits.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type BenchOptions, later, NOON, openBench } from '../../support/bench-deps.ts';
import { fakeKey, fakeScope } from '../../support/fake-provider.ts';

const ALERT = { availability: 'available', alerts: [{ monthlyMicroUsd: 5_000_000 }] } as const;
const HERE = { title: 'Fake AI', url: 'https://console.test/alerts' };

async function benchOf(extras: NonNullable<BenchOptions['extras']>) {
  const bench = openBench({ extras });
  bench.provider.scopes = [fakeScope('ws_1', 'Shop'), fakeScope('ws_2', 'Labs'), fakeScope('ws_3', 'Data')];
  bench.provider.put(
    fakeKey('key_1'),
    fakeKey('key_2', { scopeId: 'ws_2' }),
    fakeKey('key_3', { scopeId: 'ws_3' }),
    fakeKey('key_4', { scopeId: 'ws_4', status: 'archived' }),
  );
  bench.provider.use = [{ keyId: 'key_2', at: NOON - DAY_MS, tokens: 1_000_000, scopeId: 'ws_2' }];
  bench.provider.spendAlerts.set('ws_1', ALERT);
  await bench.sync();
  await pollUsage(bench.deps, bench.provider.port);
  return bench;
}

test('the digest tells which projects the provider itself watches, and which not, the dearest first', async () => {
  const bench = await benchOf(['readLimits', 'readSpendAlerts']);
  expect((await previewDigest(bench.deps)).secondAlarms).toMatchObject([{ ...HERE, seen: { isAsked: false } }]);

  await readDueLimits(bench.deps);
  const { secondAlarms } = await previewDigest(bench.deps);

  expect(secondAlarms).toEqual([
    {
      ...HERE,
      seen: {
        isAsked: true,
        forAll: false,
        kind: 'workspace',
        scopes: 3,
        alarmed: 1,
        unread: 0,
        without: ['Labs', 'Data'],
      },
    },
  ]);
  later(bench, 2 * DAY_MS + 1);
  expect((await previewDigest(bench.deps)).secondAlarms).toMatchObject([{ seen: { alarmed: 0, unread: 3 } }]);
});

test('a provider whose alerts only its console shows is told as that', async () => {
  const bench = await benchOf(['readLimits']);
  await readDueLimits(bench.deps);

  expect((await previewDigest(bench.deps)).secondAlarms).toEqual([{ ...HERE, seen: null }]);
});

test('a digest that was kept before second alarms were read says nothing of them', async () => {
  const bench = await benchOf(['readLimits']);
  const { secondAlarms: _, ...old } = await previewDigest(bench.deps);
  const card = old as DigestCard;
  await bench.store.write((tx) => tx.digests.insert({ week: '2026-W40', dueAt: NOON, madeAt: NOON, card }));

  expect((await bench.store.read.digests.get('2026-W40'))?.card?.secondAlarms).toEqual([]);
});
