import type SqliteDatabase from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import type { Store } from '../../src/ports/store.ts';
import { NOON } from '../support/records.ts';
import { openTestStore, signWith } from '../support/store.ts';

const ANN: Actor = { kind: 'slack', userId: 'U1', teamId: 'T1' };
const ADVICE = 'the head given is not in the log: entries were removed or replaced after it was written down';

describe('appending', () => {
  test('entries are numbered, carry who, what and why, and each names the hash before it', async () => {
    const { store, raw } = openTestStore();
    await store.write((tx) =>
      tx.audit.append({
        at: NOON,
        actor: ANN,
        verb: 'key.suspend.requested',
        subject: 'key_1',
        detail: { reason: 'x' },
      }),
    );
    await store.write((tx) => tx.audit.append({ at: NOON + 1, actor: ANN, verb: 'v', subject: 's' }));

    const [first, second] = rowsOf(raw());

    expect(first).toEqual({
      seq: 1,
      id: 'audit_00000001',
      at: NOON,
      actor: '{"kind":"slack","userId":"U1","teamId":"T1"}',
      verb: 'key.suspend.requested',
      subject: 'key_1',
      detail: '{"reason":"x"}',
      previous_hash: 'genesis',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(second).toMatchObject({ seq: 2, detail: '{}', previous_hash: first?.['hash'] });
  });

  test('the head is the count and the hash of the last entry', async () => {
    const { store, raw } = openTestStore();
    expect(await store.read.audit.head()).toEqual({ count: 0, hash: 'genesis' });

    await append(store, 2);

    expect(await store.read.audit.head()).toEqual({ count: 2, hash: rowsOf(raw())[1]?.['hash'] });
  });
});

describe('verifying', () => {
  test('an untouched log is in order, empty or not, with any head that was ever written down', async () => {
    const { store } = openTestStore();
    const heads = [(await store.read.audit.head()).hash];
    expect(await store.read.audit.verify(undefined)).toEqual({ ok: true, count: 0, head: 'genesis', problem: null });
    for (let count = 1; count <= 3; count += 1) {
      await append(store);
      heads.push((await store.read.audit.head()).hash);
    }

    for (const head of [undefined, ...heads]) {
      expect(await store.read.audit.verify(head)).toEqual({ ok: true, count: 3, head: heads[3], problem: null });
    }
  });

  test('a log longer than one read is walked to its end', async () => {
    const { store, raw } = openTestStore();
    await append(store, 2_001);
    expect(await store.read.audit.verify(undefined)).toMatchObject({ ok: true, count: 2_001 });

    raw().exec("UPDATE audit SET subject = 'other' WHERE seq = 2001");

    expect(await problemOf(store)).toBe('entry 2001 was changed');
  });

  test.each([
    ['at = at + 1'],
    [`actor = '{"kind":"cli","user":"eve"}'`],
    ["verb = 'other'"],
    ["subject = 'other'"],
    [`detail = '{"n":9}'`],
    ["id = 'audit_9'"],
    ["hash = 'abc'"],
  ])('an entry that was changed is named: %s', async (change) => {
    const { store, raw } = openTestStore();
    await append(store, 3);

    raw().exec(`UPDATE audit SET ${change} WHERE seq = 2`);

    expect(await store.read.audit.verify(undefined)).toMatchObject({
      ok: false,
      count: 1,
      problem: 'entry 2 was changed',
    });
  });

  test.each([
    [1, 'entry 1 is missing'],
    [2, 'entry 2 is missing'],
  ])('a removed entry is named: %i', async (seq, problem) => {
    const { store, raw } = openTestStore();
    await append(store, 3);

    raw().exec(`DELETE FROM audit WHERE seq = ${seq}`);

    expect(await problemOf(store)).toBe(problem);
  });

  test('a gap that was closed by renumbering is named', async () => {
    const { store, raw } = openTestStore();
    await append(store, 3);

    raw().exec('DELETE FROM audit WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3');

    expect(await problemOf(store)).toBe('entry 2 does not follow the one before it');
  });

  test('two entries that changed places are named', async () => {
    const { store, raw } = openTestStore();
    await append(store, 3);

    raw().exec('UPDATE audit SET seq = 9 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3');
    raw().exec('UPDATE audit SET seq = 3 WHERE seq = 9');

    expect(await problemOf(store)).toBe('entry 2 does not follow the one before it');
  });

  test('an entry of its own making in the middle, with the hashes bent to fit, is named', async () => {
    const { store, raw } = openTestStore();
    await append(store, 2);

    raw().exec("UPDATE audit SET hash = 'bent', subject = 'other' WHERE seq = 1");
    raw().exec("UPDATE audit SET previous_hash = 'bent' WHERE seq = 2");

    expect(await problemOf(store)).toBe('entry 1 was changed');
  });

  test('an entry of a history that was undone cannot stand in the one that followed', async () => {
    const { store, raw } = openTestStore();
    const db = raw();
    await append(store, 3);
    const old = rowsOf(db)[2];
    db.exec('DELETE FROM audit WHERE seq > 1');
    await append(store, 2);

    const mixed = { ...old, previous_hash: rowsOf(db)[1]?.['hash'] };
    db.exec('DELETE FROM audit WHERE seq = 3');
    db.prepare(
      'INSERT INTO audit VALUES (@seq, @id, @at, @actor, @verb, @subject, @detail, @previous_hash, @hash)',
    ).run(mixed);

    expect(await problemOf(store)).toBe('entry 3 was changed');
  });

  test('an entry that was slipped in before the first one is named', async () => {
    const { store, raw } = openTestStore();
    await append(store, 2);

    raw().exec("INSERT INTO audit SELECT 0, 'audit_0', at, actor, verb, subject, detail, 'x', 'y' FROM audit LIMIT 1");

    expect(await problemOf(store)).toBe('entry 0 does not belong to the log');
  });

  test('a tail that was cut off shows only against a head that was written down', async () => {
    const { store, raw } = openTestStore();
    await append(store, 3);
    const { hash } = await store.read.audit.head();

    raw().exec('DELETE FROM audit WHERE seq = 3');

    expect(await store.read.audit.verify(undefined)).toMatchObject({ ok: true, count: 2 });
    expect(await store.read.audit.verify(hash)).toMatchObject({ ok: false, count: 2, problem: ADVICE });
    await append(store);
    expect(await problemOf(store, hash)).toBe(ADVICE);
  });

  test('a log that was emptied shows against a head that was written down', async () => {
    const { store, raw } = openTestStore();
    await append(store, 2);
    const { hash } = await store.read.audit.head();

    raw().exec('DELETE FROM audit');

    expect(await problemOf(store, hash)).toBe(ADVICE);
  });

  test('with another secret no entry holds', async () => {
    const first = openTestStore();
    await append(first.store, 2);
    const stranger = openTestStore({ path: first.path, sign: signWith('another secret') });

    expect(await problemOf(stranger.store)).toBe('entry 1 was changed');
  });

  test('an entry that somebody without the secret has added is named', async () => {
    const first = openTestStore();
    await append(first.store);
    await append(openTestStore({ path: first.path, sign: signWith('another secret') }).store);

    expect(await problemOf(first.store)).toBe('entry 2 was changed');
  });
});

async function append(store: Store, count = 1): Promise<void> {
  await store.write(async (tx) => {
    for (let n = 1; n <= count; n += 1) {
      await tx.audit.append({ at: NOON, actor: ANN, verb: 'v', subject: `s${n}`, detail: { n } });
    }
  });
}

async function problemOf(store: Store, head?: string): Promise<string | null> {
  return (await store.read.audit.verify(head)).problem;
}

function rowsOf(db: SqliteDatabase.Database) {
  return db.prepare<[], Record<string, unknown>>('SELECT * FROM audit ORDER BY seq').all();
}
