import { expect, test } from 'vitest';
import type { Repos, Store } from '../../src/ports/store.ts';
import { actionOf, insertKey, NOON } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

const LEASE = { holder: 'host:1', now: NOON, lengthMs: 60_000, mayRun: () => true };

test('a write answers with what its work returns', async () => {
  const { store } = openTestStore();

  expect(await store.write(async () => 42)).toBe(42);
});

test('a write that throws leaves nothing behind and throws the same error', async () => {
  const { store } = openTestStore();
  const fault = new Error('half way');

  const writing = store.write(async (tx) => {
    await appendEntry(tx);
    await enqueue(tx);
    throw fault;
  });

  await expect(writing).rejects.toBe(fault);
  expect(await store.read.audit.head()).toEqual({ count: 0, hash: 'genesis' });
  expect(await store.read.outbox.counts()).toEqual({ waiting: 0, dead: 0 });
});

test('a write works again after one that threw', async () => {
  const { store } = openTestStore();
  await store.write(() => Promise.reject(new Error('no'))).catch(() => undefined);

  await store.write(appendEntry);

  expect((await store.read.audit.head()).count).toBe(1);
});

test('writes that are started at once run one after the other, in order', async () => {
  const { store } = openTestStore();
  const steps: string[] = [];

  await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      store.write(async (tx) => {
        steps.push(`${name} begins`);
        await appendEntry(tx);
        await appendEntry(tx);
        steps.push(`${name} ends`);
      }),
    ),
  );

  expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(await store.read.audit.verify(undefined)).toMatchObject({ ok: true, count: 6 });
});

test.each<[string, (store: Store) => unknown]>([
  ['read', (store) => store.read.keys.all()],
  ['write', (store) => store.write(async () => undefined)],
  ['takeLease', (store) => store.takeLease(LEASE)],
  ['dropLease', (store) => store.dropLease('host:1')],
])('using store.%s inside a write throws and rolls back', async (_, use) => {
  const { store } = openTestStore();

  const writing = store.write(async (tx) => {
    await appendEntry(tx);
    await use(store);
  });

  await expect(writing).rejects.toMatchObject({ name: 'AppError', code: 'internal' });
  expect((await store.read.audit.head()).count).toBe(0);
});

test('one write does not forbid another part of the program to read at the same time', async () => {
  const { store } = openTestStore();

  const [, head] = await Promise.all([store.write(appendEntry), store.read.audit.head()]);

  expect(head.count).toBe(0);
});

test('a handle of a write is of no use when the write is over', async () => {
  const { store } = openTestStore();
  const kept = await store.write(async (tx) => tx);

  await expect(appendEntry(kept)).rejects.toThrow();
  expect((await store.read.audit.head()).count).toBe(0);
});

test('the handle for reading cannot write', async () => {
  const { store } = openTestStore();

  await expect(appendEntry(store.read)).rejects.toMatchObject({ name: 'AppError', code: 'database' });
  expect((await store.read.audit.head()).count).toBe(0);
});

test("the engine's errors come out as ours, with the cause and without foreign text for the person", async () => {
  const { store } = openTestStore();
  await insertKey(store);

  const writing = insertKey(store);

  await expect(writing).rejects.toMatchObject({
    name: 'AppError',
    code: 'database',
    message: expect.stringContaining('UNIQUE constraint failed: lineages.slug'),
    publicMessage: expect.not.stringContaining('UNIQUE'),
    cause: { code: 'SQLITE_CONSTRAINT_UNIQUE' },
  });
});

test('when the engine has rolled back by itself, its own error is the one that comes out', async () => {
  const { store, raw } = openTestStore();
  raw().exec("CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END");

  const writing = store.write(async (tx) => {
    await appendEntry(tx);
    await enqueue(tx);
  });

  await expect(writing).rejects.toThrow('the disk is full');
  expect((await store.read.audit.head()).count).toBe(0);
});

test('a listener hears of a commit once, when what was enqueued can be read', async () => {
  const { store } = openTestStore();
  const heard: Promise<number>[] = [];
  store.onCommit('outbox', () => heard.push(store.read.outbox.counts().then(({ waiting }) => waiting)));

  await store.write(async (tx) => {
    await enqueue(tx, 'a');
    await enqueue(tx, 'b');
    expect(heard).toEqual([]);
  });

  expect(await Promise.all(heard)).toEqual([2]);
});

test('a listener hears nothing of a rollback, of another topic or of a commit that enqueued nothing', async () => {
  const { store } = openTestStore();
  const heard: string[] = [];
  store.onCommit('outbox', () => heard.push('outbox'));
  store.onCommit('actions', () => heard.push('actions'));

  await store
    .write(async (tx) => {
      await enqueue(tx);
      throw new Error('no');
    })
    .catch(() => undefined);
  await store.write(appendEntry);
  expect(heard).toEqual([]);

  await store.write((tx) => enqueue(tx));
  expect(heard).toEqual(['outbox']);
});

test('a listener that was stopped hears nothing more, the others do', async () => {
  const { store } = openTestStore();
  const heard: string[] = [];
  const stop = store.onCommit('outbox', () => heard.push('first'));
  store.onCommit('outbox', () => heard.push('second'));

  stop();
  await store.write((tx) => enqueue(tx));

  expect(heard).toEqual(['second']);
});

test('a listener may use the store at once', async () => {
  const { store } = openTestStore();
  const later: Promise<unknown>[] = [];
  store.onCommit('outbox', () => later.push(store.write(appendEntry)));

  await store.write((tx) => enqueue(tx));
  await Promise.all(later);

  expect((await store.read.audit.head()).count).toBe(1);
});

test('actions wake: one that is inserted, one that goes back to pending, not one that exists or is done', async () => {
  const { store } = openTestStore();
  await insertKey(store);
  let wakes = 0;
  store.onCommit('actions', () => {
    wakes += 1;
  });
  const action = actionOf();

  await store.write((tx) => tx.actions.insert(action));
  expect(wakes).toBe(1);
  await store.write((tx) => tx.actions.insert({ ...action, id: 'act_2' }));
  await store.write((tx) => tx.actions.update({ ...action, state: 'running' }));
  expect(wakes).toBe(1);
  await store.write((tx) => tx.actions.update({ ...action, state: 'pending' }));
  expect(wakes).toBe(2);
});

test('a lease that is renewed during a write survives the rollback of that write', async () => {
  const { store } = openTestStore();
  await store.takeLease(LEASE);
  let begun = () => {};
  let fail = () => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const failing = new Promise<never>((_, reject) => {
    fail = () => reject(new Error('no'));
  });

  const writing = store.write(async (tx) => {
    await appendEntry(tx);
    begun();
    await failing;
  });
  await hasBegun;
  const renewing = store.takeLease({ ...LEASE, now: NOON + 50_000 });
  fail();
  await expect(writing).rejects.toThrow('no');
  await renewing;

  expect(await store.takeLease({ ...LEASE, holder: 'other:2', now: NOON + 100_000 })).toBe('host:1');
});

async function appendEntry(tx: Repos): Promise<void> {
  await tx.audit.append({ at: NOON, actor: { kind: 'system', job: 'test' }, verb: 'v', subject: 's' });
}

async function enqueue(tx: Repos, subjectId = 'alert_1'): Promise<void> {
  await tx.outbox.enqueue({ id: `out_${subjectId}`, kind: 'alert', subjectId, threadKey: subjectId, createdAt: NOON });
}
