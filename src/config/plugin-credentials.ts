import type { Secret } from '../domain/secret.ts';
import type { SecretStoreEntry } from '../domain/secret-place.ts';
import type { CredentialName, SecretStoreDefinition } from '../ports/secret-store.ts';
import { type EnvReader, given } from './env-reader.ts';
import type { PluginPrefix } from './variables.ts';

/** Names in policy that make a variable: `main`, `eu-west`. */
export const PLUGIN_NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
export const PLUGIN_NAME_ADVICE = 'a name of small letters, digits and single hyphens such as main or eu-west';

interface PluginNames {
  readonly prefix: PluginPrefix;
  /** As in policy. */
  readonly name: string;
}

export interface PluginCredentialsOptions extends PluginNames {
  readonly credentials: readonly CredentialName[];
}

/** `KEYSTEWARD_STORE_EU_WEST_TOKEN` for the store `eu-west`. */
export function pluginVariable({ prefix, name }: PluginNames, suffix: string): string {
  return `${prefix}_${name.toUpperCase().replaceAll('-', '_')}_${suffix}`;
}

/** The credentials of one store or hook by their suffix; the reader hears of each that is missing or wrong. */
export function readPluginCredentials(
  reader: EnvReader,
  { prefix, name, credentials }: PluginCredentialsOptions,
): ReadonlyMap<string, Secret> {
  const found = new Map<string, Secret>();
  for (const { suffix, required, advice, lines } of credentials) {
    const variable = pluginVariable({ prefix, name }, suffix);
    const secret = reader.secret(variable, lines)?.secret;
    if (secret !== undefined) found.set(suffix, secret);
    else if (required && !reader.has(variable)) reader.complain(variable, { problem: 'is missing', fix: advice });
  }
  return found;
}

type StoreNames = Pick<SecretStoreDefinition, 'id' | 'credentials' | 'missing'>;

/** The credentials of every configured store, by the store's name. */
export function readStoreCredentials(
  reader: EnvReader,
  stores: readonly SecretStoreEntry[],
  kinds: readonly StoreNames[],
): ReadonlyMap<string, ReadonlyMap<string, Secret>> {
  return new Map(
    stores.map((entry) => {
      const definition = kinds.find(({ id }) => id === entry.kind);
      return [entry.name, definition === undefined ? new Map() : credentialsOf(reader, entry, definition)] as const;
    }),
  );
}

function credentialsOf(
  reader: EnvReader,
  { name, settings }: SecretStoreEntry,
  { credentials, missing }: StoreNames,
): ReadonlyMap<string, Secret> {
  const plugin = { prefix: 'KEYSTEWARD_STORE', name } as const;
  const found = readPluginCredentials(reader, { ...plugin, credentials });
  for (const suffix of missing?.(settings, new Set(found.keys())) ?? []) {
    const variable = pluginVariable(plugin, suffix);
    if (reader.has(variable)) continue;
    const fix = credentials.find((one) => one.suffix === suffix)?.advice ?? '';
    reader.complain(variable, { problem: 'is missing', fix });
  }
  return found;
}

/** Variables of plug-ins are no strangers while policy, which names the plug-ins, cannot be read. */
export function leavePluginVariables(reader: EnvReader, prefix: PluginPrefix): void {
  for (const name of Object.keys(reader.env)) {
    if (name.startsWith(`${prefix}_`) && given(reader.env, name) !== undefined) reader.used.add(name);
  }
}
