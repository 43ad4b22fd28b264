import { silentLogger } from '../../../src/cli/doctor/silent.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { SecretStore, StoreOptions } from '../../../src/ports/secret-store.ts';
import { connectAws } from '../../../src/secret-stores/aws-secrets-manager.ts';
import { connectAzure } from '../../../src/secret-stores/azure-key-vault.ts';
import { connectDoppler } from '../../../src/secret-stores/doppler.ts';
import { connectGithub } from '../../../src/secret-stores/github-actions.ts';
import { connectGoogle } from '../../../src/secret-stores/google-secret-manager.ts';
import { connectInfisical } from '../../../src/secret-stores/infisical.ts';
import { connectVault } from '../../../src/secret-stores/vault.ts';
import { connectVercel } from '../../../src/secret-stores/vercel.ts';
import { awsService, azureService, googleService, vaultService } from './clouds.ts';
import { dopplerService, githubService, infisicalService, vercelService } from './platforms.ts';
import { type Service, type ServiceParts, startService } from './service.ts';

/** In every credential: no error may show it. */
export const TOKEN = 'tOkEnCaNaRy0123456789';
const TIMEOUT_MS = 400;
const timing = { timeoutMs: TIMEOUT_MS };

/** What a stand-in holds, as its owner would see it. */
export interface Held extends ServiceParts {
  /** The value at the reference; null for none. */
  readonly value: () => string | null;
  /** Changes it behind our back. */
  readonly change: (value: string) => void;
  /** What lies beside it under the same path, as text. */
  readonly beside?: () => string;
}

export interface StoreCase {
  readonly kind: string;
  readonly reference: string;
  readonly held: () => Promise<Held> | Held;
  readonly settings: (url: string) => Readonly<Record<string, unknown>>;
  readonly credentials: readonly string[];
  readonly connect: (options: StoreOptions) => Promise<SecretStore>;
}

class Pass {
  async getToken() {
    return { token: TOKEN, expiresOnTimestamp: 9_999_999_999_999 };
  }
}

async function connectGoogleHere(options: StoreOptions): Promise<SecretStore> {
  const { OAuth2Client } = await import('google-auth-library');
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: TOKEN, expiry_date: 9_999_999_999_999 });
  return connectGoogle(options, { ...timing, authClient });
}

export const CASES: readonly StoreCase[] = [
  {
    kind: 'vault',
    reference: 'ai/prod#OPENAI_API_KEY',
    held: vaultService,
    settings: (address) => ({ address }),
    credentials: ['TOKEN'],
    connect: (options) => connectVault(options, timing),
  },
  {
    kind: 'aws-secrets-manager',
    reference: 'prod/ai#OPENAI_API_KEY',
    held: awsService,
    settings: (address) => ({ address, region: 'eu-central-1' }),
    credentials: ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'],
    connect: (options) => connectAws(options, timing),
  },
  {
    kind: 'google-secret-manager',
    reference: 'ai#OPENAI_API_KEY',
    held: googleService,
    settings: (address) => ({ address, project: 'acme' }),
    credentials: [],
    connect: connectGoogleHere,
  },
  {
    kind: 'azure-key-vault',
    reference: 'ai#OPENAI_API_KEY',
    held: azureService,
    settings: (address) => ({ address }),
    credentials: [],
    connect: (options) => connectAzure(options, { ...timing, credential: new Pass() }),
  },
  {
    kind: 'doppler',
    reference: 'gateway/prd#OPENAI_API_KEY',
    held: dopplerService,
    settings: (address) => ({ address }),
    credentials: ['TOKEN'],
    connect: (options) => connectDoppler(options, timing),
  },
  {
    kind: 'infisical',
    reference: 'prod/ai#OPENAI_API_KEY',
    held: infisicalService,
    settings: (address) => ({ address, project: 'p1' }),
    credentials: ['CLIENT_ID', 'CLIENT_SECRET'],
    connect: (options) => connectInfisical(options, timing),
  },
  {
    kind: 'github-actions',
    reference: 'acme/api/production#OPENAI_API_KEY',
    held: githubService,
    settings: (address) => ({ address }),
    credentials: ['TOKEN'],
    connect: (options) => connectGithub(options, timing),
  },
  {
    kind: 'vercel',
    reference: 'web/production+preview#OPENAI_API_KEY',
    held: vercelService,
    settings: (address) => ({ address, type: 'encrypted' }),
    credentials: ['TOKEN'],
    connect: (options) => connectVercel(options, timing),
  },
];

export interface Bench {
  readonly store: SecretStore;
  readonly held: Held;
  readonly service: Service;
}

export async function openCase({ held: make, settings, credentials, connect }: StoreCase): Promise<Bench> {
  const held = await make();
  const service = await startService(held);
  const store = await connect({
    name: 'main',
    settings: settings(service.url),
    credentials: new Map(credentials.map((suffix) => [suffix, new Secret(`${TOKEN}${suffix}`)])),
    dataFolder: '.',
    logger: silentLogger,
  });
  return { store, held, service };
}
