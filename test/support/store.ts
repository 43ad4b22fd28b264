import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type { Ids } from '../../src/ports/ids.ts';
import type { Store } from '../../src/ports/store.ts';
import { loadMigrations, type Migration, migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { countingIds } from '../../src/system/ids.ts';

export interface TestStore {
  readonly store: Store;
  readonly ids: Ids;
  readonly path: string;
  /** A connection of our own to the same file: to look behind the repos, to tamper, to hold a lock. */
  raw(): SqliteDatabase.Database;
}

export interface TestStoreOptions {
  /** Of a file that is there already; a new one in a folder of its own otherwise. */
  readonly path?: string;
  readonly sign?: (text: string) => string;
  readonly migrations?: readonly Migration[];
}

/** The HMAC that test stores sign their audit log with. */
export function testSign(text: string): string {
  return signWith('the secret of the tests')(text);
}

export function signWith(secret: string): (text: string) => string {
  return (text) => createHmac('sha256', secret).update(text).digest('hex');
}

/** A real store on a file of its own, closed and removed when the running test ends. */
export function openTestStore(options: TestStoreOptions = {}): TestStore {
  const path = options.path ?? join(temporaryFolder(), 'keysteward.db');
  const ids = countingIds();
  const { migrations } = options;
  if (options.path === undefined && migrations === undefined) writeFileSync(path, migrated(), { mode: 0o600 });
  const store = openStore({
    path,
    ids,
    sign: options.sign ?? testSign,
    durable: false,
    ...(migrations === undefined ? {} : { migrations }),
  });
  onTestFinished(() => store.close());
  return { store, ids, path, raw: () => openRaw(path) };
}

// Migrating takes longer than most tests: it is done once, and each store begins with a copy.
let image: Buffer | undefined;

function migrated(): Buffer {
  if (image !== undefined) return image;
  const database = new SqliteDatabase(':memory:');
  migrate(database, loadMigrations());
  image = database.serialize();
  database.close();
  return image;
}

/** A plain connection that is closed when the running test ends. */
export function openRaw(path: string, options?: SqliteDatabase.Options): SqliteDatabase.Database {
  const database = new SqliteDatabase(path, options);
  onTestFinished(() => {
    database.close();
  });
  return database;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keysteward-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
