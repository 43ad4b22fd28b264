import type { SecretStoreDefinition } from '../ports/secret-store.ts';
import { awsSecretsManager } from './aws-secrets-manager.ts';
import { azureKeyVault } from './azure-key-vault.ts';
import { doppler } from './doppler.ts';
import { envFile } from './env-file.ts';
import { githubActions } from './github-actions.ts';
import { googleSecretManager } from './google-secret-manager.ts';
import { infisical } from './infisical.ts';
import { vault } from './vault.ts';
import { vercel } from './vercel.ts';

/** Every kind of store, in the order in which people are told of them. Their clients are loaded when one is connected. */
export const secretStores: readonly SecretStoreDefinition[] = [
  vault,
  awsSecretsManager,
  googleSecretManager,
  azureKeyVault,
  doppler,
  infisical,
  githubActions,
  vercel,
  envFile,
];
