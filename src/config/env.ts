import { dirname, join } from 'node:path';
import { nearestName } from '../domain/nearest.ts';
import type { Policy } from '../domain/policy.ts';
import type { Config, Secrets } from './config.ts';
import { type Env, EnvReader, errorCode, given, type ReadFile } from './env-reader.ts';
import { type Fault, scrubFault } from './faults.ts';
import { type HookCredentials, readHookCredentials } from './hook-env.ts';
import { readHttp } from './http-env.ts';
import { readOutlets } from './outlet-env.ts';
import { leavePluginVariables, readStoreCredentials } from './plugin-credentials.ts';
import { type ParsePolicyResult, parsePolicy } from './policy.ts';
import type { DetectorNames, KnownParts } from './policy-schema.ts';
import type { SecretStoreNames } from './policy-secret-stores.ts';
import { type ProviderNames, readConnections } from './provider-env.ts';
import { readSlack } from './slack-env.ts';
import {
  DEFAULTS,
  isPluginVariable,
  LOG_LEVELS,
  type LogLevel,
  OTHER_NAMES,
  OWN_PREFIX,
  SECRET_FILE_NAME,
  VARIABLES,
} from './variables.ts';

export interface ReadConfigOptions {
  readonly env: Env;
  readonly readFile: ReadFile;
  readonly providers: readonly ProviderNames[];
  readonly detectors: readonly DetectorNames[];
  /** Left out by those who deploy nothing: hooks are not looked at then. */
  readonly deployHooks?: KnownParts['deployHooks'];
  /** The kinds of secret stores; left out by commands that need none. */
  readonly secretStores?: readonly SecretStoreNames[];
}

type PolicyOptions = Pick<ReadConfigOptions, 'providers' | 'detectors' | 'deployHooks' | 'secretStores'>;

export type ReadConfigResult =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly secrets: Secrets;
      /** Names of set variables that SDKs would read and we ignore on purpose. */
      readonly ignoredVariables: readonly string[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const DATABASE_URL = /^(:memory:$|[a-z]{2,}:)/i;

/** Reads environment and policy as a whole: a complete configuration, or every fault in it at once. */
export function readConfig(options: ReadConfigOptions): ReadConfigResult {
  const { env, readFile, providers } = options;
  const reader = new EnvReader(env, readFile);
  const slack = readSlack(reader);
  const connections = readConnections(reader, providers);
  const outlets = readOutlets(reader);
  const http = readHttp(reader);
  const paths = readPaths(reader);
  const logLevel = readLogLevel(reader);
  const production = isProduction(reader.text('NODE_ENV'));
  const policy = readPolicyFile(reader, paths.policyPath, options);
  const stores = readStores(reader, policy?.policy, options);
  const hookCredentials = readHooks(reader, policy?.policy, options);
  complainUnknown(reader);
  if (reader.faults.length > 0 || slack === undefined || policy === undefined) {
    return { ok: false, faults: reader.faults.map(scrubFault) };
  }

  return {
    ok: true,
    config: {
      production,
      slack: slack.config,
      connections: connections.map((part) => part.config),
      httpHost: http.host,
      outlets: outlets.config,
      ...paths,
      logLevel,
      policy: policy.policy,
      policySettings: policy.settings,
    },
    secrets: {
      slack: slack.secrets,
      connections: new Map(connections.map((part) => [part.config.connectionId, part.secrets])),
      outlets: outlets.secrets,
      deployHooks: hookCredentials,
      stores,
      ...(http.metricsToken === undefined ? {} : { metricsToken: http.metricsToken }),
    },
    ignoredVariables: ignoredVariables(reader, providers),
  };
}

/** Variables of hooks are no strangers where the hooks are not known. */
function readHooks(
  reader: EnvReader,
  policy: Policy | undefined,
  { deployHooks }: Pick<ReadConfigOptions, 'deployHooks'>,
): HookCredentials {
  if (policy !== undefined && deployHooks !== undefined) {
    return readHookCredentials(reader, policy.deployHooks, deployHooks);
  }
  leavePluginVariables(reader, 'KEYSTEWARD_HOOK');
  return new Map();
}

function readStores(
  reader: EnvReader,
  policy: Policy | undefined,
  { secretStores }: Pick<ReadConfigOptions, 'secretStores'>,
): ReturnType<typeof readStoreCredentials> {
  if (policy !== undefined && secretStores !== undefined) {
    return readStoreCredentials(reader, policy.secretStores, secretStores);
  }
  leavePluginVariables(reader, 'KEYSTEWARD_STORE');
  return new Map();
}

/** `production` in any case, and its short form: a slip must not open the way to the sandbox. */
export function isProduction(nodeEnv: string | undefined): boolean {
  return /^prod(uction)?$/i.test(nodeEnv?.trim() ?? '');
}

/** Where the database and its secret are, for the offline verbs: nothing else has to be configured for them. */
export function readPaths(reader: EnvReader): Pick<Config, 'databasePath' | 'policyPath' | 'secretPath'> {
  const databasePath = reader.text('KEYSTEWARD_DATABASE') ?? DEFAULTS.KEYSTEWARD_DATABASE;
  if (DATABASE_URL.test(databasePath)) {
    reader.complain('KEYSTEWARD_DATABASE', {
      problem: 'is not the path of a file',
      fix: `Write a path such as ${DEFAULTS.KEYSTEWARD_DATABASE}; the database is one SQLite file.`,
    });
  }
  const policyPath = reader.text('KEYSTEWARD_POLICY') ?? DEFAULTS.KEYSTEWARD_POLICY;
  const secretPath = reader.text('KEYSTEWARD_SECRET_FILE') ?? besideDatabase(databasePath);
  return { databasePath, policyPath, secretPath };
}

function besideDatabase(databasePath: string): string {
  const path = join(dirname(databasePath), SECRET_FILE_NAME);
  return databasePath.startsWith('./') ? `./${path}` : path;
}

function readLogLevel(reader: EnvReader): LogLevel {
  const text = reader.text('KEYSTEWARD_LOG_LEVEL') ?? DEFAULTS.KEYSTEWARD_LOG_LEVEL;
  const level = LOG_LEVELS.find((each) => each === text.toLowerCase());
  if (level !== undefined) return level;
  reader.complain('KEYSTEWARD_LOG_LEVEL', {
    problem: 'is not a log level',
    fix: `Write one of ${LOG_LEVELS.join(', ')}.`,
  });
  return DEFAULTS.KEYSTEWARD_LOG_LEVEL;
}

function complainUnknown(reader: EnvReader): void {
  const known = VARIABLES.map(({ name }) => name);
  for (const name of Object.keys(reader.env).sort()) {
    if (!name.startsWith(OWN_PREFIX) || reader.used.has(name)) continue;
    const ofPlugins = [...reader.used].filter(isPluginVariable);
    const meant = OTHER_NAMES.get(name) ?? nearestName(name, [...known, ...ofPlugins]);
    const list = known.filter((each) => each.startsWith(OWN_PREFIX)).join(', ');
    reader.complain(name, {
      problem: 'is not a variable that Keysteward reads',
      fix: meant === undefined ? `Remove it; there are ${list}.` : `Did you mean ${meant}? If not, remove it.`,
    });
  }
}

/** The policy; undefined where the reader has been told what is wrong with it. */
export function readPolicy(reader: EnvReader, path: string, options: PolicyOptions): Policy | undefined {
  return readPolicyFile(reader, path, options)?.policy;
}

function readPolicyFile(
  reader: EnvReader,
  path: string,
  { providers, detectors, deployHooks, secretStores }: PolicyOptions,
): (ParsePolicyResult & { readonly ok: true }) | undefined {
  let text: string | undefined;
  try {
    text = reader.readFile(path);
  } catch (error) {
    const problem = `cannot be read${errorCode(error)}`;
    reader.complain(path, { problem, fix: 'Make it a file that this user may read.' });
    return undefined;
  }
  if (text === undefined) {
    const fix = `Copy policy.example.yml to ${path} and write your channel and admins into it.`;
    reader.complain(path, { problem: 'does not exist', fix });
    return undefined;
  }
  const providerIds = providers.map(({ id }) => id);
  const parsed = parsePolicy(text, { file: path, detectors, deployHooks, secretStores, providerIds });
  if (parsed.ok) return parsed;
  reader.faults.push(...parsed.faults);
  return undefined;
}

/** Every set variable in the name space of a provider or of Slack that was not read above. */
function ignoredVariables(reader: EnvReader, providers: readonly ProviderNames[]): readonly string[] {
  const prefixes = ['SLACK_', ...providers.map(({ envPrefix }) => `${envPrefix}_`)];
  return Object.keys(reader.env)
    .filter((name) => given(reader.env, name) !== undefined && !reader.used.has(name))
    .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
    .sort();
}
