import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export interface FileToWrite {
  readonly path: string;
  readonly text: string;
  /** 0o600 for what holds secrets. */
  readonly mode: number;
}

/**
 * Puts all of the files in their places, each at once and whole: everything is on disk under another name before the
 * first gets its own. Whoever holds the old file open keeps reading the old one.
 */
export function writeFilesWhole(files: readonly FileToWrite[]): void {
  const halves: string[] = [];
  const targets = files.map(({ path }) => targetOf(path));
  try {
    for (const [index, { text, mode }] of files.entries()) {
      const path = targets[index] ?? '';
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const half = `${path}.${randomBytes(6).toString('hex')}.new`;
      halves.push(half);
      writeHalf(half, text, mode);
    }
    for (const [index, half] of halves.entries()) renameSync(half, targets[index] ?? '');
  } finally {
    for (const half of halves) rmSync(half, { force: true });
  }
}

/** A link stays one: it is the file that it leads to that changes. */
function targetOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

function writeHalf(path: string, text: string, mode: number): void {
  const file = openSync(path, 'wx', mode);
  try {
    writeSync(file, text);
    // The process's own mask may have taken rights away, never given any.
    chmodSync(path, mode);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
