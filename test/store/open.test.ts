import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { type OpenStoreOptions, openStore } from '../../src/store/open.ts';
import { countingIds } from '../../src/system/ids.ts';
import { openRaw, openTestStore, temporaryFolder, testSign } from '../support/store.ts';

test('a new database and its journal can be read by nobody else, whatever the umask', async () => {
  const umask = process.umask(0);
  onTestFinished(() => void process.umask(umask));
  const folder = join(temporaryFolder(), 'made', 'here');

  const { store } = openTestStore({ path: join(folder, 'keysteward.db') });
  await store.write((tx) => tx.audit.append({ at: 1, actor: { kind: 'cli', user: 'ann' }, verb: 'v', subject: 's' }));

  const modes = readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]);
  expect(modes).toEqual([
    ['keysteward.db', '600'],
    ['keysteward.db-shm', '600'],
    ['keysteward.db-wal', '600'],
  ]);
  expect(statSync(folder).mode & 0o077).toBe(0);
});

test('a file that is not a database is refused in words and left as it was', () => {
  const path = join(temporaryFolder(), 'notes.txt');
  const text = 'These are my notes. '.repeat(500);
  writeFileSync(path, text);

  expectRefusal(() => openTestStore({ path }), path);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('a damaged database is refused in words', async () => {
  const { store, path } = openTestStore();
  await store.close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, 100, 4096);
  writeFileSync(path, bytes);

  expectRefusal(() => openTestStore({ path }), path);
});

test('a folder in the place of the database, or a file in the place of its folder, is refused in words', () => {
  const folder = temporaryFolder();
  const inTheWay = join(folder, 'file');
  mkdirSync(join(folder, 'folder.db'));
  writeFileSync(inTheWay, '');

  expectRefusal(() => openTestStore({ path: join(folder, 'folder.db') }), 'folder.db');
  expectRefusal(() => openTestStore({ path: join(inTheWay, 'keysteward.db') }), 'keysteward.db');
});

test('closing lets go of the file, also when nothing was read or written', async () => {
  const untouched = openTestStore();
  const used = openTestStore();
  await used.store.write((tx) => tx.keys.all());
  await used.store.read.keys.all();

  await untouched.store.close();
  await used.store.close();

  // SQLite removes the journal when the last connection is closed.
  expect(existsSync(`${untouched.path}-wal`)).toBe(false);
  expect(existsSync(`${used.path}-wal`)).toBe(false);
});

test('closing twice does no harm', async () => {
  const { store } = openTestStore();

  await store.close();

  await expect(store.close()).resolves.toBeUndefined();
});

test('it is healthy while it can be read', async () => {
  const { store } = openTestStore();

  expect(await store.healthy()).toBe(true);
  await store.close();
  expect(await store.healthy()).toBe(false);
});

test('what one store has written the next one on the same file reads', async () => {
  const first = openTestStore();
  await first.store.write((tx) =>
    tx.audit.append({ at: 1, actor: { kind: 'cli', user: 'ann' }, verb: 'v', subject: 's' }),
  );
  await first.store.close();

  const second = openTestStore({ path: first.path });

  expect((await second.store.read.audit.head()).count).toBe(1);
});

test.each([
  ['waits for the disk, as nobody asked otherwise', {}, 2],
  ['waits for the disk', { durable: true }, 2],
  ['of a throw-away database does not', { durable: false }, 0],
])('a commit %s', (_, options, synchronous) => {
  expect(writerPragma('synchronous', options)).toBe(synchronous);
});

test('a write waits for another process that is writing, though not for ever', () => {
  expect(writerPragma('busy_timeout', {})).toBe(5_000);
});

test('the read connection and a second process read the last commit while a write is open', async () => {
  const { store, raw } = openTestStore();
  const other = raw();
  const namesOfOther = () => other.prepare('SELECT user_id FROM members').pluck().all();
  const readOutside = store.read.members;

  await store.write(async (tx) => {
    await tx.members.upsert(member('U1'));

    expect(await tx.members.all()).toHaveLength(1);
    expect(await readOutside.all()).toEqual([]);
    expect(namesOfOther()).toEqual([]);
  });

  expect(await readOutside.all()).toHaveLength(1);
  expect(namesOfOther()).toEqual(['U1']);
});

test('a second writer is kept out from the beginning of a write, not from its first change', async () => {
  const { store, path } = openTestStore();
  const other = openRaw(path, { timeout: 0 });

  await store.write(async (tx) => {
    await tx.members.all();

    expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('database is locked');
  });
});

test('a row that refers to nothing is refused', async () => {
  const { store } = openTestStore();
  const event = { id: 'evt_1', alertId: 'alert_404', at: 1, kind: 'opened', actor: 'system:x', detail: {} };

  await expect(store.write((tx) => tx.alerts.addEvent(event))).rejects.toThrow('FOREIGN KEY constraint failed');
});

function expectRefusal(open: () => unknown, named: string): void {
  expect(open).toThrow(
    expect.objectContaining({
      name: 'AppError',
      code: 'database',
      publicMessage: expect.stringMatching(/cannot be opened\. Check that/),
      cause: expect.any(Error),
    }),
  );
  expect(open).toThrow(AppError);
  expect(() => open()).toThrow(expect.objectContaining({ publicMessage: expect.stringContaining(named) }));
}

function member(userId: string) {
  const rest = { teamId: 'T1', name: 'Ann', email: null, timezone: null, isActiveFullMember: true, lastSeenAt: 1 };
  return { userId, ...rest };
}

/** A setting of the connection that writes, as a migration sees it, which runs on that connection. */
function writerPragma(name: string, options: Partial<OpenStoreOptions>): unknown {
  const path = join(temporaryFolder(), 'keysteward.db');
  const sql = `CREATE TABLE seen AS SELECT * FROM pragma_${name}`;
  const migrations = [{ name: '0001_seen.sql', sql, checksum: '' }];
  const store = openStore({ path, migrations, ids: countingIds(), sign: testSign, ...options });
  onTestFinished(() => store.close());
  return openRaw(path).prepare('SELECT * FROM seen').pluck().get();
}
