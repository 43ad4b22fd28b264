import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** What SQLite keeps beside a database. */
export const JOURNAL_ENDINGS = ['-wal', '-shm', '-journal'] as const;

/** An empty file that nobody else may read, from its first moment on; fails where something is already. */
export function makePrivateFile(path: string): void {
  closeSync(openSync(path, 'wx', 0o600));
}

export function removeDatabase(path: string): void {
  for (const ending of ['', ...JOURNAL_ENDINGS]) rmSync(`${path}${ending}`, { force: true });
}

/** Resolves names of files in `folder` to the disk, after a link or a rename. */
export function syncFolderOf(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

export function folderExists(path: string): boolean {
  return existsSync(dirname(path));
}

/** The code of a refusal by the file system: ENOSPC, EACCES … */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && 'syscall' in error ? String(error.code) : undefined;
}
