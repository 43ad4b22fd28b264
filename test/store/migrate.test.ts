import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadMigrations, type Migration, migrate } from '../../src/store/migrate.ts';
import { openRaw, openTestStore, temporaryFolder } from '../support/store.ts';

const ONE = migration('0001_one.sql', 'CREATE TABLE one (id TEXT PRIMARY KEY); INSERT INTO one VALUES (1);');
const TWO = migration('0002_two.sql', 'CREATE TABLE two (id TEXT PRIMARY KEY);');
const THREE = migration('0003_three.sql', 'CREATE TABLE three (id TEXT PRIMARY KEY);');

describe('migrate', () => {
  test('a fresh database gets all migrations, in order', () => {
    const db = memory();

    expect(migrate(db, [ONE, TWO])).toEqual(['0001_one.sql', '0002_two.sql']);
    expect(tables(db)).toEqual(['one', 'schema_migrations', 'two']);
  });

  test('what is applied is not applied again, and what is new is', () => {
    const db = memory();
    migrate(db, [ONE]);

    expect(migrate(db, [ONE])).toEqual([]);
    expect(migrate(db, [ONE, TWO])).toEqual(['0002_two.sql']);
    expect(db.prepare('SELECT COUNT(*) FROM one').pluck().get()).toBe(1);
  });

  test('a migration that was edited after it was applied is refused by name', () => {
    const db = memory();
    migrate(db, [ONE, TWO]);
    const edited = migration(TWO.name, `${TWO.sql} -- better`);

    refused(() => migrate(db, [ONE, edited, THREE]), /0002_two\.sql differs from the one this database was made with/);
    expect(tables(db)).not.toContain('three');
  });

  test('a database from a newer version is refused', () => {
    const db = memory();
    migrate(db, [ONE, TWO]);

    refused(() => migrate(db, [ONE]), /written by another version of Keysteward \(it has 0002_two\.sql\)/);
  });

  test('a database that lacks one in the middle is refused, and the gap is not filled', () => {
    const db = memory();
    migrate(db, [ONE, THREE]);

    refused(() => migrate(db, [ONE, TWO, THREE]), /another version of Keysteward \(it has 0003_three\.sql\)/);
    expect(tables(db)).not.toContain('two');
  });

  test('a migration that fails half way is rolled back wholly; those before it stay', () => {
    const db = memory();
    const broken = migration(
      '0002_broken.sql',
      'CREATE TABLE half (id TEXT); INSERT INTO one VALUES (2); INSERT INTO nowhere VALUES (1);',
    );

    refused(() => migrate(db, [ONE, broken, THREE]), /0002_broken\.sql failed and was rolled back/);

    expect(tables(db)).toEqual(['one', 'schema_migrations']);
    expect(db.prepare('SELECT id FROM one').pluck().all()).toEqual(['1']);
    expect(migrate(db, [ONE, TWO])).toEqual(['0002_two.sql']);
  });

  test('a store whose migration fails is not opened and lets go of the file', () => {
    const path = join(temporaryFolder(), 'keysteward.db');

    refused(() => openTestStore({ path, migrations: [migration('0001_bad.sql', 'nonsense')] }), /0001_bad\.sql failed/);

    expect(readdirSync(join(path, '..'))).toEqual(['keysteward.db']);
  });

  test('two processes that start at the same time both find the schema whole', () => {
    const path = join(temporaryFolder(), 'keysteward.db');
    const other = openRaw(path);
    let applied: readonly string[] = [];
    // The other process does everything after this one has seen that nothing is applied, before it begins.
    const db = openRaw(path, {
      verbose: (statement) => {
        if (/^BEGIN IMMEDIATE/i.test(String(statement)) && applied.length === 0) applied = migrate(other, [ONE, TWO]);
      },
    });

    migrate(db, [ONE, TWO]);

    expect(applied).toEqual(['0001_one.sql', '0002_two.sql']);
    expect(tables(db)).toEqual(['one', 'schema_migrations', 'two']);
    expect(db.prepare('SELECT COUNT(*) FROM one').pluck().get()).toBe(1);
  });
});

describe('loadMigrations', () => {
  test('it reads the files in the order of their numbers, with the checksum of their text', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '0002_b.sql'), 'SELECT 2');
    writeFileSync(join(folder, '0001_a.sql'), 'SELECT 1');
    writeFileSync(join(folder, 'README.md'), 'About these.');

    const found = loadMigrations(folder);

    expect(found).toEqual([migration('0001_a.sql', 'SELECT 1'), migration('0002_b.sql', 'SELECT 2')]);
  });

  test('our own are found wherever the process was started', () => {
    const here = process.cwd();
    onTestFinished(() => process.chdir(here));
    process.chdir(temporaryFolder());

    expect(loadMigrations()[0]?.name).toBe('0001_corridor.sql');
  });
});

function migration(name: string, sql: string): Migration {
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

function memory(): SqliteDatabase.Database {
  const db = new SqliteDatabase(':memory:');
  onTestFinished(() => {
    db.close();
  });
  return db;
}

function tables(db: SqliteDatabase.Database): unknown[] {
  return db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all();
}

function refused(run: () => unknown, publicMessage: RegExp): void {
  expect(run).toThrow(
    expect.objectContaining({
      name: 'AppError',
      code: 'database',
      publicMessage: expect.stringMatching(publicMessage),
    }),
  );
}

describe('the first contact', () => {
  const all = loadMigrations();
  const before = all.filter(({ name }) => name < '0017');
  const welcomed = (db: SqliteDatabase.Database) =>
    db.prepare("SELECT COUNT(*) FROM notices WHERE kind = 'welcome' AND closed_at IS NOT NULL").pluck().get();

  test('counts as made in a database that has a past', () => {
    const db = memory();
    migrate(db, before);
    db.exec("INSERT INTO watermarks (connection_id, missed_polls) VALUES ('openai', 0)");
    migrate(db, all);

    expect(welcomed(db)).toBe(1);
  });

  test('is still to be made in a fresh one', () => {
    const db = memory();
    migrate(db, all);

    expect(welcomed(db)).toBe(0);
  });
});
