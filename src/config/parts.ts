import type { Policy } from '../domain/policy.ts';
import type { Secret } from '../domain/secret.ts';
import type { Address, Config, SlackCredential } from './config.ts';
import { type ReadConfigOptions, type ReadConfigResult, readConfig, readPaths, readPolicy } from './env.ts';
import { EnvReader } from './env-reader.ts';
import { type HookCredentials, readHookCredentials } from './hook-env.ts';
import { readStoreCredentials } from './plugin-credentials.ts';
import { type ConnectionPart, readConnections } from './provider-env.ts';
import { readBotToken, readCredential } from './slack-env.ts';
import { DEFAULTS } from './variables.ts';

/** What can be used of a configuration, however much of it is missing or wrong. */
export interface ConfigParts {
  readonly whole: ReadConfigResult;
  readonly slackAddress: Address;
  readonly botToken: Secret | undefined;
  readonly credential: SlackCredential | undefined;
  readonly connections: readonly ConnectionPart[];
  readonly policy: Policy | undefined;
  readonly deployHooks: HookCredentials;
  /** By the store's name, then by suffix. */
  readonly storeCredentials: ReadonlyMap<string, ReadonlyMap<string, Secret>>;
  readonly paths: Pick<Config, 'databasePath' | 'policyPath' | 'secretPath'>;
}

/** Reads each part by itself, so that one fault does not hide what is wrong, or right, elsewhere. */
export function readParts(options: ReadConfigOptions): ConfigParts {
  const { env, readFile, providers } = options;
  // `whole` has the faults; what this reader collects would be the same ones again.
  const reader = new EnvReader(env, readFile);
  const paths = readPaths(reader);
  const policy = readPolicy(reader, paths.policyPath, options);
  return {
    whole: readConfig(options),
    slackAddress: reader.address('SLACK_API_URL', DEFAULTS.SLACK_API_URL),
    botToken: readBotToken(reader),
    credential: readCredential(reader),
    connections: readConnections(reader, providers),
    policy,
    deployHooks: readHookCredentials(reader, policy?.deployHooks ?? [], options.deployHooks ?? []),
    storeCredentials: readStoreCredentials(reader, policy?.secretStores ?? [], options.secretStores ?? []),
    paths,
  };
}
