import type { InfisicalSDK } from '@infisical/sdk';
import { z } from 'zod';
import type { SecretStore, SecretStoreDefinition, StoreOptions } from '../ports/secret-store.ts';
import { buildStore, lookAt, type Session } from './lib/build-store.ts';
import { ASK, FORGET, quoted } from './lib/by-hand.ts';
import { DEFAULT_TRANSPORT, type Link, linkOf } from './lib/link.ts';
import { loadClient } from './lib/load.ts';
import { fieldPlaceOf } from './lib/reference.ts';
import { address, word } from './lib/settings.ts';
import { refused } from './lib/store-error.ts';
import { instantOf } from './lib/version.ts';
import { sendJson, WireFailure } from './lib/wire.ts';

const PACKAGE = '@infisical/sdk';

const settings = z.strictObject({
  address: address.default('https://app.infisical.com'),
  project: word('the project’s id, from its settings'),
});

const stored = z.object({
  secretValue: z.string(),
  secretValueHidden: z.boolean().default(false),
  version: z.number(),
  updatedAt: z.string().nullish(),
});
// Where changes need an approval, the answer is the request for one and nothing has changed.
const writeAnswer = z.object({ secret: stored.pick({ version: true, updatedAt: true }).optional() });

const identity = 'Set TOKEN, or CLIENT_ID and CLIENT_SECRET of a machine identity (Universal Auth).';

export const infisical: SecretStoreDefinition = {
  id: 'infisical',
  title: 'Infisical',
  settings,
  credentials: [
    { suffix: 'TOKEN', required: false, advice: identity },
    { suffix: 'CLIENT_ID', required: false, advice: identity },
    { suffix: 'CLIENT_SECRET', required: false, advice: identity },
  ],
  missing: (_, given) =>
    given.has('TOKEN') ? [] : ['CLIENT_ID', 'CLIENT_SECRET'].filter((suffix) => !given.has(suffix)),
  reference: {
    pattern: /^[a-z0-9-]+(\/[A-Za-z0-9_-]+)*#[A-Za-z_][A-Za-z0-9_-]{0,199}$/,
    advice: 'environment, folder and name: prod/ai#{SLUG}_API_KEY',
  },
  connect: (options) => connectInfisical(options),
};

export async function connectInfisical(options: StoreOptions, transport = DEFAULT_TRANSPORT): Promise<SecretStore> {
  const link = linkOf(infisical, options, transport);
  const { InfisicalSDK: Sdk } = await loadClient(link, [PACKAGE], () => import('@infisical/sdk'));
  const own = settings.parse(options.settings);
  const [token, clientId, clientSecret] = ['TOKEN', 'CLIENT_ID', 'CLIENT_SECRET'].map((suffix) =>
    options.credentials.get(suffix)?.reveal(),
  );
  /** One client for each operation, logged in anew: no token grows old in memory. */
  const open = async (signal: AbortSignal) => {
    const client = new Sdk({ siteUrl: own.address });
    const run = runThrough(client, own.address, signal);
    if (token !== undefined) client.auth().accessToken(token);
    else
      await run(() =>
        client.auth().universalAuth.login({ clientId: clientId ?? '', clientSecret: clientSecret ?? '' }),
      );
    return sessionOf({ link, projectId: own.project, secrets: client.secrets(), run });
  };
  return buildStore({
    link,
    kind: infisical.id,
    capabilities: { readBack: 'value', restore: true },
    provesWrite: false,
    open,
    byHand: (reference) => {
      const { name, environment, secretPath } = partsOf(link, reference);
      const target = `--projectId ${quoted(own.project)} --env ${environment} --path ${quoted(secretPath)}`;
      return [ASK, `infisical secrets set ${target} "${name}=$VALUE" > /dev/null`, FORGET];
    },
  });
}

type Run = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * The client repeats writes that it has not heard of, for minutes, and cannot be told not to: it gets our transport.
 * What that throws it turns into a text; the result runs a call and throws the original instead.
 */
function runThrough(client: InfisicalSDK, base: string, signal: AbortSignal): Run {
  const inner: unknown = Reflect.get(client, 'apiClient');
  if (typeof inner !== 'object' || inner === null || typeof Reflect.get(inner, 'request') !== 'function') {
    throw new TypeError('the client has another transport than the one that is known');
  }
  let failure: unknown;
  Reflect.set(inner, 'request', async (...[method, path, body, config]: Sent) => {
    const headers = { ...headersOf(Reflect.get(inner, 'defaultHeaders')), ...config?.headers };
    const json: unknown = typeof body === 'string' ? JSON.parse(body) : undefined;
    try {
      return (await sendJson({ method, url: urlOf(base, path, config), headers, json, signal })).body;
    } catch (thrown) {
      failure = thrown;
      throw thrown;
    }
  });
  return async (work) => {
    failure = undefined;
    try {
      return await work();
    } catch (thrown) {
      throw failure ?? thrown;
    }
  };
}

type Sent = [method: string, path: string, body: unknown, config?: Config];

interface Config {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

function urlOf(base: string, path: string, config: Config | undefined): string {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(config?.params ?? {})) {
    if (value !== undefined && value !== null) url.searchParams.append(name, String(value));
  }
  return url.href;
}

function headersOf(value: unknown): Readonly<Record<string, string>> {
  return z.record(z.string(), z.string()).catch({}).parse(value);
}

interface Parts {
  readonly link: Link;
  readonly projectId: string;
  readonly secrets: ReturnType<InfisicalSDK['secrets']>;
  readonly run: Run;
}

function sessionOf({ link, projectId, secrets, run }: Parts): Session<{ readonly isThere: boolean }> {
  const read = async (reference: string, version?: number) => {
    const { name, ...place } = partsOf(link, reference);
    const asked = { ...place, projectId, secretName: name, expandSecretReferences: false };
    try {
      const answer = await run(() => secrets.getSecret({ ...asked, ...(version === undefined ? {} : { version }) }));
      const secret = stored.parse(answer);
      if (!secret.secretValueHidden) return secret;
    } catch (thrown) {
      if (thrown instanceof WireFailure && thrown.status === 404) return null;
      throw thrown;
    }
    throw refused(link, `does not show us the value of ${reference}. Grant the identity “Read Value” on secrets.`);
  };
  return {
    async look(reference) {
      const secret = await read(reference);
      if (secret === null) return { current: null, before: { isThere: false } };
      return lookAt(secret.secretValue, versionOf(secret), { isThere: true });
    },
    async put({ reference, value, before }) {
      const { name, ...place } = partsOf(link, reference);
      const secret = { ...place, projectId, secretValue: value };
      const answer: unknown = await run(() =>
        before.isThere ? secrets.updateSecret(name, secret) : secrets.createSecret(name, secret),
      );
      const { secret: written } = writeAnswer.parse(answer);
      if (written !== undefined) return versionOf(written);
      throw refused(
        link,
        `asks for an approval before ${reference} changes. Approve it there, or exempt the identity.`,
      );
    },
    async earlier(reference, version) {
      return (await read(reference, Number(version)))?.secretValue ?? null;
    },
    // A folder that is not there would pass for a name that is not there yet.
    async prove(reference) {
      const { name: _, ...place } = partsOf(link, reference);
      await run(() => secrets.listSecrets({ ...place, projectId, viewSecretValue: false }));
    },
  };
}

function versionOf({ version, updatedAt }: Pick<z.output<typeof stored>, 'version' | 'updatedAt'>) {
  return { version: String(version), createdAt: instantOf(updatedAt) };
}

function partsOf(link: Link, reference: string) {
  const { path, field: name } = fieldPlaceOf(link, reference);
  const [environment = '', ...folders] = path.split('/');
  return { environment, secretPath: `/${folders.join('/')}`, name };
}
