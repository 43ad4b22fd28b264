import type { Secret } from '../domain/secret.ts';
import type { CredentialName } from '../ports/secret-store.ts';
import { type EnvReader, given } from './env-reader.ts';
import { isPluginVariable, type PluginPrefix } from './variables.ts';

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

/** Variables of plug-ins are no strangers while policy, which names the plug-ins, cannot be read. */
export function leavePluginVariables(reader: EnvReader): void {
  for (const name of Object.keys(reader.env)) {
    if (isPluginVariable(name) && given(reader.env, name) !== undefined) reader.used.add(name);
  }
}
