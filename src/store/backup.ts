import { existsSync, linkSync, lstatSync, renameSync, rmSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { AppError, toError } from '../domain/errors.ts';
import type { Ids } from '../ports/ids.ts';
import { databaseError, isDamage, sqliteCode } from './database-error.ts';
import { folderExists, makePrivateFile, removeDatabase, syncFile, syncFolderOf, systemCode } from './database-file.ts';
import { type DatabaseFacts, integrityProblem, isOurs, readFacts } from './integrity.ts';

const BUSY_TIMEOUT_MS = 5_000;
const EVERY_PAGE = 2 ** 31 - 1;
// File systems without hard links: FAT, some network shares.
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

export interface BackupOptions {
  readonly databasePath: string;
  readonly file: string;
  readonly ids: Ids;
}

/**
 * Copies the database, also while the bot works on it, and checks the copy before it gets its name. Never overwrites;
 * a backup that fails leaves nothing behind.
 */
export async function backupDatabase({ databasePath, file, ids }: BackupOptions): Promise<DatabaseFacts> {
  if (!existsSync(databasePath)) throw noDatabase(databasePath);
  if (isThere(file)) throw taken(file);
  if (!folderExists(file)) throw unwritable(file, 'its folder does not exist');

  const half = `${file}.${ids.next('half')}`;
  try {
    makePrivateFile(half);
    await copyPages(databasePath, half);
    const facts = checkCopy(half, databasePath);
    syncFile(half);
    giveName(half, file);
    return facts;
  } catch (error) {
    throw translated(error, databasePath, file);
  } finally {
    removeDatabase(half);
  }
}

async function copyPages(from: string, to: string): Promise<void> {
  const source = new SqliteDatabase(from, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    if (!isOurs(source)) throw notOurs(from);
    // In one step: between two steps a bot that writes would make the copy begin again, for ever.
    await source.backup(to, { progress: () => EVERY_PAGE });
  } finally {
    source.close();
  }
}

function checkCopy(half: string, databasePath: string): DatabaseFacts {
  const copy = new SqliteDatabase(half, { timeout: BUSY_TIMEOUT_MS });
  try {
    // One file that can be read from a medium that cannot be written.
    copy.pragma('journal_mode = DELETE');
    const problem = integrityProblem(copy);
    if (problem !== null) throw damaged(databasePath, problem);
    return readFacts(copy);
  } finally {
    copy.close();
  }
}

/** A link fails where a file has appeared meanwhile; a rename would replace it. */
function giveName(half: string, file: string): void {
  try {
    linkSync(half, file);
    rmSync(half);
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST' || isThere(file)) throw taken(file);
    if (!NO_LINKS.includes(code)) throw error;
    renameSync(half, file);
  }
  syncFolderOf(file);
}

/** True also for a link that leads nowhere. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function translated(error: unknown, databasePath: string, file: string): unknown {
  if (error instanceof AppError) return error;
  if (isDamage(error)) return damaged(databasePath, toError(error).message, error);
  // The copy is what grows; the database itself is only read.
  if (sqliteCode(error) === 'SQLITE_FULL') return full(file, error);
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return full(file, error);
  return code === undefined ? databaseError(error, `in a backup to ${file}`) : unwritable(file, code, error);
}

function noDatabase(path: string): AppError {
  return new AppError({
    code: 'not_found',
    message: `there is no database at ${path}`,
    publicMessage: `There is no database at ${path}. Set KEYSTEWARD_DATABASE to the one you mean.`,
  });
}

function notOurs(path: string): AppError {
  return new AppError({
    code: 'database',
    message: `${path} has not our tables`,
    publicMessage: `${path} is not a Keysteward database. Set KEYSTEWARD_DATABASE to the one you mean.`,
  });
}

function taken(file: string): AppError {
  return new AppError({
    code: 'conflict',
    message: `${file} exists`,
    publicMessage: `${file} exists already, and a backup never overwrites anything. Choose another name.`,
  });
}

function full(file: string, cause: unknown): AppError {
  return new AppError({
    code: 'database',
    message: `no space for ${file}`,
    publicMessage: `There is no space left for ${file}: no backup was made, and the database is untouched. Free some space, or choose another disk.`,
    cause,
  });
}

function unwritable(file: string, why: string, cause?: unknown): AppError {
  return new AppError({
    code: 'invalid_input',
    message: `${file} cannot be written: ${why}`,
    publicMessage: `${file} cannot be written (${why}). Choose a folder that exists and that this user may write.`,
    cause,
  });
}

function damaged(path: string, problem: string, cause?: unknown): AppError {
  return new AppError({
    code: 'database',
    message: `the copy of ${path} is damaged: ${problem}`,
    publicMessage: `The database ${path} is damaged (${problem}), so no backup was made of it. Keep your older backups; docs/operations.md says what to do.`,
    cause,
  });
}
