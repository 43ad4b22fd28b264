import { statSync } from 'node:fs';
import type SqliteDatabase from 'better-sqlite3';
import type { AuditVerdict } from '../ports/store.ts';
import { auditRepo, GENESIS, isSigned } from './audit.ts';
import { kyselyOn } from './dialect.ts';
import type { RepoContext } from './repo-context.ts';

/** What tells a person which state of the data a file holds. */
export interface DatabaseFacts {
  readonly bytes: number;
  readonly keys: number;
  readonly auditCount: number;
  readonly auditHead: string;
  /** When the newest audit entry was made. */
  readonly lastEntryAt: number | null;
}

// Tables that every version has had.
const OWN_TABLES = ['schema_migrations', 'audit', 'keys', 'lineages', 'outbox', 'actions'];

/** The first thing that is wrong inside the file; null when every page and every reference holds. */
export function integrityProblem(database: SqliteDatabase.Database): string | null {
  const found = database.pragma('integrity_check(1)', { simple: true });
  if (found !== 'ok') return String(found);
  const dangling = database
    .prepare<[], { table: string; parent: string }>('SELECT "table", parent FROM pragma_foreign_key_check LIMIT 1')
    .get();
  return dangling === undefined
    ? null
    : `a row of ${dangling.table} refers to a row of ${dangling.parent} that is gone`;
}

export function isOurs(database: SqliteDatabase.Database): boolean {
  return OWN_TABLES.every((name) => hasTable(database, name));
}

export function hasTable(database: SqliteDatabase.Database, name: string): boolean {
  return database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined;
}

export function readFacts(database: SqliteDatabase.Database): DatabaseFacts {
  const keys = database.prepare<[], number>('SELECT count(*) FROM keys').pluck().get() ?? 0;
  const last = database
    .prepare<[], { seq: number; hash: string; at: number }>('SELECT seq, hash, at FROM audit ORDER BY seq DESC LIMIT 1')
    .get();
  return {
    bytes: statSync(database.name).size,
    keys,
    auditCount: last?.seq ?? 0,
    auditHead: last?.hash ?? GENESIS,
    lastEntryAt: last?.at ?? null,
  };
}

/** Walks the audit chain; `foreign` when not one entry was signed with this secret. */
export async function verifyAudit(
  database: SqliteDatabase.Database,
  context: Pick<RepoContext, 'ids' | 'sign'>,
): Promise<AuditVerdict & { readonly foreign: boolean }> {
  const db = kyselyOn(database);
  const verdict = await auditRepo({ db, ...context }).verify(undefined);
  if (verdict.ok || verdict.count > 0) return { ...verdict, foreign: false };
  const rows = await db.selectFrom('audit').selectAll().execute();
  return { ...verdict, foreign: !rows.some((row) => isSigned(row, context.sign)) };
}
