import type { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import { z } from 'zod';
import type { SecretStore, SecretStoreDefinition, StoreOptions } from '../ports/secret-store.ts';
import { buildStore, lookAt, type Session } from './lib/build-store.ts';
import { ASK, FORGET, pipedValue, quoted } from './lib/by-hand.ts';
import { textWith, valueAt } from './lib/fields.ts';
import { grpcStatus, toHttpFailure } from './lib/grpc.ts';
import { DEFAULT_TRANSPORT, type Link, linkOf, type Transport } from './lib/link.ts';
import { loadClient } from './lib/load.ts';
import { FIELD, placeOf } from './lib/reference.ts';
import { address, word } from './lib/settings.ts';
import { refused } from './lib/store-error.ts';

const PACKAGE = '@google-cloud/secret-manager';
// The secret is not there, or its newest version is disabled or destroyed.
const NOTHING_THERE = new Set([404, 400]);
const NEEDED = ['secretmanager.versions.access', 'secretmanager.versions.add'];

const settings = z.strictObject({
  project: word('the id of the project, such as acme-prod'),
  address: address.optional().describe('the address of a region’s own endpoint'),
});

export const googleSecretManager: SecretStoreDefinition = {
  id: 'google-secret-manager',
  title: 'Google Secret Manager',
  settings,
  credentials: [
    {
      suffix: 'CREDENTIALS',
      required: false,
      advice: 'Set the key file of a service account, or nothing to use what this machine has (ADC).',
      lines: 'many',
    },
  ],
  reference: {
    pattern: new RegExp(`^[A-Za-z0-9_-]{1,255}(#${FIELD})?$`),
    advice: 'a secret’s name, and a field where it holds JSON: {slug} or ai-keys#OPENAI_API_KEY',
  },
  connect: (options) => connectGoogle(options),
};

type ClientOptions = NonNullable<ConstructorParameters<typeof SecretManagerServiceClient>[0]>;

export interface GoogleTransport extends Transport {
  /** In place of the cloud's own ways to a token. */
  readonly authClient?: ClientOptions['authClient'];
}

export async function connectGoogle(
  options: StoreOptions,
  transport: GoogleTransport = DEFAULT_TRANSPORT,
): Promise<SecretStore> {
  const link = linkOf(googleSecretManager, options, transport);
  const sdk = await loadClient(link, [PACKAGE], () => import('@google-cloud/secret-manager'));
  const { project, address: endpoint } = settings.parse(options.settings);
  const { authClient } = transport;
  const client = new sdk.SecretManagerServiceClient({
    // Without gRPC: plain HTTPS goes through proxies, and errors keep their headers.
    fallback: true,
    projectId: project,
    ...(endpoint === undefined ? {} : endpointOf(endpoint)),
    ...credentialsOf(link, options),
    ...(authClient === undefined ? {} : { authClient }),
  });
  return googleStore({ link, project, client });
}

function endpointOf(text: string): Pick<ClientOptions, 'apiEndpoint' | 'port' | 'protocol'> {
  const { hostname, port, protocol } = new URL(text);
  return { apiEndpoint: hostname, protocol: protocol.slice(0, -1), ...(port === '' ? {} : { port: Number(port) }) };
}

function credentialsOf(link: Link, { credentials }: StoreOptions): Pick<ClientOptions, 'credentials'> {
  const file = credentials.get('CREDENTIALS')?.reveal();
  if (file === undefined) return {};
  try {
    return { credentials: z.looseObject({ type: z.string() }).parse(JSON.parse(file)) };
  } catch {
    throw refused(link, 'has CREDENTIALS that are no key file in JSON. Copy the file again as it was downloaded.');
  }
}

interface Parts {
  readonly link: Link;
  readonly project: string;
  readonly client: SecretManagerServiceClient;
}

interface Stored {
  readonly text: string;
  readonly version: string;
}

function googleStore(parts: Parts): SecretStore {
  const { link, project } = parts;
  return buildStore({
    link,
    kind: googleSecretManager.id,
    capabilities: { readBack: 'value', restore: true },
    provesWrite: true,
    open: async () => sessionOf(parts),
    byHand: (reference) => {
      const { path, field } = placeOf(link, reference);
      const all = `gcloud secrets versions access latest --secret=${quoted(path)} --project=${quoted(project)}`;
      const put = `gcloud secrets versions add ${quoted(path)} --project=${quoted(project)} --data-file=-`;
      return [ASK, `${pipedValue(field, all)} | ${put}`, FORGET];
    },
  });
}

function sessionOf({ link, project, client }: Parts): Session<Stored | null> {
  const once = { timeout: link.timeoutMs, maxRetries: 0, retry: { retryCodes: [] } };
  const nameOf = (path: string) => `projects/${project}/secrets/${path}`;
  const read = async (path: string, version = 'latest'): Promise<Stored | null> => {
    try {
      const name = `${nameOf(path)}/versions/${version}`;
      const [answer] = await client.accessSecretVersion({ name }, once);
      return { version: lastPart(answer.name), text: Buffer.from(answer.payload?.data ?? '').toString('utf8') };
    } catch (thrown) {
      if (NOTHING_THERE.has(grpcStatus(thrown) ?? 0)) return null;
      throw toHttpFailure(thrown);
    }
  };
  const add = async (path: string, text: string): Promise<string> => {
    try {
      const version = { parent: nameOf(path), payload: { data: Buffer.from(text, 'utf8') } };
      const [{ name }] = await client.addSecretVersion(version, once);
      return lastPart(name);
    } catch (thrown) {
      if (grpcStatus(thrown) !== 404) throw toHttpFailure(thrown);
      const command = `gcloud secrets create ${quoted(path)} --project=${quoted(project)}`;
      throw refused(link, `has no secret ${path} yet, and where it is kept is for you to say. Run: ${command}`);
    }
  };
  return {
    async look(reference) {
      const place = placeOf(link, reference);
      const stored = await read(place.path);
      if (stored === null) return { current: null, before: null };
      return lookAt(valueAt(link, place, stored.text), { version: stored.version, createdAt: null }, stored);
    },
    async put({ reference, value, before }) {
      const place = placeOf(link, reference);
      const version = await add(place.path, textWith(link, place, { text: before?.text ?? null, value }));
      // They are numbered one by one: another number means that somebody wrote between our look and our write.
      if (before === null || Number(version) === Number(before.version) + 1) return { version, createdAt: null };
      const why = `took a change of ${reference} by somebody else just before ours, which is version ${version}`;
      throw refused(link, `${why}. Compare it with the one before.`);
    },
    async earlier(reference, version) {
      const place = placeOf(link, reference);
      const stored = await read(place.path, encodeURIComponent(version));
      return stored === null ? null : valueAt(link, place, stored.text);
    },
    async prove(reference) {
      const { path } = placeOf(link, reference);
      const asked = { resource: nameOf(path), permissions: NEEDED };
      const [{ permissions }] = await client.testIamPermissions(asked, once).catch((thrown: unknown) => {
        throw toHttpFailure(thrown);
      });
      const absent = NEEDED.filter((one) => !permissions?.includes(one));
      if (absent.length > 0) throw refused(link, `does not give us ${absent.join(', ')} on ${path}. Grant it.`);
    },
  };
}

function lastPart(name: string | null | undefined): string {
  return name?.split('/').at(-1) ?? '';
}
