import { expect, test } from 'vitest';
import { NOON } from '../support/records.ts';
import { openRaw, openTestStore } from '../support/store.ts';

const LENGTH_MS = 180_000;
const alive = () => true;

function lease(holder: string, now: number, mayRun: (holder: string) => boolean = alive) {
  return { holder, now, lengthMs: LENGTH_MS, mayRun };
}

test('the first process takes the lease; a second one is refused and told who has it', async () => {
  const { store, path } = openTestStore();
  const second = openTestStore({ path }).store;

  expect(await store.takeLease(lease('host:1', NOON))).toBeNull();
  expect(await second.takeLease(lease('host:2', NOON))).toBe('host:1');
  expect(await store.takeLease(lease('host:1', NOON + 1))).toBeNull();
});

test('the holder renews, and then has the whole length again', async () => {
  const { store } = openTestStore();
  await store.takeLease(lease('host:1', NOON));

  expect(await store.takeLease(lease('host:1', NOON + 60_000))).toBeNull();

  expect(await store.takeLease(lease('host:2', NOON + LENGTH_MS))).toBe('host:1');
  expect(await store.takeLease(lease('host:2', NOON + 60_000 + LENGTH_MS - 1))).toBe('host:1');
  expect(await store.takeLease(lease('host:2', NOON + 60_000 + LENGTH_MS))).toBeNull();
});

test('a lease that ran out is taken over, and the late holder is refused', async () => {
  const { store } = openTestStore();
  await store.takeLease(lease('host:1', NOON));

  expect(await store.takeLease(lease('host:2', NOON + LENGTH_MS))).toBeNull();
  expect(await store.takeLease(lease('host:1', NOON + LENGTH_MS))).toBe('host:2');
});

test('a holder that cannot run any more is replaced at once', async () => {
  const { store } = openTestStore();
  await store.takeLease(lease('host:1', NOON));
  const isDead = (holder: string) => holder !== 'host:1';

  expect(await store.takeLease(lease('host:2', NOON + 1, isDead))).toBeNull();
  expect(await store.takeLease(lease('host:3', NOON + 2, alive))).toBe('host:2');
});

test('nobody is asked whether the asker itself may run', async () => {
  const { store } = openTestStore();
  await store.takeLease(lease('host:1', NOON));
  const asked: string[] = [];

  await store.takeLease(lease('host:1', NOON + 1, (holder) => asked.push(holder) > 0));

  expect(asked).toEqual([]);
});

test('nobody else can take the lease while it is decided whether its holder may run', async () => {
  const { store, path } = openTestStore();
  const other = openRaw(path, { timeout: 0 });
  await store.takeLease(lease('host:1', NOON));

  const deciding = store.takeLease(
    lease('host:2', NOON + 1, () => {
      expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('database is locked');
      return false;
    }),
  );

  expect(await deciding).toBeNull();
});

test('a dropped lease is free; only its holder can drop it', async () => {
  const { store } = openTestStore();
  await store.takeLease(lease('host:1', NOON));

  await store.dropLease('host:2');
  expect(await store.takeLease(lease('host:2', NOON + 1))).toBe('host:1');

  await store.dropLease('host:1');
  expect(await store.takeLease(lease('host:2', NOON + 2))).toBeNull();
});
