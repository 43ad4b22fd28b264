import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stepOf, withStep } from '../../src/domain/rotation.ts';
import type { Store } from '../../src/ports/store.ts';
import { alertOf, insertKey, keyOf, NOON } from '../support/records.ts';
import { rotationOf } from '../support/rotations.ts';
import { openTestStore } from '../support/store.ts';

async function withTwoKeys() {
  const { store } = openTestStore();
  await insertKey(store);
  await insertKey(store, keyOf({ id: 'key_2', lineageId: 'lin_2' }));
  return store;
}

describe('a rotation', () => {
  test('is read as it was written, its steps in their order', async () => {
    const store = await withTwoKeys();
    const rotation = rotationOf(
      { newKeyId: 'key_2', formerLineageId: 'lin_2' },
      { generate: 'done', store: 'blocked' },
    );

    await store.write((tx) => tx.rotations.insert(rotation));

    expect(await store.read.rotations.get('rot_1')).toEqual(rotation);
    expect(await store.read.rotations.openOfLineage('lin_1')).toEqual(rotation);
    expect(await store.read.rotations.allOpen()).toEqual([rotation]);
    expect(await store.read.rotations.openOfLineage('lin_2')).toBeUndefined();
    expect(await store.read.rotations.get('rot_none')).toBeUndefined();
  });

  test('is updated with its steps', async () => {
    const store = await withTwoKeys();
    const rotation = rotationOf();
    await store.write((tx) => tx.rotations.insert(rotation));
    const change = { step: 'generate', event: 'complete', by: 'slack:T1/U0BEN', at: NOON, reason: 'why' } as const;
    const after = { ...withStep(rotation, change), driver: 'slack:T1/U0BEN', closeReason: 'over' };

    await store.write((tx) => tx.rotations.update(after));

    const read = await store.read.rotations.get('rot_1');
    expect(read).toEqual(after);
    expect(read && stepOf(read, 'generate')).toMatchObject({ state: 'done', by: 'slack:T1/U0BEN', reason: 'why' });
  });

  test('is the only open one of its lineage, whoever is faster', async () => {
    const store = await withTwoKeys();
    await store.write((tx) => tx.rotations.insert(rotationOf()));

    await expect(store.write((tx) => tx.rotations.insert(rotationOf({ id: 'rot_2' })))).rejects.toThrow();
    await store.write((tx) => tx.rotations.update(rotationOf({ state: 'cancelled' })));
    await store.write((tx) => tx.rotations.insert(rotationOf({ id: 'rot_2', startedAt: NOON + 1 })));

    expect((await store.read.rotations.latestOfLineage('lin_1'))?.id).toBe('rot_2');
    expect((await store.read.rotations.allOpen()).map(({ id }) => id)).toEqual(['rot_2']);
  });

  test('wakes the timers when it begins and when a key changes', async () => {
    const store = await withTwoKeys();
    let woken = 0;
    store.onCommit('timers', () => {
      woken += 1;
    });

    await store.write((tx) => tx.rotations.insert(rotationOf()));
    await store.write((tx) => tx.keys.update(keyOf({ status: 'inactive' })));

    expect(woken).toBe(2);
  });
});

describe('the open rotations, which much asks for at each commit', () => {
  const openIds = async ({ read }: Store) => (await read.rotations.allOpen()).map(({ id }) => id);

  test('are read again when one of them has changed, and when another process has written', async () => {
    const { store, path } = openTestStore();
    const other = openTestStore({ path }).store;
    await insertKey(store);
    expect(await openIds(store)).toEqual([]);

    await store.write((tx) => tx.rotations.insert(rotationOf()));
    expect(await openIds(store)).toEqual(['rot_1']);
    await other.write((tx) => tx.rotations.update(rotationOf({ state: 'cancelled' })));
    expect(await openIds(store)).toEqual([]);
    await store.write((tx) => tx.rotations.update(rotationOf({ reason: 'open again' })));
    expect(await store.read.rotations.allOpen()).toMatchObject([{ reason: 'open again' }]);
    expect(await openIds(other)).toEqual(['rot_1']);
  });

  test('are seen as it has changed them by a transaction, and by nobody when it rolls back', async () => {
    const store = await withTwoKeys();
    await openIds(store);

    const failing = store.write(async (tx) => {
      await tx.rotations.insert(rotationOf());
      expect(await tx.rotations.allOpen()).toHaveLength(1);
      throw new Error('rolled back');
    });

    await expect(failing).rejects.toThrow('rolled back');
    expect(await openIds(store)).toEqual([]);
  });

  test('are the same to all who ask between two changes', async () => {
    const store = await withTwoKeys();
    await store.write((tx) => tx.rotations.insert(rotationOf()));

    const [one, other] = await Promise.all([store.read.rotations.allOpen(), store.read.rotations.allOpen()]);
    await store.write((tx) => tx.keys.update(keyOf({ status: 'inactive' })));

    expect(other).toBe(one);
    expect(await store.read.rotations.allOpen()).toBe(one);
  });
});

describe('rotations as they are remembered', () => {
  const number = fc.integer({ min: 0, max: 3 });
  const change = fc.record({
    do: fc.constantFrom('write' as const, 'foreign' as const, 'failed' as const),
    number,
    state: fc.constantFrom('open' as const, 'done' as const),
    /** Reads that are under way meanwhile. */
    reads: fc.array(fc.constantFrom('open' as const, 'some' as const), { maxLength: 3 }),
  });
  const IDS = ['rot_0', 'rot_1', 'rot_2', 'rot_3', 'rot_none'];

  async function play(
    store: Store,
    other: Store,
    one: typeof change extends fc.Arbitrary<infer Value> ? Value : never,
  ) {
    const id = `rot_${one.number}`;
    const write = (on: Store) =>
      on.write(async (tx) => {
        const known = await tx.rotations.get(id);
        const fields = { id, lineageId: `lin_${one.number}`, oldKeyId: `key_${one.number}`, state: one.state };
        const next = rotationOf({ ...fields, revision: (known?.revision ?? 0) + 1 });
        await (known === undefined ? tx.rotations.insert(next) : tx.rotations.update(next));
        if (one.do === 'failed') throw new Error('rolled back');
      });
    const { rotations } = store.read;
    await Promise.all([
      ...one.reads.map((read) => (read === 'open' ? rotations.allOpen() : rotations.some(IDS))),
      write(one.do === 'foreign' ? other : store).catch(() => undefined),
    ]);
  }

  test('are those that are stored, whoever has written what and was read meanwhile', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        const { store, path } = openTestStore();
        const other = openTestStore({ path }).store;
        for (const at of [0, 1, 2, 3]) {
          await insertKey(store, keyOf({ id: `key_${at}`, lineageId: `lin_${at}` }));
        }
        for (const one of changes) await play(store, other, one);

        const stored = await store.write(async (tx) => ({
          open: await tx.rotations.allOpen(),
          some: await tx.rotations.some(IDS),
          withKeys: await tx.rotations.openWithKeys(),
        }));
        const { rotations } = store.read;
        expect({
          open: await rotations.allOpen(),
          some: await rotations.some(IDS),
          withKeys: await rotations.openWithKeys(),
        }).toEqual(stored);
        expect(await rotations.get('rot_1')).toEqual(stored.some.find(({ id }) => id === 'rot_1'));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the alerts of a lineage that became a part of another', () => {
  test('go over to it with their findings, and the one that is not resolved stands for it', async () => {
    const store = await withTwoKeys();
    await store.write(async (tx) => {
      await tx.alerts.insert(alertOf({ id: 'alert_1', number: 1, lineageId: 'lin_1' }));
      await tx.alerts.insert(alertOf({ id: 'alert_2', number: 2, lineageId: 'lin_2', state: 'resolved', closedAt: 1 }));
      await tx.alerts.moveToLineage('lin_2', 'lin_1');
    });

    expect((await store.read.alerts.latestOfLineage('lin_1'))?.id).toBe('alert_1');
    expect(await store.read.alerts.latestOfLineage('lin_2')).toBeUndefined();
    await store.write((tx) => tx.alerts.update(alertOf({ id: 'alert_1', state: 'resolved', closedAt: 2 })));
    expect((await store.read.alerts.latestOfLineage('lin_1'))?.id).toBe('alert_2');
  });
});
