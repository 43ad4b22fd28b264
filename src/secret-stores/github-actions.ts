import type { Octokit } from '@octokit/rest';
import { z } from 'zod';
import type { SecretStore, SecretStoreDefinition, StoreOptions } from '../ports/secret-store.ts';
import { buildStore, type Session } from './lib/build-store.ts';
import { failureOf } from './lib/failure.ts';
import { DEFAULT_TRANSPORT, type Link, linkOf } from './lib/link.ts';
import { loadClient } from './lib/load.ts';
import { fieldPlaceOf } from './lib/reference.ts';
import { address } from './lib/settings.ts';
import { versionAt } from './lib/version.ts';

const PACKAGES = ['@octokit/rest', 'libsodium-wrappers'];

const settings = z.strictObject({ address: address.default('https://api.github.com') });
const secretAnswer = z.object({ updated_at: z.string() });

export const githubActions: SecretStoreDefinition = {
  id: 'github-actions',
  title: 'GitHub Actions secrets',
  settings,
  credentials: [
    {
      suffix: 'TOKEN',
      required: true,
      advice: 'Make a fine-grained token for the repository with Secrets (and Environments): read and write.',
    },
  ],
  reference: {
    pattern: /^[A-Za-z0-9-]+\/[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)?#(?!GITHUB_)[A-Z_][A-Z0-9_]{0,99}$/,
    advice:
      'owner, repository, an environment where it is one’s own, and the name in capitals: acme/api#{SLUG}_API_KEY',
  },
  connect: (options) => connectGithub(options),
};

/** Closes a value so that only GitHub can open it. */
type Seal = (value: string, publicKey: string) => string;

export async function connectGithub(options: StoreOptions, transport = DEFAULT_TRANSPORT): Promise<SecretStore> {
  const link = linkOf(githubActions, options, transport);
  const [{ Octokit: Client }, { default: sodium }] = await loadClient(link, PACKAGES, () =>
    Promise.all([import('@octokit/rest'), import('libsodium-wrappers')]),
  );
  await sodium.ready;
  const { ORIGINAL } = sodium.base64_variants;
  const seal: Seal = (value, publicKey) =>
    sodium.to_base64(sodium.crypto_box_seal(value, sodium.from_base64(publicKey, ORIGINAL)), ORIGINAL);
  const quiet = () => {};
  const client = new Client({
    auth: options.credentials.get('TOKEN')?.reveal(),
    baseUrl: settings.parse(options.settings).address,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  return githubStore({ link, client, seal });
}

interface Parts {
  readonly link: Link;
  readonly client: Octokit;
  readonly seal: Seal;
}

/** Values cannot be read back there, nor do they have versions: the instant of the change is all that is told. */
function githubStore({ link, client, seal }: Parts): SecretStore {
  return buildStore({
    link,
    kind: githubActions.id,
    capabilities: { readBack: 'metadata', restore: false },
    provesWrite: false,
    open: async (signal) => sessionOf({ link, client, seal, signal }),
    byHand: (reference) => {
      const { owner, repo, environment, name } = partsOf(link, reference);
      // Without a value it asks for one.
      return [`gh secret set ${name} --repo ${owner}/${repo}${environment === null ? '' : ` --env ${environment}`}`];
    },
  });
}

interface SessionParts extends Parts {
  readonly signal: AbortSignal;
}

function sessionOf({ link, client, seal, signal }: SessionParts): Session<null> {
  const { actions } = client.rest;
  const request = { signal };
  const read = async (reference: string) => {
    const { environment, name: secret_name, ...repo } = partsOf(link, reference);
    const asked = { ...repo, secret_name, request };
    try {
      const { data } =
        environment === null
          ? await actions.getRepoSecret(asked)
          : await actions.getEnvironmentSecret({ ...asked, environment_name: environment });
      return versionAt(secretAnswer.parse(data).updated_at);
    } catch (thrown) {
      if (failureOf(thrown).status === 404) return null;
      throw thrown;
    }
  };
  const publicKey = async (reference: string) => {
    const { environment, name: _, ...repo } = partsOf(link, reference);
    const { data } =
      environment === null
        ? await actions.getRepoPublicKey({ ...repo, request })
        : await actions.getEnvironmentPublicKey({ ...repo, environment_name: environment, request });
    return data;
  };
  return {
    async look(reference) {
      const version = await read(reference);
      return { current: version === null ? null : { ...version, value: null }, before: null };
    },
    async put({ reference, value }) {
      const { environment, name: secret_name, ...repo } = partsOf(link, reference);
      const { key, key_id } = await publicKey(reference);
      const sealed = { ...repo, secret_name, key_id, encrypted_value: seal(value, key), request };
      if (environment === null) await actions.createOrUpdateRepoSecret(sealed);
      else await actions.createOrUpdateEnvironmentSecret({ ...sealed, environment_name: environment });
      return (await read(reference)) ?? versionAt(null);
    },
    // A repository that we may not see would pass for a secret that is not there yet.
    async prove(reference) {
      await publicKey(reference);
    },
  };
}

function partsOf(link: Link, reference: string) {
  const { path, field: name } = fieldPlaceOf(link, reference);
  const [owner = '', repo = '', environment = null] = path.split('/');
  return { owner, repo, environment, name };
}
