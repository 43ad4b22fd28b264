import type { GetSecretValueCommandOutput, SecretsManager } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import type { SecretStore, SecretStoreDefinition, StoreOptions } from '../ports/secret-store.ts';
import { buildStore, lookAt, type Session } from './lib/build-store.ts';
import { ASK, FORGET, pipedValue, quoted } from './lib/by-hand.ts';
import { failureOf } from './lib/failure.ts';
import { textWith, valueAt } from './lib/fields.ts';
import { DEFAULT_TRANSPORT, type Link, linkOf } from './lib/link.ts';
import { loadClient } from './lib/load.ts';
import { FIELD, placeOf } from './lib/reference.ts';
import { address, word } from './lib/settings.ts';
import { conflict, refused } from './lib/store-error.ts';
import { instantOf } from './lib/version.ts';

const PACKAGE = '@aws-sdk/client-secrets-manager';
const CURRENT = 'AWSCURRENT';
// A version without a label is deleted, so that each new one begins with this.
const PENDING = 'KEYSTEWARD_PENDING';
// The label is no longer where it was seen, or there is a secret of that name by now.
const STALE = /^(InvalidParameterException|ResourceExistsException)$/;

const settings = z.strictObject({
  region: word('a region such as eu-central-1'),
  address: address.optional().describe('the address of another endpoint, such as one of a VPC'),
  kms_key: z
    .string()
    .regex(/^[\w:/-]+$/)
    .optional()
    .describe('the id, alias or ARN of the KMS key that new secrets are encrypted with'),
});

const pair = 'Set both of ACCESS_KEY_ID and SECRET_ACCESS_KEY, or neither to use the role of this machine.';

export const awsSecretsManager: SecretStoreDefinition = {
  id: 'aws-secrets-manager',
  title: 'AWS Secrets Manager',
  settings,
  credentials: [
    { suffix: 'ACCESS_KEY_ID', required: false, advice: pair },
    { suffix: 'SECRET_ACCESS_KEY', required: false, advice: pair },
    { suffix: 'SESSION_TOKEN', required: false, advice: 'Set it together with keys that are only lent.' },
  ],
  missing: (_, given) => {
    if (given.has('ACCESS_KEY_ID') === given.has('SECRET_ACCESS_KEY')) return [];
    return [given.has('ACCESS_KEY_ID') ? 'SECRET_ACCESS_KEY' : 'ACCESS_KEY_ID'];
  },
  reference: {
    pattern: new RegExp(`^[A-Za-z0-9/_+=.@-]{1,512}(#${FIELD})?$`),
    advice: 'a secret’s name, and a field where it holds JSON: prod/ai/{slug}#OPENAI_API_KEY',
  },
  connect: (options) => connectAws(options),
};

export async function connectAws(options: StoreOptions, transport = DEFAULT_TRANSPORT): Promise<SecretStore> {
  const link = linkOf(awsSecretsManager, options, transport);
  const sdk = await loadClient(link, [PACKAGE], () => import('@aws-sdk/client-secrets-manager'));
  const { region, address: endpoint, kms_key } = settings.parse(options.settings);
  const [accessKeyId, secretAccessKey, sessionToken] = ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'SESSION_TOKEN'].map(
    (suffix) => options.credentials.get(suffix)?.reveal(),
  );
  const own = accessKeyId !== undefined && secretAccessKey !== undefined ? { accessKeyId, secretAccessKey } : undefined;
  const client = new sdk.SecretsManager({
    region,
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(own === undefined ? {} : { credentials: { ...own, ...(sessionToken === undefined ? {} : { sessionToken }) } }),
  });
  return awsStore({ link, region, client, kmsKey: kms_key });
}

interface Parts {
  readonly link: Link;
  readonly region: string;
  readonly client: SecretsManager;
  readonly kmsKey: string | undefined;
}

interface Stored {
  readonly text: string;
  readonly version: string;
  readonly createdAt: number | null;
}

function awsStore({ link, region, client, kmsKey }: Parts): SecretStore {
  return buildStore({
    link,
    kind: awsSecretsManager.id,
    capabilities: { readBack: 'value', restore: true },
    provesWrite: false,
    open: async (abortSignal) => sessionOf({ link, client, kmsKey, abortSignal }),
    byHand: (reference) => {
      const { path, field } = placeOf(link, reference);
      const target = `--region ${quoted(region)} --secret-id ${quoted(path)}`;
      const all = `aws secretsmanager get-secret-value ${target} --query SecretString --output text`;
      const put = `aws secretsmanager put-secret-value ${target} --secret-string file:///dev/stdin`;
      return [ASK, `${pipedValue(field, all)} | ${put}`, FORGET];
    },
  });
}

interface SessionParts extends Omit<Parts, 'region'> {
  readonly abortSignal: AbortSignal;
}

function sessionOf({ link, client, kmsKey, abortSignal }: SessionParts): Session<Stored | null> {
  const read = async (SecretId: string, VersionId?: string): Promise<Stored | null> => {
    try {
      const which = VersionId === undefined ? { VersionStage: CURRENT } : { VersionId };
      return storedOf(link, await client.getSecretValue({ SecretId, ...which }, { abortSignal }));
    } catch (thrown) {
      if (failureOf(thrown).code === 'ResourceNotFoundException') return null;
      throw thrown;
    }
  };
  const create = async (path: string, SecretString: string) => {
    const secret = { Name: path, SecretString, ...(kmsKey === undefined ? {} : { KmsKeyId: kmsKey }) };
    const { VersionId = '' } = await client.createSecret(secret, { abortSignal });
    return { version: VersionId, createdAt: null };
  };
  /** Moves the label only from where it was seen: the one change here that nobody else's can slip into. */
  const replace = async (path: string, SecretString: string, from: string) => {
    const put = { SecretId: path, SecretString, VersionStages: [PENDING] };
    const { VersionId: to = '' } = await client.putSecretValue(put, { abortSignal });
    const move = { SecretId: path, VersionStage: CURRENT, MoveToVersionId: to, RemoveFromVersionId: from };
    await client.updateSecretVersionStage(move, { abortSignal });
    return { version: to, createdAt: null };
  };
  return {
    async look(reference) {
      const place = placeOf(link, reference);
      const stored = await read(place.path);
      if (stored === null) return { current: null, before: null };
      return lookAt(
        valueAt(link, place, stored.text),
        { version: stored.version, createdAt: stored.createdAt },
        stored,
      );
    },
    async put({ reference, value, before }) {
      const place = placeOf(link, reference);
      const text = textWith(link, place, { text: before?.text ?? null, value });
      try {
        return before === null ? await create(place.path, text) : await replace(place.path, text, before.version);
      } catch (thrown) {
        throw STALE.test(failureOf(thrown).code ?? '') ? conflict(link, reference) : thrown;
      }
    },
    async earlier(reference, version) {
      const place = placeOf(link, reference);
      const stored = await read(place.path, version);
      return stored === null ? null : valueAt(link, place, stored.text);
    },
  };
}

function storedOf(link: Link, { SecretString, VersionId, CreatedDate }: GetSecretValueCommandOutput): Stored {
  if (SecretString === undefined || VersionId === undefined) {
    throw refused(link, 'holds a binary value there. Name another secret in policy.yml.');
  }
  return { text: SecretString, version: VersionId, createdAt: instantOf(CreatedDate) };
}
