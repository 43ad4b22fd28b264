import { copyFileSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { backupDatabase } from '../../src/store/backup.ts';
import { loadMigrations } from '../../src/store/migrate.ts';
import { type RestoreOptions, restoreDatabase } from '../../src/store/restore.ts';
import { countingIds } from '../../src/system/ids.ts';
import { busyStore, note, states } from '../support/backups.ts';
import { NOON } from '../support/records.ts';
import { openRaw, openTestStore, signWith, temporaryFolder, testSign } from '../support/store.ts';

const LATER = Date.UTC(2026, 2, 4, 9, 30);
const ASIDE = '.before-restore-20260304T093000Z';
const REVIEW = 'Taken from a backup: needs review.';

describe('restoring', () => {
  test('the data is what it was at the backup, and what came after is kept aside', async () => {
    const { store, path, file } = await stoppedAfterBackup(2);

    const report = await restoreDatabase(options({ databasePath: path, file }));

    expect(report).toMatchObject({ keptAside: `${path}${ASIDE}`, migrated: [], backup: { keys: 1, auditCount: 3 } });
    expect(auditCount(path)).toBe(4);
    expect(auditCount(`${path}${ASIDE}`)).toBe(5);
    expect(readdirSync(dirname(path)).sort()).toEqual([basename(path), basename(path) + ASIDE]);
    await expect(store.close()).resolves.toBeUndefined();
  });

  test('what was under way is marked for review and nothing is due; what was settled stays', async () => {
    const { path, file } = await stoppedAfterBackup();

    const report = await restoreDatabase(options({ databasePath: path, file }));

    expect(report).toMatchObject({ actionsToReview: 2, messagesToReview: 2 });
    expect(states(openRaw(path), 'actions')).toEqual({
      act_pending: `failed: ${REVIEW} Ask again if it is still wanted.`,
      act_running: `failed: ${REVIEW} Ask again if it is still wanted.`,
      act_verified: 'verified: null',
      act_failed: 'failed: refused',
    });
    expect(states(openRaw(path), 'outbox')).toEqual({
      out_pending: `dead: ${REVIEW}`,
      out_sending: `dead: ${REVIEW}`,
      out_sent: 'sent: null',
      out_dead: 'dead: null',
    });
    const { store } = openTestStore({ path });
    expect(await store.read.actions.nextDueAt()).toBeNull();
    expect(await store.read.outbox.nextDueAt()).toBeNull();
    expect(await store.write((tx) => tx.actions.releaseRunning())).toBe(0);
  });

  test('the watermark stays, so the next poll reads the gap', async () => {
    const { path, file } = await stoppedAfterBackup();

    await restoreDatabase(options({ databasePath: path, file }));

    expect(await openTestStore({ path }).store.read.watermarks.get('openai-main')).toMatchObject({ polledAt: NOON });
  });

  test('the audit log goes on from the backup, holds, and says who restored what over what', async () => {
    const { path, file, head } = await stoppedAfterBackup(2);
    const present = openRaw(path);
    const replaced = present.prepare('SELECT hash FROM audit WHERE seq = 5').pluck().get();
    present.close();

    await restoreDatabase(options({ databasePath: path, file }));

    const { store } = openTestStore({ path });
    expect(await store.read.audit.verify(head)).toMatchObject({ ok: true, count: 4 });
    const entry = openRaw(path).prepare<[], Record<string, string>>('SELECT * FROM audit WHERE seq = 4').get();
    expect(entry).toMatchObject({ verb: 'database.restored', actor: '{"kind":"cli","user":"ann"}', at: LATER });
    expect(JSON.parse(entry?.['detail'] ?? '')).toEqual({
      backupHead: head,
      backupCount: 3,
      replacedHead: replaced,
      replacedCount: 5,
      actionsToReview: 2,
      messagesToReview: 2,
    });
  });

  test('the lease in the backup does not keep the next bot waiting', async () => {
    const made = await busyStore();
    await made.store.takeLease(lease('elsewhere:1'));
    const file = await backupOf(made.path);
    await made.store.dropLease('elsewhere:1');
    await made.store.close();

    await restoreDatabase(options({ databasePath: made.path, file }));

    expect(await openTestStore({ path: made.path }).store.takeLease(lease('host:2'))).toBeNull();
  });

  test('where there is no database the backup becomes one, with nothing kept aside', async () => {
    const { file } = await stoppedAfterBackup();
    const path = join(temporaryFolder(), 'new', 'keysteward.db');

    const report = await restoreDatabase(options({ databasePath: path, file }));

    expect(report.keptAside).toBeNull();
    expect(auditCount(path)).toBe(4);
    expect((statSync(dirname(path)).mode & 0o777).toString(8)).toBe('700');
  });

  test('the restored file can be read by nobody else, whatever the mode of the backup', async () => {
    const umask = process.umask(0);
    onTestFinished(() => void process.umask(umask));
    const { path, file } = await stoppedAfterBackup();
    const open = join(temporaryFolder(), 'open.db');
    writeFileSync(open, readFileSync(file), { mode: 0o666 });

    await restoreDatabase(options({ databasePath: path, file: open }));

    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  });

  test('a link in the place of the database is followed', async () => {
    const { path, file } = await stoppedAfterBackup();
    const link = join(temporaryFolder(), 'link.db');
    symlinkSync(path, link);

    const report = await restoreDatabase(options({ databasePath: link, file }));

    expect(report.keptAside).toBe(`${path}${ASIDE}`);
    expect(auditCount(path)).toBe(4);
  });

  test('a backup of an older version is brought to this one', async () => {
    const older = loadMigrations();
    const newer = [...older, { name: '9999_more.sql', sql: 'CREATE TABLE more (id TEXT)', checksum: 'x' }];
    const { path, file } = await stoppedAfterBackup();

    const report = await restoreDatabase({ ...options({ databasePath: path, file }), migrations: newer });

    expect(report.migrated).toEqual(['9999_more.sql']);
    expect(openRaw(path).prepare('SELECT count(*) FROM more').pluck().get()).toBe(0);
  });

  test('a plain copy of a database in use is restored with what stands in its log', async () => {
    const made = await busyStore();
    const file = join(temporaryFolder(), 'copy.db');
    copyFileSync(made.path, file);
    copyFileSync(`${made.path}-wal`, `${file}-wal`);
    await made.store.close();

    await restoreDatabase(options({ databasePath: made.path, file }));

    expect(auditCount(made.path)).toBe(4);
  });

  test('a restore can be undone with what it kept aside', async () => {
    const { path, file } = await stoppedAfterBackup(2);
    await restoreDatabase(options({ databasePath: path, file }));

    await restoreDatabase({ ...options({ databasePath: path, file: `${path}${ASIDE}` }), now: LATER + 60_000 });

    expect(auditCount(path)).toBe(6);
  });
});

describe('refusing', () => {
  test('a running bot is named and nothing changes', async () => {
    const { path, file } = await stoppedAfterBackup();
    const running = openTestStore({ path });
    await running.store.takeLease(lease('host:7', LATER));

    await expectUntouched(path, () => restoreDatabase(options({ databasePath: path, file })), /\(host:7\) works on/);
  });

  test('a lease that ran out, or whose holder cannot run any more, is no hindrance', async () => {
    const first = await stoppedAfterBackup();
    await leaveLease(first.path, 'elsewhere:1', LATER - 180_001);
    const second = await stoppedAfterBackup();
    await leaveLease(second.path, 'host:7', LATER);

    await restoreDatabase(options({ databasePath: first.path, file: first.file }));
    await restoreDatabase({ ...options({ databasePath: second.path, file: second.file }), mayRun: () => false });

    expect([auditCount(first.path), auditCount(second.path)]).toEqual([4, 4]);
  });

  test('a program that has the database open without a lease is noticed', async () => {
    const { path, file } = await stoppedAfterBackup();
    const other = openTestStore({ path });
    await other.store.read.keys.all();

    await expect(restoreDatabase(options({ databasePath: path, file }))).rejects.toMatchObject({
      code: 'conflict',
      publicMessage: expect.stringContaining('Another program has'),
    });

    await note(other.store, 1);
    expect((await other.store.read.audit.head()).count).toBe(4);
  });

  test('a backup that was made with another secret is told apart from one that was changed', async () => {
    const { path, file } = await stoppedAfterBackup();
    const wrong = { ...options({ databasePath: path, file }), sign: signWith('another secret') };

    await expectUntouched(path, () => restoreDatabase(wrong), /installation secret in use is not the one.*signed none/);
    const copy = openRaw(file);
    copy.exec("UPDATE audit SET subject = 'other' WHERE seq = 1");
    copy.close();
    await expectUntouched(
      path,
      () => restoreDatabase(options({ databasePath: path, file })),
      /broken after 0 good entries \(entry 1 was changed\)/,
    );
  });

  test.each<[string, (file: string) => void, RegExp]>([
    ['a text', (file) => writeFileSync(file, 'notes '.repeat(999)), /is not a Keysteward database/],
    ['an empty file', (file) => writeFileSync(file, ''), /is not a Keysteward database/],
    ['a foreign database', makeForeign, /is not a Keysteward database/],
    ['half a file', (file) => writeFileSync(file, readFileSync(file).subarray(0, 20_480)), /is damaged/],
    ['destroyed pages', (file) => writeFileSync(file, readFileSync(file).fill(0xff, 20_480)), /is damaged/],
    ['a row that refers to nothing', cutReference, /is damaged \(a row of keys refers to a row of lineages/],
    ['a newer version', (file) => alter(file, "INSERT INTO schema_migrations VALUES ('9999_x.sql', 'x')"), /9999_x/],
    [
      'an edited migration',
      (file) => alter(file, "UPDATE schema_migrations SET checksum = 'x'"),
      /differs from the one/,
    ],
    ['a cut audit log', (file) => alter(file, 'DELETE FROM audit WHERE seq = 1'), /entry 1 is missing/],
  ])('%s is refused in words, and the present database stays', async (_, spoil, words) => {
    const { path, file } = await stoppedAfterBackup();
    spoil(file);

    await expectUntouched(path, () => restoreDatabase(options({ databasePath: path, file })), words);
  });

  test('a file that is not there, and the database itself, are refused', async () => {
    const { path } = await stoppedAfterBackup();

    await expectUntouched(path, () => restoreDatabase(options({ databasePath: path, file: `${path}x` })), /no file/);
    await expectUntouched(path, () => restoreDatabase(options({ databasePath: path, file: path })), /database itself/);
  });

  test('what an earlier restore kept aside is never replaced', async () => {
    const { path, file } = await stoppedAfterBackup();
    writeFileSync(`${path}${ASIDE}`, 'older');

    await expect(restoreDatabase(options({ databasePath: path, file }))).rejects.toMatchObject({ code: 'database' });

    expect(readFileSync(`${path}${ASIDE}`, 'utf8')).toBe('older');
    expect(auditCount(path)).toBe(3);
  });
});

test('a damaged database asks for the word of a person, and is then kept with its log', async () => {
  const { path, file } = await stoppedAfterBackup();
  writeFileSync(path, 'ruin '.repeat(2_000));
  writeFileSync(`${path}-wal`, 'stale log');

  await expect(restoreDatabase(options({ databasePath: path, file }))).rejects.toMatchObject({
    code: 'conflict',
    publicMessage: expect.stringContaining('--bot-is-stopped'),
  });
  const report = await restoreDatabase({ ...options({ databasePath: path, file }), botIsStopped: true });

  expect(readFileSync(report.keptAside ?? '', 'utf8')).toBe('ruin '.repeat(2_000));
  expect(readFileSync(`${report.keptAside}-wal`, 'utf8')).toBe('stale log');
  expect(auditCount(path)).toBe(4);
});

test('the word of a person does not count against a bot that can be seen', async () => {
  const { path, file } = await stoppedAfterBackup();
  await leaveLease(path, 'host:7', LATER);

  await expect(restoreDatabase({ ...options({ databasePath: path, file }), botIsStopped: true })).rejects.toMatchObject(
    { code: 'conflict' },
  );
});

/** A stopped bot whose database has a backup of three entries, and `more` that were written after it. */
async function stoppedAfterBackup(more = 0) {
  const made = await busyStore();
  const file = await backupOf(made.path);
  const head = (await made.store.read.audit.head()).hash;
  await note(made.store, more);
  await made.store.close();
  return { ...made, file, head };
}

async function backupOf(path: string): Promise<string> {
  const file = join(temporaryFolder(), 'backup.db');
  await backupDatabase({ databasePath: path, file, ids: countingIds() });
  return file;
}

function options(given: Pick<RestoreOptions, 'databasePath' | 'file'>): RestoreOptions {
  return {
    ...given,
    ids: countingIds({ audit: 900 }),
    sign: testSign,
    now: LATER,
    actor: { kind: 'cli', user: 'ann' },
    mayRun: () => true,
  };
}

function lease(holder: string, now = LATER) {
  return { holder, now, lengthMs: 180_000, mayRun: () => true };
}

async function leaveLease(path: string, holder: string, takenAt: number): Promise<void> {
  const { store } = openTestStore({ path });
  await store.takeLease(lease(holder, takenAt));
  await store.close();
}

function auditCount(path: string): unknown {
  const database = openRaw(path);
  const count = database.prepare('SELECT count(*) FROM audit').pluck().get();
  database.close();
  return count;
}

async function expectUntouched(path: string, restore: () => Promise<unknown>, words: RegExp): Promise<void> {
  const listing = readdirSync(dirname(path));
  const entries = auditCount(path);

  await expect(restore()).rejects.toMatchObject({ name: 'AppError', publicMessage: expect.stringMatching(words) });

  expect(readdirSync(dirname(path))).toEqual(listing);
  expect(auditCount(path)).toBe(entries);
}

function alter(file: string, sql: string): void {
  const database = openRaw(file);
  database.pragma('foreign_keys = OFF');
  database.exec(sql);
  database.close();
}

function cutReference(file: string): void {
  alter(file, 'DELETE FROM lineages');
}

function makeForeign(file: string): void {
  writeFileSync(file, '');
  alter(file, 'CREATE TABLE notes (text TEXT)');
}
