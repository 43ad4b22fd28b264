import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, lstatSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import { isSystemError, readTextFile } from './files.ts';

export interface InstallationSecretOptions {
  readonly path: string;
  /** True only where there is no database yet: a new secret cannot vouch for an old audit log. */
  readonly create: boolean;
}

const SECRET_BYTES = 32;
const WELL_FORMED = /^[0-9a-f]{64}\r?\n?$/;
const OTHERS = 0o077;

/** Reads the installation's own secret, or makes it where that is allowed. Never overwrites a file. */
export function loadInstallationSecret({ path, create }: InstallationSecretOptions): Secret {
  try {
    if (create && !isThere(path)) makeSecret(path);
    checkMode(path);
    const content = readTextFile(path) ?? '';
    if (!WELL_FORMED.test(content)) throw damaged(path, content);
    return new Secret(content.trimEnd());
  } catch (error) {
    throw error instanceof AppError ? error : unusable(path, error);
  }
}

/** HMAC-SHA-256 in hex, keyed with the installation's secret. */
export function hmacHex(secret: Secret, text: string): string {
  return createHmac('sha256', Buffer.from(secret.reveal(), 'hex')).update(text).digest('hex');
}

/** What is kept of a key whose value was once seen. Its own name space, so that no audit hash can equal one. */
export function fingerprint(secret: Secret, value: string | Secret): string {
  return hmacHex(secret, `key-fingerprint\0${typeof value === 'string' ? value : value.reveal()}`);
}

function makeSecret(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const half = `${path}.${randomBytes(6).toString('hex')}.new`;
  const file = openSync(half, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(SECRET_BYTES).toString('hex')}\n`);
    fsyncSync(file);
    // A link appears whole or not at all, and fails where a file already is: a crash or a race leaves no half secret.
    linkSync(half, path);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  } finally {
    closeSync(file);
    rmSync(half, { force: true });
  }
}

/** True also for a link that leads nowhere: that is somebody's intention, not a free place. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function checkMode(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw fault(`${path} does not exist.`, [
      'It holds the secret that proves the audit log, and must not be made anew for an existing database.',
      'Restore it from where you keep it, or set KEYSTEWARD_SECRET_FILE to its path.',
    ]);
  }
  if (!stats.isFile()) throw fault(`${path} is not a file.`, ['Set KEYSTEWARD_SECRET_FILE to the path of a file.']);
  if (process.platform !== 'win32' && (stats.mode & OTHERS) !== 0) {
    throw fault(`${path} can be read by other users.`, [`Run: chmod 600 ${path}`]);
  }
}

function damaged(path: string, content: string): AppError {
  const state = content.trim() === '' ? 'is empty' : 'is damaged: it should hold 64 hexadecimal digits';
  return fault(`${path} ${state}.`, [
    'Restore it from where you keep it. If there is no database yet, delete it and start again.',
  ]);
}

function unusable(path: string, cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  const sentence = `${path} cannot be read or made${code}.`;
  const advice = 'Make its directory one that this user may write, or set KEYSTEWARD_SECRET_FILE.';
  return new AppError({ code: 'invalid_config', message: sentence, publicMessage: `${sentence} ${advice}`, cause });
}

function fault(problem: string, advice: readonly string[]): AppError {
  return new AppError({
    code: 'invalid_config',
    message: problem,
    publicMessage: [`The installation secret ${problem}`, ...advice].join(' '),
  });
}
