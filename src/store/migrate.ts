import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type SqliteDatabase from 'better-sqlite3';
import { AppError } from '../domain/errors.ts';
import { databaseError, isPassing } from './database-error.ts';

export interface Migration {
  /** `0001_corridor.sql` */
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const MIGRATION_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;

/** Reads db/migrations in order. The folder sits two levels above this file in src/ and in dist/ alike. */
export function loadMigrations(
  folder = fileURLToPath(new URL('../../db/migrations', import.meta.url)),
): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => MIGRATION_NAME.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(`${folder}/${name}`, 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/**
 * Brings the schema forward, each migration in one transaction with its record. Refuses a migration that was edited
 * after it was applied, a database from a newer version, and a gap; a failed migration leaves nothing behind.
 */
export function migrate(db: SqliteDatabase.Database, migrations: readonly Migration[]): readonly string[] {
  db.exec('CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, checksum TEXT NOT NULL)');
  const pending = pendingMigrations(db, migrations);
  for (const migration of pending) apply(db, migration);
  return pending.map((migration) => migration.name);
}

/** What is still to be applied; refuses a database that another version has written. */
export function pendingMigrations(db: SqliteDatabase.Database, migrations: readonly Migration[]): readonly Migration[] {
  const applied = db
    .prepare<[], { name: string; checksum: string }>('SELECT name, checksum FROM schema_migrations ORDER BY name')
    .all();
  for (const [index, row] of applied.entries()) refuseDrift(row, migrations[index]);
  return migrations.slice(applied.length);
}

function apply(db: SqliteDatabase.Database, migration: Migration): void {
  const record = db.prepare(
    'INSERT INTO schema_migrations (name, checksum) VALUES (?, ?) ON CONFLICT (name) DO NOTHING',
  );
  try {
    db.transaction(() => {
      // The record first: a process that starts at the same time may have applied it while this one waited.
      if (record.run(migration.name, migration.checksum).changes > 0) db.exec(migration.sql);
    }).immediate();
  } catch (cause) {
    if (isPassing(cause)) throw databaseError(cause, `in migration ${migration.name}`);
    throw new AppError({
      code: 'database',
      message: `migration ${migration.name} failed`,
      publicMessage: `The database could not be brought to this version: ${migration.name} failed and was rolled back. Nothing was lost. Restore the previous version of Keysteward and report this.`,
      cause,
    });
  }
}

function refuseDrift(applied: { name: string; checksum: string }, known: Migration | undefined): void {
  if (known === undefined || known.name !== applied.name) {
    throw new AppError({
      code: 'database',
      message: `database has migration ${applied.name}, this version has ${known?.name ?? 'none'} in its place`,
      publicMessage: `The database was written by another version of Keysteward (it has ${applied.name}). Start that version or a newer one, or restore a backup made with this one.`,
    });
  }
  if (known.checksum !== applied.checksum) {
    throw new AppError({
      code: 'database',
      message: `migration ${applied.name} was edited after it was applied`,
      publicMessage: `The file db/migrations/${applied.name} differs from the one this database was made with. Restore the original file; put changes into a new migration.`,
    });
  }
}
