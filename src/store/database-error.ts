import SqliteDatabase from 'better-sqlite3';
import { AppError, toError } from '../domain/errors.ts';

const NOTHING_LOST = 'Nothing was changed, and nothing that was saved before is lost.';
const REFUSED =
  'The database refused this and nothing was changed. Check the disk space and that nothing else holds the file; the log has the details.';

/** What a person can do about it, by SQLite's primary code. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['SQLITE_FULL', `The disk with the database is full. ${NOTHING_LOST} Free some space there, then try again.`],
  [
    'SQLITE_BUSY',
    `Another program holds the database locked. ${NOTHING_LOST} Close it (a database browser, a copy job), then try again.`,
  ],
  [
    'SQLITE_CORRUPT',
    'The database file is damaged. Stop Keysteward, keep the file, and restore a backup: docs/operations.md.',
  ],
  [
    'SQLITE_NOTADB',
    'The database file is damaged. Stop Keysteward, keep the file, and restore a backup: docs/operations.md.',
  ],
  [
    'SQLITE_READONLY',
    `The database cannot be written. ${NOTHING_LOST} Give the user that runs Keysteward the right to write the file and its folder.`,
  ],
  [
    'SQLITE_IOERR',
    `The disk with the database refused to read or write. ${NOTHING_LOST} Check its space and its health, then try again.`,
  ],
]);

/** An error of the engine in our terms; the message is for the log and says what was being done. */
export function databaseError(cause: unknown, doing: string): AppError {
  const code = sqliteCode(cause);
  return new AppError({
    code: 'database',
    message: `${code === undefined ? '' : `${extendedCode(cause)}: `}${toError(cause).message}, ${doing}`,
    publicMessage: ADVICE.get(code ?? '') ?? REFUSED,
    cause,
  });
}

/** SQLite's primary code, `SQLITE_BUSY` for `SQLITE_BUSY_SNAPSHOT`; undefined for what is no error of the engine. */
export function sqliteCode(error: unknown): string | undefined {
  return extendedCode(error)?.split('_', 2).join('_');
}

/** Neither the file nor the version is at fault: it works again when the place or the lock is free. */
export function isPassing(error: unknown): boolean {
  return ['SQLITE_FULL', 'SQLITE_BUSY'].includes(sqliteCode(error) ?? '');
}

export function isDamage(error: unknown): boolean {
  return ['SQLITE_CORRUPT', 'SQLITE_NOTADB'].includes(sqliteCode(error) ?? '');
}

function extendedCode(error: unknown): string | undefined {
  return error instanceof SqliteDatabase.SqliteError ? error.code : undefined;
}
