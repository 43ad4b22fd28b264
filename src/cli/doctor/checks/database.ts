import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ConfigParts } from '../../../config/parts.ts';
import { publicMessageOf } from '../../../domain/errors.ts';
import type { Secret } from '../../../domain/secret.ts';
import { plural } from '../../../domain/time.ts';
import { type DatabaseExam, examineDatabase } from '../../../store/examine.ts';
import { fileExists } from '../../../system/files.ts';
import { hmacHex, loadInstallationSecret } from '../../../system/installation-secret.ts';
import { holderMayRun } from '../../../system/lease-holder.ts';
import { type Check, fault, type Line, ok, warning } from '../check.ts';

const DATABASE = 'database';
const SECRET = 'installation secret';

/** The data on disk: writable, whole, of this version, and signed with the secret that lies beside it. */
export const database: Check = {
  subject: DATABASE,
  isLocal: true,
  async run({ parts: { paths }, clock }) {
    const isThere = fileExists(paths.databasePath);
    const secret = readSecret(paths, isThere);
    const exam = isThere ? examine(paths, secret) : null;
    return [
      folderLine(paths.databasePath),
      ...(exam === null
        ? [ok(DATABASE, `${paths.databasePath} is made at the first start`)]
        : examLines(exam, paths, clock.now())),
      secretLine(paths, secret, exam),
    ];
  },
};

type Paths = ConfigParts['paths'];
/** A sentence where there is no usable secret; null where the first start makes one. */
type SecretRead = Secret | string | null;

function readSecret({ secretPath }: Paths, hasDatabase: boolean): SecretRead {
  if (!hasDatabase && !fileExists(secretPath)) return null;
  try {
    return loadInstallationSecret({ path: secretPath, create: false });
  } catch (error) {
    return publicMessageOf(error);
  }
}

function examine({ databasePath }: Paths, secret: SecretRead): DatabaseExam {
  const isUsable = secret !== null && typeof secret !== 'string';
  return examineDatabase({ path: databasePath, sign: isUsable ? (text) => hmacHex(secret, text) : undefined });
}

function folderLine(databasePath: string): Line {
  const subject = 'database folder';
  const folder = nearestFolder(dirname(resolve(databasePath)));
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    if (!statSync(folder).isDirectory()) throw new Error('not a folder');
    return ok(subject, `${folder} is writable`);
  } catch {
    const what = `${folder} cannot be written by this user`;
    return fault({ subject, what }, 'Give this user the right to write it, or set KEYSTEWARD_DATABASE.');
  }
}

/** The first start makes the folders that are missing. */
function nearestFolder(folder: string): string {
  return fileExists(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

function examLines({ problem, pending, lease }: DatabaseExam, { databasePath }: Paths, now: number): readonly Line[] {
  const holder = lease !== null && lease.expiresAt > now && holderMayRun(lease.holder) ? lease.holder : null;
  const running = holder === null ? [] : [ok('bot', `runs (${holder}) and was not disturbed`)];
  if (problem !== null) return [...running, fault({ subject: DATABASE, what: problem.replace(/\.$/, '') }, '')];
  const state =
    pending.length === 0 ? 'up to date' : `${plural(pending.length, 'migration')} to apply at the next start`;
  return [...running, ok(DATABASE, `${databasePath} is whole, ${state}`)];
}

function secretLine({ secretPath }: Paths, secret: SecretRead, exam: DatabaseExam | null): Line {
  if (secret === null) return ok(SECRET, `${secretPath} is made at the first start`);
  if (typeof secret === 'string') return fault({ subject: SECRET, what: secret.replace(/\.$/, '') }, '');
  if (exam?.isSigned === false) {
    const what = `${secretPath} did not sign the newest entry of the audit log: it belongs to another database, or the log was changed`;
    return fault({ subject: SECRET, what }, 'Restore the right file, then run: keysteward audit verify');
  }
  if (exam?.isSigned === true) return ok(SECRET, `${secretPath}, mode 600, signs the audit log`);
  if (exam !== null && exam.problem !== null)
    return warning({ subject: SECRET, what: 'cannot be held against the audit log' }, 'Put the database right first.');
  return ok(SECRET, `${secretPath}, mode 600; there is no audit entry yet`);
}
