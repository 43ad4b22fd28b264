import type { AdminKeyForm } from '../ports/provider.ts';
import type { ConnectionConfig, ConnectionSecrets } from './config.ts';
import { type EnvReader, type GivenSecret, given } from './env-reader.ts';
import { wrongAdminKey } from './value-checks.ts';

/** What configuration needs to know of a provider; a part of its definition. */
export interface ProviderNames {
  readonly id: string;
  readonly title: string;
  readonly envPrefix: string;
  readonly defaultBaseUrl: string;
  readonly adminKeyForm?: AdminKeyForm;
}

export interface ConnectionPart {
  readonly config: ConnectionConfig;
  readonly secrets: ConnectionSecrets;
}

type Right = 'both' | 'read' | 'write';

/** Every variable of one connection, by what it may do. */
interface KeySet {
  readonly suffix: string;
  readonly keys: Partial<Record<Right, GivenSecret>>;
  readonly rights: Set<Right>;
}

const AFTER_ADMIN_KEY = /^(?:_(READ|WRITE))?(?:__([A-Za-z0-9]+(?:_[A-Za-z0-9]+)*))?$/;
const RESERVED_NAMES = new Set(['READ', 'WRITE']);

/** The provider of a connection, also of one that is no longer configured: `openai:acme` → `openai`. */
export function providerIdOf(connectionId: string): string {
  return connectionId.split(':', 1)[0] ?? connectionId;
}

/** The admin keys of all providers. At least one is needed. */
export function readConnections(reader: EnvReader, providers: readonly ProviderNames[]): readonly ConnectionPart[] {
  const parts = providers.flatMap((provider) => readProvider(reader, provider));
  if (!providers.some((provider) => adminKeyNames(reader.env, provider).length > 0)) {
    reader.complain(providers.map(({ envPrefix }) => `${envPrefix}_ADMIN_KEY`).join(' or '), {
      problem: 'is missing',
      fix: 'Set the admin key of at least one provider. An admin key lists keys and usage; an inference key cannot.',
    });
  }
  complainTwice(reader, parts);
  return parts;
}

/** Names of the variables that hold, or try to hold, an admin key of this provider. */
export function adminKeyNames(
  env: EnvReader['env'],
  { envPrefix }: Pick<ProviderNames, 'envPrefix'>,
): readonly string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(`${envPrefix}_ADMIN_KEY`) && given(env, name) !== undefined)
    .sort();
}

function readProvider(reader: EnvReader, provider: ProviderNames): readonly ConnectionPart[] {
  const names = adminKeyNames(reader.env, provider);
  // Without a key the address is an ambient variable of somebody else's SDK, and none of our business.
  if (names.length === 0) return [];
  const address = reader.address(`${provider.envPrefix}_BASE_URL`, provider.defaultBaseUrl);
  const sets = collectKeys(reader, provider, names);
  return [...sets].flatMap(([connectionId, set]) => {
    if (address.isDefault) complainForm(reader, provider.adminKeyForm, set);
    const secrets = settleRights(reader, `${provider.envPrefix}_ADMIN_KEY`, set);
    if (secrets === undefined) return [];
    const writable = secrets.writeKey !== undefined;
    return [{ config: { connectionId, providerId: provider.id, title: provider.title, address, writable }, secrets }];
  });
}

function collectKeys(reader: EnvReader, provider: ProviderNames, names: readonly string[]): Map<string, KeySet> {
  const base = `${provider.envPrefix}_ADMIN_KEY`;
  const sets = new Map<string, KeySet>();
  for (const name of new Set(names.map((each) => each.replace(/_FILE$/, '')))) {
    const match = AFTER_ADMIN_KEY.exec(name.slice(base.length));
    if (match === null || RESERVED_NAMES.has(match[2] ?? '')) {
      reader.complain(name, misnamed(base, name.slice(base.length)));
      continue;
    }
    const label = match[2] ?? '';
    const right: Right = match[1] === 'READ' ? 'read' : match[1] === 'WRITE' ? 'write' : 'both';
    const connectionId = label === '' ? provider.id : `${provider.id}:${label.toLowerCase().replaceAll('_', '-')}`;
    const set = sets.get(connectionId) ?? { suffix: label === '' ? '' : `__${label}`, keys: {}, rights: new Set() };
    sets.set(connectionId, set);
    if (set.rights.has(right)) {
      reader.complain(name, { problem: 'differs from another variable only in case', fix: 'Keep one of the two.' });
      continue;
    }
    set.rights.add(right);
    const secret = reader.secret(name);
    if (secret !== undefined) set.keys[right] = secret;
  }
  return sets;
}

function misnamed(base: string, rest: string): { problem: string; fix: string } {
  const right = /^_{1,2}(READ|WRITE)(?=_|$)/.exec(rest)?.[1];
  const label = rest
    .replace(/^_{1,2}(?:READ|WRITE)(?=_|$)/, '')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  if (!rest.startsWith('_')) return { problem: 'is not a name that is read', fix: `Write ${base}.` };
  const meant = `${base}${right === undefined ? '' : `_${right}`}${label === '' ? '' : `__${label}`}`;
  return { problem: 'is not a name that is read', fix: `Write ${meant}; a name follows after two underscores.` };
}

/** Decides which key reads and which writes. A plain key serves both; a read key alone leaves the acts to the console. */
function settleRights(
  reader: EnvReader,
  base: string,
  { suffix, keys, rights }: KeySet,
): ConnectionSecrets | undefined {
  const name = { both: `${base}${suffix}`, read: `${base}_READ${suffix}`, write: `${base}_WRITE${suffix}` };
  if (rights.has('both') && rights.size > 1) {
    reader.complain(name.both, {
      problem: 'is set together with a key for reading or writing only',
      fix: `Keep ${name.both} for both, or ${name.read} and ${name.write} apart.`,
    });
    return undefined;
  }
  if (rights.has('write') && !rights.has('read') && !rights.has('both')) {
    reader.complain(name.write, {
      problem: 'has no read key beside it',
      fix: `Add ${name.read}, or rename it to ${name.both} if it may read and write.`,
    });
    return undefined;
  }
  if (keys.both !== undefined) return { readKey: keys.both.secret, writeKey: keys.both.secret };
  if (keys.read === undefined || (rights.has('write') && keys.write === undefined)) return undefined;
  return { readKey: keys.read.secret, writeKey: keys.write?.secret };
}

function complainForm(reader: EnvReader, form: AdminKeyForm | undefined, { keys }: KeySet): void {
  if (form === undefined) return;
  for (const key of Object.values(keys)) {
    const wrong = wrongAdminKey(form, key.secret.reveal());
    if (wrong !== undefined) reader.complain(key.where, wrong);
  }
}

function complainTwice(reader: EnvReader, parts: readonly ConnectionPart[]): void {
  const seen = new Map<string, string>();
  for (const { config, secrets } of parts) {
    const value = `${config.providerId} ${secrets.readKey.reveal()}`;
    const first = seen.get(value);
    if (first === undefined) seen.set(value, config.connectionId);
    else {
      reader.complain(config.connectionId, {
        problem: `has the same admin key as ${first}, so its spend would be counted twice`,
        fix: 'Remove one of the two.',
      });
    }
  }
}
