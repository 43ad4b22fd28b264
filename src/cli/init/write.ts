import { statSync } from 'node:fs';
import { isSecretVariable } from '../../config/variables.ts';
import { parseDotEnv } from '../../domain/dotenv-file.ts';
import { providers } from '../../providers/index.ts';
import { fileExists } from '../../system/files.ts';
import { loadInstallationSecret } from '../../system/installation-secret.ts';
import { type FileToWrite, writeFilesWhole } from '../../system/write-files.ts';
import { type Draft, ENV_FILE, type Texts } from './draft.ts';

/** What a set-up would change, worked out and not yet written. */
export interface Plan {
  readonly files: readonly FileToWrite[];
  /** For a person, without any secret. Empty: nothing would change. */
  readonly lines: readonly string[];
  readonly secretPath: string;
  readonly makesSecret: boolean;
}

export function planOf(draft: Draft): Plan {
  const { policyPath, secretPath, databasePath } = draft.paths;
  const env = draft.envTexts;
  const policy = draft.policyTexts;
  const makesSecret = !fileExists(secretPath) && !fileExists(databasePath);
  return {
    files: [
      ...(env.before === env.after ? [] : [{ path: ENV_FILE, text: env.after, mode: 0o600 }]),
      ...(policy.before === policy.after ? [] : [{ path: policyPath, text: policy.after, mode: modeOf(policyPath) }]),
    ],
    lines: [
      ...envLines(env),
      ...policyLines(policyPath, policy),
      ...(makesSecret
        ? [`${secretPath} (mode 600): the installation’s own secret, new. Keep a copy apart from backups.`]
        : []),
    ],
    secretPath,
    makesSecret,
  };
}

/** Ctrl-C between two files waits until all are in their places. */
export function carryOut({ files, makesSecret, secretPath }: Plan): void {
  const wait = () => {};
  process.on('SIGINT', wait);
  try {
    if (makesSecret) loadInstallationSecret({ path: secretPath, create: true });
    writeFilesWhole(files);
  } finally {
    process.off('SIGINT', wait);
  }
}

function envLines({ before, after }: Texts): readonly string[] {
  const [old, fresh] = [parseDotEnv(before), parseDotEnv(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].filter((name) => old[name] !== fresh[name]);
  if (names.length === 0) return [];
  const isSecret = (name: string) =>
    isSecretVariable(
      name,
      providers.map(({ envPrefix }) => envPrefix),
    );
  const lineOf = (name: string) => {
    const value = fresh[name];
    if (value === undefined) return `  - ${name}`;
    return `  ${old[name] === undefined ? '+' : '~'} ${name}=${isSecret(name) ? '(hidden)' : value}`;
  };
  return [`${ENV_FILE} (mode 600):`, ...names.map(lineOf)];
}

/** Lines that come and go; whoever wants more has a diff of their own. */
function policyLines(path: string, { before, after }: Texts): readonly string[] {
  if (before === after) return [];
  if (before === '')
    return [`${path}: new, with ${after.split('\n').length} lines; what was answered:`, ...answered(after)];
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  return [
    `${path}:`,
    ...old.filter((line) => !fresh.includes(line)).map((line) => `  - ${line}`),
    ...fresh.filter((line) => !old.includes(line)).map((line) => `  + ${line}`),
  ];
}

const ANSWERED = /^\s*(?:alerts|admins|responders|enabled|above_usd|- \{match): ?|^\s*- \{ ?match/;

function answered(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => ANSWERED.test(line))
    .map((line) => `  + ${line.trim()}`);
}

function modeOf(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? 0o644) & 0o777;
}
