import SqliteDatabase from 'better-sqlite3';
import { AppError, toError } from '../domain/errors.ts';
import { isSigned } from './audit.ts';
import { isDamage, isPassing, sqliteCode } from './database-error.ts';
import { hasTable, integrityProblem, isOurs } from './integrity.ts';
import { loadMigrations, pendingMigrations } from './migrate.ts';
import type { Row } from './schema.ts';

const BUSY_TIMEOUT_MS = 2_000;

/** What a look at a database shows. Every `problem` is a whole sentence for a person. */
export interface DatabaseExam {
  readonly problem: string | null;
  /** Migrations that the next start applies. */
  readonly pending: readonly string[];
  /** Who works on it, and until when that holds. */
  readonly lease: { readonly holder: string; readonly expiresAt: number } | null;
  /** Whether the newest audit entry carries the signature; null: there is none yet, or it cannot be told. */
  readonly isSigned: boolean | null;
}

export interface ExamOptions {
  readonly path: string;
  /** Undefined: there is no usable secret. */
  readonly sign: ((text: string) => string) | undefined;
}

/** Reads a database beside whoever works on it: no lock is kept, nothing is written. */
export function examineDatabase({ path, sign }: ExamOptions): DatabaseExam {
  const nothing = { pending: [], lease: null, isSigned: null };
  let database: SqliteDatabase.Database | undefined;
  try {
    database = new SqliteDatabase(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    if (!isOurs(database)) {
      return {
        ...nothing,
        problem: `${path} is not a Keysteward database. Set KEYSTEWARD_DATABASE to the one you mean.`,
      };
    }
    const damage = integrityProblem(database);
    if (damage !== null) return { ...nothing, problem: damaged(path, damage) };
    const lease = readLease(database);
    try {
      const pending = pendingMigrations(database, loadMigrations()).map(({ name }) => name);
      return { problem: null, pending, lease, isSigned: newestIsSigned(database, sign) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { ...nothing, lease, problem: error.publicMessage };
    }
  } catch (error) {
    if (isDamage(error)) return { ...nothing, problem: damaged(path, toError(error).message) };
    const code = sqliteCode(error) ?? toError(error).message;
    const advice = isPassing(error) ? 'Try again in a moment.' : 'Make it, and its folder, readable for this user.';
    return { ...nothing, problem: `${path} cannot be read (${code}). ${advice}` };
  } finally {
    database?.close();
  }
}

function readLease(database: SqliteDatabase.Database): DatabaseExam['lease'] {
  if (!hasTable(database, 'lease')) return null;
  const row = database
    .prepare<[], { holder: string; expires_at: number }>('SELECT holder, expires_at FROM lease LIMIT 1')
    .get();
  return row === undefined ? null : { holder: row.holder, expiresAt: row.expires_at };
}

/** The newest entry tells whether the secret is the right one; `keysteward audit verify` walks the whole chain. */
function newestIsSigned(database: SqliteDatabase.Database, sign: ExamOptions['sign']): boolean | null {
  if (sign === undefined) return null;
  const row = database.prepare<[], Row<'audit'>>('SELECT * FROM audit ORDER BY seq DESC LIMIT 1').get();
  return row === undefined ? null : isSigned(row, sign);
}

function damaged(path: string, problem: string): string {
  return `${path} is damaged (${problem}). Restore a backup: docs/operations.md.`;
}
