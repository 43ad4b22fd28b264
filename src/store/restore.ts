import { createReadStream, createWriteStream, existsSync, linkSync, realpathSync, renameSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import SqliteDatabase from 'better-sqlite3';
import type { Actor } from '../domain/actor.ts';
import { AppError, toError } from '../domain/errors.ts';
import type { Ids } from '../ports/ids.ts';
import { auditRepo } from './audit.ts';
import { databaseError, isDamage, sqliteCode } from './database-error.ts';
import { JOURNAL_ENDINGS, removeDatabase, syncFile, syncFolderOf, systemCode } from './database-file.ts';
import { kyselyOn } from './dialect.ts';
import { type DatabaseFacts, integrityProblem, isOurs, readFacts, verifyAudit } from './integrity.ts';
import { loadMigrations, type Migration, migrate } from './migrate.ts';
import { holdPresent, type Present } from './present.ts';

const TO_REVIEW = 'Taken from a backup: needs review.';
const NOTHING_CHANGED = 'Nothing was changed.';

export interface RestoreOptions {
  readonly databasePath: string;
  readonly file: string;
  readonly ids: Ids;
  /** HMAC of the audit chain with this installation's secret. */
  readonly sign: (text: string) => string;
  readonly now: number;
  readonly actor: Actor;
  /** Whether the named holder of the lease may still run. */
  readonly mayRun: (holder: string) => boolean;
  /** The person's word, asked for where the present database is too damaged to tell. */
  readonly botIsStopped?: boolean;
  readonly migrations?: readonly Migration[];
}

export interface RestoreReport {
  /** The backup as it was found. */
  readonly backup: DatabaseFacts;
  /** Migrations that brought it to this version. */
  readonly migrated: readonly string[];
  readonly actionsToReview: number;
  readonly messagesToReview: number;
  /** Where the database is that stood there before. */
  readonly keptAside: string | null;
}

/**
 * Puts a verified copy of a backup in the place of the database. What the backup wanted to do outside is not carried
 * out: it is marked for review. Until the last step, a rename, the present database stays what it is.
 */
export async function restoreDatabase(options: RestoreOptions): Promise<RestoreReport> {
  try {
    return await replacePresent(options);
  } catch (error) {
    throw translated(error, options.file);
  }
}

async function replacePresent(options: RestoreOptions): Promise<RestoreReport> {
  const { file } = options;
  if (!existsSync(file)) throw refusal(`There is no file ${file}.`, 'Give the path of a backup.');
  await mkdir(dirname(options.databasePath), { recursive: true, mode: 0o700 });
  const path = existsSync(options.databasePath) ? realpathSync(options.databasePath) : options.databasePath;
  if (realpathSync(file) === path) throw refusal(`${file} is the database itself.`, 'Give the path of a backup.');

  const half = `${path}.${options.ids.next('half')}`;
  const present = holdPresent(path, options);
  try {
    await copyFile(file, half);
    const prepared = await prepare(half, present, options);
    const keptAside = swap({ half, path, now: options.now });
    return { ...prepared, keptAside };
  } finally {
    present.release();
    removeDatabase(half);
  }
}

/** With what stands in its write-ahead log, should the file be a plain copy of a database in use. */
async function copyFile(from: string, to: string): Promise<void> {
  for (const ending of ['', '-wal']) {
    if (ending !== '' && !existsSync(`${from}${ending}`)) continue;
    await pipeline(
      createReadStream(`${from}${ending}`),
      createWriteStream(`${to}${ending}`, { flags: 'wx', mode: 0o600 }),
    );
  }
}

async function prepare(
  half: string,
  present: Present,
  options: RestoreOptions,
): Promise<Omit<RestoreReport, 'keptAside'>> {
  const copy = new SqliteDatabase(half);
  try {
    // SQLite takes any file of length zero for an empty database.
    if (statSync(half).size === 0 || !isOurs(copy)) throw notOurs(options.file);
    copy.pragma('journal_mode = DELETE');
    copy.pragma('synchronous = FULL');
    const problem = integrityProblem(copy);
    if (problem !== null) throw damaged(options.file, problem);
    const backup = readFacts(copy);
    const migrated = migrate(copy, options.migrations ?? loadMigrations());
    await refuseBrokenAudit(copy, options);
    return { backup, migrated, ...(await mark(copy, { ...options, backup, present })) };
  } finally {
    copy.close();
  }
}

async function refuseBrokenAudit(copy: SqliteDatabase.Database, { file, ...context }: RestoreOptions): Promise<void> {
  const { ok, foreign, count, problem } = await verifyAudit(copy, context);
  if (ok) return;
  if (foreign) {
    throw refusal(
      `The installation secret in use is not the one that ${file} was made with: it signed none of its audit entries.`,
      'Put the secret of that time in its place, or set KEYSTEWARD_SECRET_FILE to it.',
    );
  }
  throw refusal(
    `The audit log in ${file} is broken after ${count} good entries (${problem}): somebody changed it, or the file is damaged.`,
    'Use another backup, and find out who had this one.',
  );
}

interface MarkInput extends RestoreOptions {
  readonly backup: DatabaseFacts;
  readonly present: Present;
}

/** What was under way at the time of the backup may be done, refused or unwanted by now: nobody knows. */
async function mark(copy: SqliteDatabase.Database, { now, actor, backup, present, ...context }: MarkInput) {
  const messageFields = { state: 'dead', settled_at: now, problem: TO_REVIEW };
  const actionFields = { state: 'failed', problem: `${TO_REVIEW} Ask again if it is still wanted.` };
  return kyselyOn(copy)
    .transaction()
    .execute(async (tx) => {
      const actions = await tx
        .updateTable('actions')
        .set(actionFields)
        .where('state', 'in', ['pending', 'running'])
        .executeTakeFirst();
      // Done long ago, and perhaps undone since: usage must not take it for a stop that did not hold.
      await tx
        .updateTable('actions')
        .set({ state: 'dismissed', problem: 'Taken from a backup: whether usage stayed zero was not seen.' })
        .where('state', '=', 'confirmed')
        .execute();
      const messages = await tx
        .updateTable('outbox')
        .set(messageFields)
        .where('state', 'in', ['pending', 'sending'])
        .executeTakeFirst();
      await tx.deleteFrom('lease').execute();
      const counts = {
        actionsToReview: Number(actions.numUpdatedRows),
        messagesToReview: Number(messages.numUpdatedRows),
      };
      const detail = {
        backupHead: backup.auditHead,
        backupCount: backup.auditCount,
        replacedHead: present.facts?.auditHead ?? null,
        replacedCount: present.facts?.auditCount ?? null,
        ...counts,
      };
      const entry = { at: now, actor, verb: 'database.restored', subject: 'database', detail };
      await auditRepo({ db: tx, ...context }).append(entry);
      return counts;
    });
}

interface SwapInput {
  readonly half: string;
  readonly path: string;
  readonly now: number;
}

/** Returns where the database is that stood there. At every moment there is a whole database at the path. */
function swap({ half, path, now }: SwapInput): string | null {
  const aside = `${path}.before-restore-${timeName(now)}`;
  const hadOne = existsSync(path);
  syncFile(half);
  if (hadOne) linkSync(path, aside);
  // A log that stayed behind would be played into the new file.
  for (const ending of JOURNAL_ENDINGS) {
    if (existsSync(`${path}${ending}`)) renameSync(`${path}${ending}`, `${aside}${ending}`);
  }
  renameSync(half, path);
  syncFolderOf(path);
  return hadOne ? aside : null;
}

/** `20260303T120000Z` */
function timeName(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
}

function translated(error: unknown, file: string): unknown {
  if (error instanceof AppError) return error;
  if (sqliteCode(error) === 'SQLITE_NOTADB') return notOurs(file, error);
  if (isDamage(error)) return damaged(file, toError(error).message, error);
  const code = systemCode(error);
  if (code === undefined) return databaseError(error, `restoring ${file}`);
  return new AppError({
    code: 'database',
    message: `restoring ${file}: ${toError(error).message}`,
    publicMessage: `The backup could not be put in place (${code}). The database is what it was. Check that ${file} can be read, that the folder of the database can be written, and that its disk has space for a second copy.`,
    cause: error,
  });
}

function notOurs(file: string, cause?: unknown): AppError {
  return refusal(
    `${file} is not a Keysteward database.`,
    'Give the path of a file that keysteward backup made.',
    cause,
  );
}

function damaged(file: string, problem: string, cause?: unknown): AppError {
  return refusal(`${file} is damaged (${problem}).`, 'Use another backup.', cause);
}

function refusal(problem: string, advice: string, cause?: unknown): AppError {
  return new AppError({
    code: 'database',
    message: problem,
    publicMessage: `${problem} ${NOTHING_CHANGED} ${advice}`,
    cause,
  });
}
