import { expect, test } from 'vitest';
import { DAY_MS } from '../../../src/domain/time.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { type Bench, NOON, openBench } from '../../support/bench-deps.ts';
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

test('so many rotations announce so many keys under whatever name, and no more', async () => {
  const { bench } = await waiting(3);
  expect(await listed(bench, ['a', 'b'])).toEqual([true, true]);
  expect(await listed(bench, ['c', 'd'])).toEqual([true, false]);
});

test('a key of an agreed name is announced first, wherever it stands in the list', async () => {
  const { bench, names } = await waiting(2);
  const [one = '', two = ''] = names;
  expect(await listed(bench, ['foreign', one.toUpperCase(), two])).toEqual([false, true, true]);
  expect(await listed(bench, ['later'])).toEqual([false]);
});

test('a key under a foreign name takes the place of one, and the agreed one is announced all the same', async () => {
  const { bench, names } = await waiting(1);
  expect(await listed(bench, ['foreign'])).toEqual([true]);
  expect(await listed(bench, [names[0] ?? ''])).toEqual([true]);
  expect(await listed(bench, ['another'])).toEqual([false]);
});

test('what rotations have got, and admin keys, use nothing up', async () => {
  const { bench, names } = await waiting(2);
  const [first] = await bench.store.read.rotations.allOpen();
  await listed(bench, [names[0] ?? '']);
  const { id: newKeyId } = await bench.keyOf(`new_${names[0]}`);
  if (first !== undefined) await bench.store.write((tx) => tx.rotations.update({ ...first, newKeyId }));

  expect(await listed(bench, ['admin'], 'admin')).toEqual([false]);
  expect(await listed(bench, ['foreign', 'more'])).toEqual([true, false]);
});
