import type { TokenCredential } from '@azure/identity';
import type { KeyVaultSecret, SecretClient } from '@azure/keyvault-secrets';
import { z } from 'zod';
import type { SecretStore, SecretStoreDefinition, StoreOptions } from '../ports/secret-store.ts';
import { buildStore, lookAt, type Session } from './lib/build-store.ts';
import { ASK, FORGET, pipedValue, quoted } from './lib/by-hand.ts';
import { failureOf } from './lib/failure.ts';
import { textWith, valueAt } from './lib/fields.ts';
import { DEFAULT_TRANSPORT, type Link, linkOf, type Transport } from './lib/link.ts';
import { loadClient } from './lib/load.ts';
import { FIELD, placeOf } from './lib/reference.ts';
import { address } from './lib/settings.ts';
import { refused } from './lib/store-error.ts';
import { instantOf } from './lib/version.ts';

const PACKAGES = ['@azure/keyvault-secrets', '@azure/identity'];
const SECRETS: readonly string[] = ['TENANT_ID', 'CLIENT_ID', 'CLIENT_SECRET'];

const settings = z.strictObject({
  address: address.describe('the address of the vault: https://acme.vault.azure.net'),
});

const trio = 'Set TENANT_ID, CLIENT_ID and CLIENT_SECRET of an app registration, or none to use the managed identity.';

export const azureKeyVault: SecretStoreDefinition = {
  id: 'azure-key-vault',
  title: 'Azure Key Vault',
  settings,
  credentials: SECRETS.map((suffix) => ({ suffix, required: false, advice: trio })),
  missing: (_, given) => {
    const absent = SECRETS.filter((suffix) => !given.has(suffix));
    // A client id alone names one of several managed identities.
    return given.has('CLIENT_SECRET') || given.has('TENANT_ID') ? absent : [];
  },
  reference: {
    pattern: new RegExp(`^[A-Za-z0-9-]{1,127}(#${FIELD})?$`),
    advice: 'a secret’s name of letters, digits and hyphens, and a field where it holds JSON: ai-{slug}',
  },
  connect: (options) => connectAzure(options),
};

export interface AzureTransport extends Transport {
  /** In place of the cloud's own ways to a token. */
  readonly credential?: TokenCredential;
}

export async function connectAzure(
  options: StoreOptions,
  transport: AzureTransport = DEFAULT_TRANSPORT,
): Promise<SecretStore> {
  const link = linkOf(azureKeyVault, options, transport);
  const sdk = await loadClient(link, PACKAGES, () => import('@azure/keyvault-secrets'));
  const { address: vaultUrl } = settings.parse(options.settings);
  // Only this machine is ever spoken to without TLS, and it is no part of Azure.
  const isLocal = vaultUrl.startsWith('http:');
  const client = new sdk.SecretClient(vaultUrl, transport.credential ?? (await credentialOf(link, options)), {
    retryOptions: { maxRetries: 0 },
    allowInsecureConnection: isLocal,
    disableChallengeResourceVerification: isLocal,
  });
  return azureStore({ link, client, vault: new URL(vaultUrl).hostname.split('.')[0] ?? '' });
}

async function credentialOf(link: Link, { credentials }: StoreOptions): Promise<TokenCredential> {
  const identity = await loadClient(link, PACKAGES, () => import('@azure/identity'));
  const [tenantId, clientId, clientSecret] = SECRETS.map((suffix) => credentials.get(suffix)?.reveal());
  if (tenantId !== undefined && clientId !== undefined && clientSecret !== undefined) {
    return new identity.ClientSecretCredential(tenantId, clientId, clientSecret);
  }
  return new identity.DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId });
}

interface Parts {
  readonly link: Link;
  readonly client: SecretClient;
  readonly vault: string;
}

function azureStore({ link, client, vault }: Parts): SecretStore {
  return buildStore({
    link,
    kind: azureKeyVault.id,
    capabilities: { readBack: 'value', restore: true },
    provesWrite: false,
    open: async (signal) => sessionOf(link, client, signal),
    byHand: (reference) => {
      const { path, field } = placeOf(link, reference);
      const target = `--vault-name ${quoted(vault)} --name ${quoted(path)}`;
      const all = `az keyvault secret show ${target} --query value --output tsv`;
      const put = `az keyvault secret set ${target} --file /dev/stdin --encoding utf-8 --output none`;
      return [ASK, `${pipedValue(field, all)} | ${put}`, FORGET];
    },
  });
}

function sessionOf(link: Link, client: SecretClient, abortSignal: AbortSignal): Session<KeyVaultSecret | null> {
  const read = async (path: string, version?: string): Promise<KeyVaultSecret | null> => {
    try {
      return await client.getSecret(path, { abortSignal, ...(version === undefined ? {} : { version }) });
    } catch (thrown) {
      if (failureOf(thrown).status === 404) return null;
      throw thrown;
    }
  };
  return {
    async look(reference) {
      const place = placeOf(link, reference);
      const stored = await read(place.path);
      if (stored === null) return { current: null, before: null };
      return lookAt(valueAt(link, place, stored.value ?? ''), versionOf(stored), stored);
    },
    async put({ reference, value, before }) {
      const place = placeOf(link, reference);
      const text = textWith(link, place, { text: before?.value ?? null, value });
      // Kind and tags stay as they are; a date on which the old value ends is not the new one's.
      const { contentType, tags } = before?.properties ?? {};
      const kept = { ...(contentType === undefined ? {} : { contentType }), ...(tags === undefined ? {} : { tags }) };
      try {
        return versionOf(await client.setSecret(place.path, text, { abortSignal, ...kept }));
      } catch (thrown) {
        if (failureOf(thrown).status !== 409) throw thrown;
        throw refused(link, `still has a deleted ${place.path} in its bin. Recover it, or purge it, then try again.`);
      }
    },
    async earlier(reference, version) {
      const place = placeOf(link, reference);
      const stored = await read(place.path, version);
      return stored === null ? null : valueAt(link, place, stored.value ?? '');
    },
  };
}

function versionOf({ properties: { version, createdOn } }: KeyVaultSecret) {
  return { version: version ?? '', createdAt: instantOf(createdOn) };
}
