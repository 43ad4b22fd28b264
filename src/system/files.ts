import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { AppError } from '../domain/errors.ts';

/** The text of a file, or undefined when there is none at that path. */
export function readTextFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Throws a sentence where there is no file to read. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fileFault(
      `The file ${JSON.stringify(path)} cannot be read. Check its name, and that it is yours to read.`,
      error,
    );
  }
}

/** Nobody else may read it. */
export function writeBytes(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes, { mode: 0o600 });
  } catch (error) {
    throw fileFault(
      `The file ${JSON.stringify(path)} cannot be written. Check that its folder is there and is yours.`,
      error,
    );
  }
}

function fileFault(publicMessage: string, cause: unknown): AppError {
  return new AppError({ code: 'invalid_input', message: publicMessage, publicMessage, cause });
}

export function fileExists(path: string): boolean {
  return existsSync(path);
}

export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
