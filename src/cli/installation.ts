import { userInfo } from 'node:os';
import { loadDotEnv } from '../config/dotenv.ts';
import { readPaths } from '../config/env.ts';
import { EnvReader } from '../config/env-reader.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { Store } from '../ports/store.ts';
import { openStore } from '../store/open.ts';
import { fileExists, readTextFile } from '../system/files.ts';
import { systemIds } from '../system/ids.ts';
import { hmacHex, loadInstallationSecret } from '../system/installation-secret.ts';

/** Where this installation keeps its database and its secret; the rest of the settings may be missing or wrong. */
export function ownPaths(): ReturnType<typeof readPaths> {
  return readPaths(new EnvReader(loadDotEnv(readTextFile, '.env', process.env), readTextFile));
}

/** Opens the database that is there; never makes one, nor a secret. The bot may be running beside. */
export function openOwnStore(): Store {
  const { databasePath, secretPath } = ownPaths();
  if (!fileExists(databasePath)) {
    const publicMessage = `There is no database at ${databasePath}. Set KEYSTEWARD_DATABASE to the one you mean.`;
    throw new AppError({ code: 'invalid_config', message: publicMessage, publicMessage });
  }
  const secret = loadInstallationSecret({ path: secretPath, create: false });
  return openStore({ path: databasePath, ids: systemIds, sign: (text) => hmacHex(secret, text) });
}

/** Whoever types the command, for the audit log. */
export function cliActor(): Actor {
  return { kind: 'cli', user: userName() };
}

/** A container may run as a user without a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
