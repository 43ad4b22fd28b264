import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Ids } from '../../src/ports/ids.ts';
import { backupDatabase } from '../../src/store/backup.ts';
import { countingIds } from '../../src/system/ids.ts';
import { busyStore, note } from '../support/backups.ts';
import { openRaw, openTestStore, temporaryFolder } from '../support/store.ts';

test('a backup of a database in use holds every commit and says what is in it', async () => {
  const { store, path } = await busyStore();
  const file = join(temporaryFolder(), 'monday.db');

  const facts = await backupDatabase({ databasePath: path, file, ids: countingIds() });

  const { count, hash } = await store.read.audit.head();
  expect(facts).toMatchObject({ keys: 1, auditCount: count, auditHead: hash, bytes: statSync(file).size });
  const copy = openRaw(file, { readonly: true });
  expect(copy.prepare('SELECT id FROM keys').pluck().all()).toEqual(['key_1']);
  expect(copy.prepare('SELECT count(*) FROM audit').pluck().get()).toBe(3);
});

test('a bot may write while the backup is made, and the copy is one state of the data', async () => {
  const { store, path } = await busyStore();
  const file = join(temporaryFolder(), 'monday.db');

  const [facts] = await Promise.all([
    backupDatabase({ databasePath: path, file, ids: countingIds() }),
    note(store, 50),
  ]);

  expect([3, 53]).toContain(facts.auditCount);
  expect((await store.read.audit.head()).count).toBe(53);
});

test('a backup waits for nobody who is writing, and holds nothing of what is not committed', async () => {
  const { path, raw } = await busyStore();
  const file = join(temporaryFolder(), 'monday.db');
  const writer = raw();
  writer.exec("BEGIN IMMEDIATE; UPDATE keys SET label = 'half way'");

  await backupDatabase({ databasePath: path, file, ids: countingIds() });

  expect(openRaw(file).prepare('SELECT label FROM keys').pluck().get()).toBe('label of key_1');
});

test('a backup is one file that only its owner can read, before it has its name too', async () => {
  const umask = process.umask(0);
  onTestFinished(() => void process.umask(umask));
  const { path } = await busyStore();
  const folder = temporaryFolder();
  const seen: string[] = [];
  const file = join(folder, 'monday.db');

  const making = backupDatabase({ databasePath: path, file, ids: countingIds() });
  for (const name of readdirSync(folder)) seen.push(`${name} ${modeOf(join(folder, name))}`);
  await making;

  expect(seen).toEqual(['monday.db.half_00000001 600']);
  expect(readdirSync(folder)).toEqual(['monday.db']);
  expect(modeOf(file)).toBe('600');
  // The two bytes that say whether a reader needs a log beside the file: 1 is no, 2 is yes.
  expect([...readFileSync(file).subarray(18, 20)]).toEqual([1, 1]);
});

test('what is there already is never overwritten, be it a file, a folder or a link that leads nowhere', async () => {
  const { path } = await busyStore();
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), 'older');
  mkdirSync(join(folder, 'folder'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));

  for (const name of ['file', 'folder', 'link']) {
    const file = join(folder, name);
    await expect(backupDatabase({ databasePath: path, file, ids: countingIds() })).rejects.toMatchObject({
      code: 'conflict',
      publicMessage: `${file} exists already, and a backup never overwrites anything. Choose another name.`,
    });
  }
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('older');
  expect(readdirSync(folder).sort()).toEqual(['file', 'folder', 'link']);
});

test('a file that appears while the backup is made is not overwritten either', async () => {
  const { path } = await busyStore();
  const file = join(temporaryFolder(), 'monday.db');
  const ids: Ids = {
    next(prefix) {
      writeFileSync(file, 'faster');
      return `${prefix}_1`;
    },
  };

  await expect(backupDatabase({ databasePath: path, file, ids })).rejects.toMatchObject({ code: 'conflict' });

  expect(readFileSync(file, 'utf8')).toBe('faster');
  expect(readdirSync(dirname(file))).toEqual(['monday.db']);
});

test('where there is no database, or a foreign one, it says so and makes nothing', async () => {
  const folder = temporaryFolder();
  const foreign = join(folder, 'other.db');
  openRaw(foreign).exec('CREATE TABLE notes (text TEXT)');

  const missing = backupDatabase({
    databasePath: join(folder, 'none.db'),
    file: join(folder, 'x'),
    ids: countingIds(),
  });
  const other = backupDatabase({ databasePath: foreign, file: join(folder, 'x'), ids: countingIds() });

  await expect(missing).rejects.toMatchObject({ publicMessage: expect.stringContaining('There is no database at') });
  await expect(other).rejects.toMatchObject({ publicMessage: expect.stringContaining('is not a Keysteward database') });
  expect(readdirSync(folder)).toEqual(['other.db']);
});

test('a folder that does not exist is named, and is not made', async () => {
  const { path } = await busyStore();
  const file = join(temporaryFolder(), 'no', 'monday.db');

  await expect(backupDatabase({ databasePath: path, file, ids: countingIds() })).rejects.toMatchObject({
    code: 'invalid_input',
    publicMessage: expect.stringContaining('its folder does not exist'),
  });

  expect(existsSync(dirname(file))).toBe(false);
});

test.each([
  ['pages that are destroyed', (bytes: Buffer) => bytes.fill(0xff, bytes.length / 2)],
  ['pages that belong to nothing', orphanPages],
])('%s are found in the copy, which then gets no name', async (_, harm) => {
  const { store, path } = await busyStore();
  await note(store, 200);
  await store.close();
  const bytes = readFileSync(path);
  writeFileSync(path, harm(bytes, path));
  const file = join(temporaryFolder(), 'monday.db');

  await expect(backupDatabase({ databasePath: path, file, ids: countingIds() })).rejects.toMatchObject({
    code: 'database',
    publicMessage: expect.stringMatching(/is damaged .*no backup was made of it\. Keep your older backups/s),
  });

  expect(readdirSync(dirname(file))).toEqual([]);
});

test('a row that refers to nothing is found in the copy', async () => {
  const { path, raw } = await busyStore();
  const database = raw();
  database.pragma('foreign_keys = OFF');
  database.exec('DELETE FROM lineages');
  const file = join(temporaryFolder(), 'monday.db');

  await expect(backupDatabase({ databasePath: path, file, ids: countingIds() })).rejects.toMatchObject({
    publicMessage: expect.stringContaining('a row of keys refers to a row of lineages that is gone'),
  });
});

test('an empty installation can be backed up', async () => {
  const { path } = openTestStore();

  const facts = await backupDatabase({
    databasePath: path,
    file: join(temporaryFolder(), 'x.db'),
    ids: countingIds(),
  });

  expect(facts).toMatchObject({ keys: 0, auditCount: 0, auditHead: 'genesis', lastEntryAt: null });
});

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

/** As after a lost write of the schema: every page is well formed. */
function orphanPages(_: Buffer, path: string): Buffer {
  const database = openRaw(path);
  database.unsafeMode(true);
  database.pragma('writable_schema = ON');
  database.exec("DELETE FROM sqlite_master WHERE name = 'keys_lineage'");
  database.close();
  return readFileSync(path);
}
