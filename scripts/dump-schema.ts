import { writeFileSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { loadMigrations, type Migration, migrate } from '../src/store/migrate.ts';

const TARGET = new URL('../db/schema.sql', import.meta.url);
const HEADER = '-- The schema that db/migrations make. Written by npm run db:dump, not by hand.';
// A literal or quoted name is kept as it is; what is left of a comment's line goes with it.
const LITERAL_OR_COMMENT = /('(?:[^']|'')*'|"(?:[^"]|"")*")|[ \t]*--[^\n]*|[ \t]*\/\*[\s\S]*?\*\//g;

/** The migrated schema as text: each table, by name, with its indexes, views and triggers after it. */
export function dumpSchema(migrations: readonly Migration[] = loadMigrations()): string {
  const database = new SqliteDatabase(':memory:');
  try {
    migrate(database, migrations);
    const statements = database
      .prepare<[], string>(
        `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY tbl_name, type <> 'table', type, name`,
      )
      .pluck()
      .all();
    return `${[HEADER, ...statements.map((statement) => `${withoutComments(statement)};`)].join('\n\n')}\n`;
  } finally {
    database.close();
  }
}

function withoutComments(statement: string): string {
  return statement
    .replace(LITERAL_OR_COMMENT, (_, literal: string | undefined) => literal ?? '')
    .replace(/\n\s*\n/g, '\n');
}

if (process.argv[1]?.endsWith('dump-schema.ts')) writeFileSync(TARGET, dumpSchema());
