import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { syncInventoryJob } from '../../../src/scheduler/jobs/sync-inventory.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { type Bench, later, openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { ADA } from '../../support/requests.ts';

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

  test('that may be the one that a rotation waits for is no news yet; the one after it is, and so is one elsewhere', async () => {
    const bench = await openWatched();
    const { id: keyId } = await bench.keyOf('key_1');
    later(bench, HOUR_MS);
    await openRotation(bench.deps, { actor: ADA, keyId, alertId: null, reason: 'it is old' });
    later(bench, HOUR_MS);
    bench.provider.put(fakeKey('key_2', { label: 'prod-elsewhere', scopeId: 'ws_2' }));
    bench.provider.put(fakeKey('key_3', { label: 'prod-next', createdAt: bench.clock.now() }));
    await list(bench);
    const { id: elsewhere } = await bench.keyOf('key_2');
    expect(await told(bench)).toEqual([['new-key', 'medium', elsewhere]]);

    later(bench, HOUR_MS - MINUTE_MS);
    bench.provider.put(fakeKey('key_4', { label: 'prod-third', createdAt: bench.clock.now() }));
    await list(bench);
    const { id: third } = await bench.keyOf('key_4');
    expect((await told(bench)).map(([, , id]) => id)).toEqual(expect.arrayContaining([elsewhere, third]));
    expect(await told(bench)).toHaveLength(2);
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

    const rows = bench.raw().prepare('SELECT severity FROM quiet_findings').all();
    expect(rows).toEqual([{ severity: 'info' }]);
    expect(await told(bench)).toEqual([]);
  });

  test('is not told of a new key that a rotation has named: it is in the hands of the old one’s owner', async () => {
    const bench = await openWatched('');
    const { id: oldKeyId } = await bench.keyOf('key_1');
    const lineage = await bench.lineageOf('key_1');
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: 'U0ADA' }));
    await openRotation(bench.deps, { actor: ADA, keyId: oldKeyId, alertId: null, reason: 'it is old' });
    bench.provider.put(fakeKey('key_2', { label: 'prod-next' }));
    await list(bench);
    const { id: newKeyId } = await bench.keyOf('key_2');
    await bench.store.write(async (tx) => {
      const [rotation] = await tx.rotations.allOpen();
      if (rotation !== undefined) await tx.rotations.update({ ...rotation, newKeyId });
    });
    later(bench, 8 * DAY_MS);

    await list(bench);

    expect(bench.raw().prepare('SELECT severity FROM quiet_findings').all()).toEqual([]);
  });

  test('is not told where it has an owner', async () => {
    const bench = await openWatched();
    later(bench, 30 * DAY_MS);

    await list(bench);

    expect(bench.raw().prepare('SELECT severity FROM findings').all()).toEqual([]);
  });
});

test('a new key that is found while something else goes on with it is no step of a cap', async () => {
  const bench = await openWatched();
  later(bench, HOUR_MS);
  bench.provider.put(fakeKey('key_2', { label: 'prod-night' }));
  await bench.sync();
  await alertOn(bench, 'key_2');

  await list(bench);

  const [alert] = await bench.store.read.alerts.unresolved();
  expect(alert?.detectorIds).toEqual(['spend-acceleration', 'new-key']);
  expect(await bench.store.read.alerts.events(alert?.id ?? '')).toEqual([]);
});
