import { userInfo } from 'node:os';
import { defaultPolicy } from '../config/default-policy.ts';
import { loadDotEnv } from '../config/dotenv.ts';
import { readPaths, readPolicy } from '../config/env.ts';
import { EnvReader } from '../config/env-reader.ts';
import { formatFaults } from '../config/faults.ts';
import type { Actor } from '../domain/actor.ts';
import { detectorSections as detectors } from '../domain/detectors/index.ts';
import { AppError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import type { Store } from '../ports/store.ts';
import { providers } from '../providers/index.ts';
import { openStore } from '../store/open.ts';
import { fileExists, readTextFile } from '../system/files.ts';
import { systemIds } from '../system/ids.ts';
import { hmacHex, loadInstallationSecret } from '../system/installation-secret.ts';
import { err, printable } from './output.ts';

/** Where this installation keeps its database and its secret; the rest of the settings may be missing or wrong. */
export function ownPaths(): ReturnType<typeof readPaths> {
  return readPaths(new EnvReader(loadDotEnv(readTextFile, '.env', process.env), readTextFile));
}

/** The policy alone: Slack and the admin keys need not be configured for it. */
export function ownPolicy(): Policy {
  const reader = new EnvReader(loadDotEnv(readTextFile, '.env', process.env), readTextFile);
  return policyFrom(reader, readPaths(reader).policyPath);
}

/** The same; null where there is no such file. */
export function ownPolicyOrNull(): Policy | null {
  return fileExists(ownPaths().policyPath) ? ownPolicy() : null;
}

/** The same; where there is no such file its defaults, which is told: figures need a policy, but not one of somebody's own. */
export function ownPolicyOrDefault(): Policy {
  const policy = ownPolicyOrNull();
  if (policy !== null) return policy;
  const where = printable(ownPaths().policyPath);
  err(`There is no policy at ${where}: worked out with its defaults. Set KEYSTEWARD_POLICY to the one you mean.\n`);
  return defaultPolicy(detectors);
}

/** A policy file by its path, whatever the environment says. */
export function policyAt(path: string): Policy {
  return policyFrom(new EnvReader({}, readTextFile), path);
}

function policyFrom(reader: EnvReader, path: string): Policy {
  const policy = readPolicy(reader, path, { providers, detectors });
  if (policy !== undefined) return policy;
  const publicMessage = formatFaults(reader.faults);
  throw new AppError({ code: 'invalid_config', message: 'the policy has faults', publicMessage });
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
