import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { watchKeys } from '../../../src/services/inventory/watch-keys.ts';
import { nameNewKey } from '../../../src/services/rotation/change-step.ts';
import { disownNewKeys } from '../../../src/services/rotation/disown-keys.ts';
import { findNewKey, tickFoundKeys } from '../../../src/services/rotation/find-new-keys.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { type Bench, later, NOON, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { ADA } from '../../support/requests.ts';

/** So many keys of one scope that wait for their new ones. */
async function waiting(count: number): Promise<{ bench: Bench; names: readonly string[] }> {
  const bench = openBench();
  for (let index = 0; index < count; index += 1) {
    bench.provider.put(fakeKey(`old_${index}`, { label: `api-${index}`, createdAt: NOON - 90 * DAY_MS }));
  }
  await readInventory(bench.deps, bench.provider.port);
  const names: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { id: keyId } = await bench.keyOf(`old_${index}`);
    const { rotation } = await openRotation(bench.deps, { actor: ADA, keyId, alertId: null, reason: 'quarterly' });
    names.push(rotation.newName ?? '');
  }
  return { bench, names };
}

/** What a listing with these new keys calls announced, by label. */
async function listed(bench: Bench, labels: readonly string[], kind: 'inference' | 'admin' = 'inference') {
  for (const label of labels)
    bench.provider.put(fakeKey(`new_${label}`, { label, createdAt: bench.clock.now(), kind }));
  await readInventory(bench.deps, bench.provider.port);
  return Promise.all(labels.map(async (label) => (await bench.keyOf(`new_${label}`)).announced));
}

/** What people are told of a listing: the severity of each new key's alert, by label. */
async function told(bench: Bench): Promise<Readonly<Record<string, string>>> {
  await readInventory(bench.deps, bench.provider.port);
  await watchKeys(bench.deps, bench.provider.port);
  const found: Record<string, string> = {};
  for (const { keyId, severity } of await bench.store.read.alerts.unresolved()) {
    found[(keyId === null ? undefined : await bench.store.read.keys.get(keyId))?.label ?? ''] = severity;
  }
  return found;
}

async function firstOpen(bench: Bench) {
  const [rotation] = await bench.store.read.rotations.allOpen();
  return present(rotation);
}

test('a key of an agreed name is announced, however it is spelled, and no other', async () => {
  const { bench, names } = await waiting(2);
  const [one = '', two = ''] = names;
  expect(await listed(bench, ['foreign', one.toUpperCase(), two])).toEqual([false, true, true]);
  expect(await listed(bench, ['later'])).toEqual([false]);
  expect(await listed(bench, ['admin'], 'admin')).toEqual([false]);
});

test('a key under another name is asked about for an hour, and told as unannounced when nobody has answered', async () => {
  const { bench } = await waiting(1);
  await listed(bench, ['foreign']);
  expect(await told(bench)).toEqual({});
  expect((await findNewKey(bench.store.read, await firstOpen(bench))).kind).toBe('unclear');

  later(bench, HOUR_MS - MINUTE_MS);
  expect(await told(bench)).toEqual({});
  later(bench, MINUTE_MS);
  expect(await told(bench)).toEqual({ foreign: 'medium' });
});

test('whoever waits for one key has not made two: one more is told at once', async () => {
  const { bench } = await waiting(2);
  await listed(bench, ['a', 'b']);
  expect(await told(bench)).toEqual({});
  later(bench, MINUTE_MS);
  await listed(bench, ['c']);
  expect(await told(bench)).toEqual({ c: 'medium' });
});

test('what nobody waits for is told at once: in another scope, an admin key, or when the key has come', async () => {
  const { bench, names } = await waiting(1);
  bench.provider.put(fakeKey('far', { label: 'far', scopeId: 'ws_2', createdAt: bench.clock.now() }));
  await listed(bench, ['admin'], 'admin');
  expect(await told(bench)).toEqual({ far: 'medium', admin: 'medium' });

  await listed(bench, [names[0] ?? '']);
  await tickFoundKeys(bench.deps);
  await listed(bench, ['foreign']);
  expect(await told(bench)).toMatchObject({ foreign: 'medium' });
});

test('the key that somebody has chosen is never told, and what is left over is', async () => {
  const { bench } = await waiting(1);
  await listed(bench, ['ours', 'theirs']);
  const { id: newKeyId } = await bench.keyOf('new_ours');
  await nameNewKey(bench.deps, { actor: ADA, rotationId: (await firstOpen(bench)).id, newKeyId });

  later(bench, 2 * HOUR_MS);
  expect(await told(bench)).toEqual({ theirs: 'medium' });
});

test('a key that nobody here made calls people at once, and is not asked about again', async () => {
  const { bench } = await waiting(1);
  await listed(bench, ['theirs']);
  const { id: rotationId } = await firstOpen(bench);
  await disownNewKeys(bench.deps, { actor: ADA, rotationId });

  expect(await told(bench)).toEqual({ theirs: 'high' });
  expect(bench.audit().filter(({ verb }) => verb === 'rotation.keys_disowned')).toHaveLength(1);
  expect((await findNewKey(bench.store.read, await firstOpen(bench))).kind).toBe('none');
  await expect(disownNewKeys(bench.deps, { actor: ADA, rotationId })).rejects.toMatchObject({ code: 'invalid_input' });
  expect((await listed(bench, ['ours']))[0]).toBe(false);
  expect(await told(bench)).toEqual({ theirs: 'high' });
});
