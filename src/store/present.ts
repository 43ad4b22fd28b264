import { existsSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { AppError } from '../domain/errors.ts';
import { databaseError, isDamage, sqliteCode } from './database-error.ts';
import { type DatabaseFacts, hasTable, isOurs, readFacts } from './integrity.ts';

const BUSY_TIMEOUT_MS = 1_000;

/** The database that a restore is about to replace. */
export interface Present {
  /** Null where there is none, or none that can be read. */
  readonly facts: DatabaseFacts | null;
  release(): void;
}

interface HoldOptions {
  readonly now: number;
  readonly mayRun: (holder: string) => boolean;
  readonly botIsStopped?: boolean;
}

/** Refuses while a bot works on the database, and keeps every other process out of it until it is released. */
export function holdPresent(path: string, options: HoldOptions): Present {
  if (!existsSync(path)) return { facts: null, release: () => undefined };
  try {
    const facts = lookAt(path, options);
    const database = takeForOneself(path);
    return { facts, release: () => database.close() };
  } catch (error) {
    if (isDamage(error)) return unreadable(path, options);
    if (sqliteCode(error) === 'SQLITE_BUSY') throw inUse(path, error);
    throw error instanceof AppError ? error : databaseError(error, `holding ${path}`);
  }
}

/** Without the right to write: closing a damaged database would play its log into it and remove the log. */
function lookAt(path: string, options: HoldOptions): DatabaseFacts | null {
  const database = new SqliteDatabase(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    refuseWhileRunning(database, options);
    return isOurs(database) ? readFacts(database) : null;
  } finally {
    database.close();
  }
}

function takeForOneself(path: string): SqliteDatabase.Database {
  const database = new SqliteDatabase(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Leaving WAL needs every other connection gone, writes the log home and leaves one file with all that is in it.
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function refuseWhileRunning(database: SqliteDatabase.Database, { now, mayRun }: HoldOptions): void {
  if (!hasTable(database, 'lease')) return;
  const lease = database
    .prepare<[number], { holder: string }>('SELECT holder FROM lease WHERE expires_at > ?')
    .get(now);
  if (lease === undefined || !mayRun(lease.holder)) return;
  throw new AppError({
    code: 'conflict',
    message: `the database is held by ${lease.holder}`,
    publicMessage: `Keysteward (${lease.holder}) works on this database. Nothing was changed. Stop it first; if it has died on another machine, wait three minutes.`,
  });
}

function inUse(path: string, cause: unknown): AppError {
  return new AppError({
    code: 'conflict',
    message: `${path} is open elsewhere`,
    publicMessage: `Another program has ${path} open. Nothing was changed. Stop the bot and close every other program that reads the database, then restore again.`,
    cause,
  });
}

function unreadable(path: string, { botIsStopped = false }: HoldOptions): Present {
  if (botIsStopped) return { facts: null, release: () => undefined };
  throw new AppError({
    code: 'conflict',
    message: `${path} is damaged and cannot say whether a bot works on it`,
    publicMessage: `The present database ${path} is damaged and cannot say whether a bot works on it. Nothing was changed. Stop the bot, then restore again with --bot-is-stopped; the damaged file is kept.`,
  });
}
