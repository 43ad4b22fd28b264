import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backupDatabase } from '../../src/store/backup.ts';
import { databaseError, sqliteCode } from '../../src/store/database-error.ts';
import { loadMigrations } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { restoreDatabase } from '../../src/store/restore.ts';
import { countingIds } from '../../src/system/ids.ts';
import { note } from '../support/backups.ts';
import { insertKey, NOON } from '../support/records.ts';
import { openRaw, openTestStore, temporaryFolder, testSign } from '../support/store.ts';

const MANY = 3_000;

test('a full disk is told plainly, nothing committed is lost, and it goes on when there is room', async () => {
  const { store, path } = withSetting('PRAGMA max_page_count = 120');
  await note(store, 5);
  const before = await store.read.audit.head();

  await expect(note(store, MANY)).rejects.toMatchObject({
    name: 'AppError',
    code: 'database',
    message: expect.stringContaining('SQLITE_FULL'),
    publicMessage: expect.stringMatching(
      /disk with the database is full.*nothing that was saved before is lost.*Free some/,
    ),
  });

  expect(await store.read.audit.head()).toEqual(before);
  await note(store, 1);
  expect(await store.read.audit.verify(before.hash)).toMatchObject({ ok: true, count: 6 });
  await store.close();
  expect(openRaw(path).pragma('integrity_check', { simple: true })).toBe('ok');
  const roomier = openTestStore({ path, migrations: settings('PRAGMA max_page_count = 120') });
  await note(roomier.store, MANY);
  expect((await roomier.store.read.audit.head()).count).toBe(MANY + 6);
});

test('a database that another program holds locked is told plainly, and works again when it is let go', async () => {
  const { store, raw } = withSetting('PRAGMA busy_timeout = 0');
  const other = raw();
  other.exec('BEGIN IMMEDIATE');

  await expect(note(store, 1)).rejects.toMatchObject({
    code: 'database',
    publicMessage: expect.stringMatching(/Another program holds the database locked\. Nothing was changed.*Close it/),
  });

  other.exec('ROLLBACK');
  await note(store, 1);
  expect((await store.read.audit.head()).count).toBe(1);
});

test('damage that shows only later is told plainly, with the way to a backup', async () => {
  const first = openTestStore();
  await insertKey(first.store);
  await note(first.store, 500);
  await first.store.close();
  const bytes = readFileSync(first.path);
  writeFileSync(first.path, bytes.fill(0xff, bytes.length - 8 * 4_096));
  const { store } = openTestStore({ path: first.path });

  await expect(store.read.audit.verify(undefined)).rejects.toMatchObject({
    code: 'database',
    publicMessage: expect.stringMatching(/file is damaged\. Stop Keysteward, keep the file, and restore a backup/),
  });
});

test('a disk that is full while the database is brought to this version is not blamed on the version', async () => {
  const { store, path } = openTestStore();
  await store.close();
  const big = 'CREATE TABLE big (t TEXT); PRAGMA max_page_count = 1; INSERT INTO big VALUES (hex(zeroblob(900000)))';
  const migrations = [...loadMigrations(), { name: '9999_big.sql', sql: big, checksum: '' }];

  expect(() => openStore({ path, migrations, ids: countingIds(), sign: testSign })).toThrow(
    expect.objectContaining({ code: 'database', publicMessage: expect.stringContaining('is full') }),
  );

  expect((await openTestStore({ path }).store.read.audit.head()).count).toBe(0);
});

test('a restore for which there is no room leaves the database as it was', async () => {
  const { store, path } = openTestStore();
  await note(store, 2);
  const file = join(temporaryFolder(), 'x.db');
  await backupDatabase({ databasePath: path, file, ids: countingIds() });
  await note(store, 1);
  await store.close();
  const sql = 'PRAGMA max_page_count = 1; CREATE TABLE big (t TEXT); INSERT INTO big VALUES (hex(zeroblob(900000)))';
  const migrations = [...loadMigrations(), { name: '9999_big.sql', sql, checksum: '' }];
  const rest = { ids: countingIds(), sign: testSign, now: NOON, mayRun: () => true, migrations };

  const restoring = restoreDatabase({ databasePath: path, file, actor: { kind: 'cli', user: 'ann' }, ...rest });

  await expect(restoring).rejects.toMatchObject({ publicMessage: expect.stringContaining('is full') });
  expect((await openTestStore({ path }).store.read.audit.head()).count).toBe(3);
});

test('an error that nobody foresaw says what is always true, and an extended code counts as its primary one', () => {
  const odd = databaseError(new Error('odd'), 'doing this');

  expect(odd).toMatchObject({
    message: 'odd, doing this',
    publicMessage: expect.stringMatching(/nothing was changed/),
  });
  expect(sqliteCode(new Error('odd'))).toBeUndefined();
  const readOnly = openRaw(openTestStore().path, { readonly: true });
  expect(codeOf(() => readOnly.exec('DELETE FROM keys'))).toBe('SQLITE_READONLY');
  expect(codeOf(() => openRaw(openTestStore().path).exec('INSERT INTO keys (id) VALUES (1)'))).toBe(
    'SQLITE_CONSTRAINT',
  );
});

/** A store whose writing connection has a setting of its own: a migration runs on that connection. */
function withSetting(sql: string) {
  return openTestStore({ migrations: settings(sql) });
}

function settings(sql: string) {
  return [...loadMigrations(), { name: '9999_setting.sql', sql, checksum: '' }];
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return sqliteCode(error);
  }
}
