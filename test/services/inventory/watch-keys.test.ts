import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../src/domain/time.ts';
import { syncInventoryJob } from '../../../src/scheduler/jobs/sync-inventory.ts';
import { type Bench, later, openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';

async function openWatched(policy = "owners: { 'prod-*': U0ADMIN }"): Promise<Bench> {
  const bench = openBench({ policy });
  bench.provider.put(fakeKey('key_1', { label: 'prod-api' }));
  await list(bench);
  return bench;
}

async function list(bench: Bench): Promise<void> {
  await syncInventoryJob.run(bench.deps);
}

async function told(bench: Bench) {
  const alerts = await bench.store.read.alerts.unresolved();
  return alerts.map(({ detectorIds, severity, keyId }) => [detectorIds.join(), severity, keyId]);
}

describe('a key that appears', () => {
  test('is no news at the first reading, and is told once after it', async () => {
    const bench = await openWatched();
    expect(await told(bench)).toEqual([]);
    later(bench, HOUR_MS);
    bench.provider.put(fakeKey('key_2', { label: 'prod-night' }));

    await list(bench);
    later(bench, HOUR_MS);
    await list(bench);

    const { id } = await bench.keyOf('key_2');
    expect(await told(bench)).toEqual([['new-key', 'medium', id]]);
    const findings = bench.raw().prepare('SELECT detector_id FROM findings').all();
    expect(findings).toEqual([{ detector_id: 'new-key' }]);
  });
});

describe('a key that nobody owns', () => {
  test('is told after seven days, once', async () => {
    const bench = await openWatched('');
    later(bench, 7 * DAY_MS - 1);
    await list(bench);
    expect(await told(bench)).toEqual([]);

    later(bench, 1);
    await list(bench);
    later(bench, HOUR_MS);
    await list(bench);

    expect(bench.raw().prepare('SELECT severity FROM findings').all()).toEqual([{ severity: 'info' }]);
  });

  test('is not told where it has an owner', async () => {
    const bench = await openWatched();
    later(bench, 30 * DAY_MS);

    await list(bench);

    expect(bench.raw().prepare('SELECT severity FROM findings').all()).toEqual([]);
  });
});
