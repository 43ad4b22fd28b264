import { existsSync, readFileSync } from 'node:fs';

/** The text of a file, or undefined when there is none at that path. */
export function readTextFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export function fileExists(path: string): boolean {
  return existsSync(path);
}

export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
