import { readFile } from 'node:fs/promises';
import type { client as VaultClient } from 'node-vault';
import { z } from 'zod';
import type { SecretStore, SecretStoreDefinition, StoreOptions } from '../ports/secret-store.ts';
import { buildStore, lookAt, type Session } from './lib/build-store.ts';
import { ASK, FORGET, GIVE, quoted } from './lib/by-hand.ts';
import { type Fields, fieldOf, isFields, keepable } from './lib/fields.ts';
import { DEFAULT_TRANSPORT, type Link, linkOf } from './lib/link.ts';
import { loadClient } from './lib/load.ts';
import { FIELD, fieldPlaceOf } from './lib/reference.ts';
import { address, word } from './lib/settings.ts';
import { conflict, refused } from './lib/store-error.ts';
import { instantOf } from './lib/version.ts';
import { sendJson, WireFailure } from './lib/wire.ts';

const PACKAGE = 'node-vault';
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const WRITE_RIGHTS = ['create', 'update', 'root', 'sudo'];
const EXAMPLE = 'a path below the mount and a field: ai/{slug}#OPENAI_API_KEY';

const settings = z.strictObject({
  address: address.describe('the address of Vault or OpenBao, such as https://vault.example:8200'),
  mount: word('the path of a KV version 2 mount, such as secret').default('secret'),
  namespace: word('a namespace such as team-a').optional(),
  kubernetes_role: word('the role of the Kubernetes auth method that this service account has').optional(),
  kubernetes_mount: word('the path of the Kubernetes auth method').default('kubernetes'),
});
type Settings = z.output<typeof settings>;

const versionData = z.object({ version: z.number(), created_time: z.string().optional() });
const readAnswer = z.object({
  data: z.object({ data: z.record(z.string(), z.unknown()).nullable(), metadata: versionData }),
});
const writeAnswer = z.object({ data: versionData });
const loginAnswer = z.object({ auth: z.object({ client_token: z.string() }) });
const rightsAnswer = z.object({ data: z.object({ capabilities: z.array(z.string()) }) });

export const vault: SecretStoreDefinition = {
  id: 'vault',
  title: 'HashiCorp Vault or OpenBao',
  settings,
  credentials: [
    {
      suffix: 'TOKEN',
      required: false,
      advice: 'Set a token, or a role’s ROLE_ID and SECRET_ID (AppRole), or kubernetes_role in policy.yml.',
    },
    { suffix: 'ROLE_ID', required: false, advice: 'Set the role id of the AppRole whose SECRET_ID is set.' },
    { suffix: 'SECRET_ID', required: false, advice: 'Set a secret id of the AppRole whose ROLE_ID is set.' },
  ],
  missing: ({ kubernetes_role }, given) => {
    if (given.has('ROLE_ID') !== given.has('SECRET_ID')) return given.has('ROLE_ID') ? ['SECRET_ID'] : ['ROLE_ID'];
    return kubernetes_role !== undefined || given.has('TOKEN') || given.has('ROLE_ID') ? [] : ['TOKEN'];
  },
  reference: { pattern: new RegExp(`^(?!.*\\.\\.)[A-Za-z0-9_][A-Za-z0-9_./-]*#${FIELD}$`), advice: EXAMPLE },
  connect: (options) => connectVault(options),
};

export async function connectVault(options: StoreOptions, transport = DEFAULT_TRANSPORT): Promise<SecretStore> {
  const link = linkOf(vault, options, transport);
  const { default: createClient } = await loadClient(link, [PACKAGE], () => import('node-vault'));
  const own = settings.parse(options.settings);
  const connect = async (signal: AbortSignal) => {
    const client = createClient({
      endpoint: own.address,
      // It prints what is written where DEBUG is set.
      debug: () => {},
      'request-promise': { defaults: () => senderOf(signal) },
    });
    // What is not said here it takes from the environment.
    Object.assign(client, { namespace: own.namespace, pathPrefix: '', token: '' });
    client.token = await tokenOf(client, own, options);
    return client;
  };
  return vaultStore({ link, mount: own.mount, connect });
}

/** The client's own transport neither ends in time nor passes headers on. */
function senderOf(signal: AbortSignal) {
  return async ({ method, uri, headers, json }: Sent) => {
    const { status, body } = await sendJson({
      method,
      url: uri,
      headers,
      signal,
      json: isFields(json) ? json : undefined,
    });
    return { statusCode: status, body, request: { path: new URL(uri).pathname } };
  };
}

interface Sent {
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** Logged in anew for each operation: there are few, and no token grows old in memory. */
async function tokenOf(client: VaultClient, own: Settings, { credentials }: StoreOptions): Promise<string> {
  const token = credentials.get('TOKEN')?.reveal();
  if (token !== undefined) return token;
  const role_id = credentials.get('ROLE_ID')?.reveal();
  if (role_id !== undefined) {
    const answer: unknown = await client.approleLogin({ role_id, secret_id: credentials.get('SECRET_ID')?.reveal() });
    return loginAnswer.parse(answer).auth.client_token;
  }
  const jwt = (await readFile(SERVICE_ACCOUNT_TOKEN, 'utf8')).trim();
  const login = { mount_point: own.kubernetes_mount, role: own.kubernetes_role, jwt };
  return loginAnswer.parse(await client.kubernetesLogin(login)).auth.client_token;
}

interface Parts {
  readonly link: Link;
  readonly mount: string;
  readonly connect: (signal: AbortSignal) => Promise<VaultClient>;
}

/** What is at a path: version 0 where there was never anything, no fields where the newest is deleted. */
interface Stored {
  readonly fields: Fields | null;
  readonly version: number;
  readonly createdAt: number | null;
}

function vaultStore({ link, mount, connect }: Parts): SecretStore {
  return buildStore({
    link,
    kind: vault.id,
    capabilities: { readBack: 'value', restore: true },
    provesWrite: true,
    open: async (signal) => sessionOf(link, mount, await connect(signal)),
    byHand: (reference) => {
      const { path, field } = fieldPlaceOf(link, reference);
      return [ASK, `${GIVE} | vault kv patch -mount=${quoted(mount)} ${quoted(path)} ${field}=-`, FORGET];
    },
  });
}

function sessionOf(link: Link, mount: string, client: VaultClient): Session<Stored> {
  const read = async (path: string, query = ''): Promise<Stored> => {
    try {
      return storedOf(await client.read(`${mount}/data/${path}${query}`));
    } catch (thrown) {
      if (thrown instanceof WireFailure && thrown.status === 404) return deletedOf(thrown.body());
      throw thrown;
    }
  };
  return {
    async look(reference) {
      const { path, field } = fieldPlaceOf(link, reference);
      const before = await read(path);
      const value = before.fields === null ? null : fieldOf(link, before.fields, field);
      return lookAt(value, { version: String(before.version), createdAt: before.createdAt }, before);
    },
    async put({ reference, value, before: { fields, version: cas } }) {
      const { path, field } = fieldPlaceOf(link, reference);
      const data = { ...keepable(link, fields ?? {}), [field]: value };
      try {
        const answer: unknown = await client.write(`${mount}/data/${path}`, { data, options: { cas } });
        const { version, created_time } = writeAnswer.parse(answer).data;
        return { version: String(version), createdAt: instantOf(created_time) };
      } catch (thrown) {
        throw isStale(thrown) ? conflict(link, reference) : thrown;
      }
    },
    async earlier(reference, version) {
      const { path, field } = fieldPlaceOf(link, reference);
      const { fields } = await read(path, `?version=${encodeURIComponent(version)}`);
      return fields === null ? null : fieldOf(link, fields, field);
    },
    async prove(reference) {
      const path = `${mount}/data/${fieldPlaceOf(link, reference).path}`;
      const answer: unknown = await client.write('sys/capabilities-self', { paths: [path] });
      const { capabilities } = rightsAnswer.parse(answer).data;
      if (capabilities.some((right) => WRITE_RIGHTS.includes(right))) return;
      throw refused(link, `does not allow us to write ${path}. Grant create and update on it.`);
    },
  };
}

function storedOf(answer: unknown): Stored {
  const { data, metadata } = readAnswer.parse(answer).data;
  return { fields: data, version: metadata.version, createdAt: instantOf(metadata.created_time) };
}

/** A deleted version is told with status 404 too, with its number, which the next write has to name. */
function deletedOf(body: unknown): Stored {
  const deleted = readAnswer.safeParse(body);
  return deleted.success ? { ...storedOf(body), fields: null } : { fields: null, version: 0, createdAt: null };
}

function isStale(thrown: unknown): boolean {
  if (!(thrown instanceof WireFailure) || thrown.status !== 400) return false;
  return JSON.stringify(thrown.body()).includes('check-and-set parameter did not match');
}
