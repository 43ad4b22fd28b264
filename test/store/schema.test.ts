import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dumpSchema } from '../../scripts/dump-schema.ts';
import { loadMigrations } from '../../src/store/migrate.ts';
import { openTestStore } from '../support/store.ts';
import { unportableWords } from './portable-sql.ts';
import { declaredColumns, storedColumns } from './schema-columns.ts';

const ROOT = join(import.meta.dirname, '../..');
const MIGRATIONS = join(ROOT, 'db/migrations');

describe('db/schema.sql', () => {
  test('it is the schema that the migrations make; after a new one run npm run db:dump', () => {
    expect(readFileSync(join(ROOT, 'db/schema.sql'), 'utf8')).toBe(dumpSchema());
  });

  test('the order of making does not show, comments stay out, literals stay whole', () => {
    const sql = `CREATE TABLE z (
        -- why it is
        id TEXT PRIMARY KEY, -- more
        /* and
           more */
        mark TEXT DEFAULT '-- it''s kept /* here */'
      );
      CREATE TABLE a (id TEXT);
      CREATE INDEX z_mark ON z (mark);
      CREATE INDEX a_later ON a (id);
      CREATE INDEX a_first ON a (id);`;

    const dump = dumpSchema([{ name: '0001_x.sql', sql, checksum: '' }]);

    expect(dump.split('\n\n').slice(1)).toEqual([
      'CREATE TABLE a (id TEXT);',
      'CREATE INDEX a_first ON a (id);',
      'CREATE INDEX a_later ON a (id);',
      'CREATE TABLE schema_migrations (name TEXT PRIMARY KEY, checksum TEXT NOT NULL);',
      "CREATE TABLE z (\n        id TEXT PRIMARY KEY,\n        mark TEXT DEFAULT '-- it''s kept /* here */'\n      );",
      'CREATE INDEX z_mark ON z (mark);\n',
    ]);
  });
});

test('schema.ts declares the columns that the database has, null where it allows null', () => {
  const files = readdirSync(join(ROOT, 'src/store')).filter((name) => /^schema(-[a-z]+)?\.ts$/.test(name));
  const source = files.map((name) => readFileSync(join(ROOT, 'src/store', name), 'utf8')).join('\n');
  const { raw } = openTestStore();

  expect(declaredColumns(source)).toEqual(storedColumns(raw()));
});

describe('db/migrations', () => {
  test('the files are numbered without a gap and nothing else lies there', () => {
    const names = readdirSync(MIGRATIONS).sort();

    expect(names).toEqual(loadMigrations().map(({ name }) => name));
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1));
  });

  test('they keep to the SQL that SQLite and PostgreSQL share', () => {
    const faults = loadMigrations().flatMap(({ name, sql }) => unportableWords(sql).map((word) => `${name}: ${word}`));

    expect(faults).toEqual([]);
  });

  test.each([
    'CREATE TABLE t (id TEXT) STRICT;',
    'CREATE TABLE t (id TEXT)\nWITHOUT  ROWID;',
    'CREATE TABLE t (id INTEGER PRIMARY KEY autoincrement);',
    "CREATE TABLE t (at TEXT DEFAULT (datetime('now')));",
    'CREATE TABLE t (at TEXT DEFAULT CURRENT_TIMESTAMP);',
    "UPDATE t SET at = strftime('%s', at);",
    "UPDATE t SET a = json_extract(b, '$.c');",
    "UPDATE t SET a = b ->> 'c';",
    "UPDATE t SET a = b -> 'c';",
    'INSERT OR REPLACE INTO t VALUES (1);',
    'INSERT OR IGNORE INTO t VALUES (1);',
    'PRAGMA foreign_keys = OFF;',
    'CREATE TABLE t (at DATETIME);',
    'CREATE TABLE t (b BLOB);',
    'CREATE TABLE "t" (`id` TEXT);',
    'CREATE TABLE t ([id] TEXT);',
    'UPDATE t SET a = ifnull(a, 0);',
    'BEGIN; SELECT 1; COMMIT;',
  ])('what only one engine takes, or what would end our transaction, is caught: %s', (sql) => {
    expect(unportableWords(sql)).not.toEqual([]);
  });

  test('words in comments and literals, and names that only resemble, are no faults', () => {
    const sql = `-- not STRICT, no datetime()
      CREATE TABLE strictly (updated_at BIGINT, json_text TEXT DEFAULT 'PRAGMA -> [x]', begin_at BIGINT);`;

    expect(unportableWords(sql)).toEqual([]);
  });
});
