import sodium from 'libsodium-wrappers';
import type { Held } from './cases.ts';
import { type Answer, type Asked, record } from './service.ts';

const NAME = 'OPENAI_API_KEY';
const NOT_FOUND: Answer = { status: 404, body: { message: 'Not Found' } };
const START_AT = 1_780_000_000_000;

export function dopplerService(): Held {
  const values = new Map([['OTHER', 'stays']]);
  const answer = ({ method, path, query, body }: Asked): Answer => {
    if (path.endsWith('/names')) return { status: 200, body: { names: [...values.keys()] } };
    if (method === 'POST') {
      for (const [name, value] of Object.entries(record(body['secrets']))) values.set(name, String(value));
      return { status: 200, body: { secrets: {} } };
    }
    const raw = values.get(query.get('name') ?? '');
    return raw === undefined ? NOT_FOUND : { status: 200, body: { name: query.get('name'), value: { raw } } };
  };
  return {
    answer,
    writes: ({ method }) => method === 'POST',
    value: () => values.get(NAME) ?? null,
    change: (value) => void values.set(NAME, value),
    beside: () => values.get('OTHER') ?? '',
  };
}

export function infisicalService(): Held {
  const versions: string[] = [];
  const secretOf = (version: number) => ({
    secretValue: versions[version - 1] ?? '',
    version,
    secretValueHidden: false,
  });
  const answer = ({ method, path, query, body }: Asked): Answer => {
    if (path.endsWith('/login')) return { status: 200, body: { accessToken: 'short-lived' } };
    if (method === 'GET' && path.endsWith('/raw')) return { status: 200, body: { secrets: [] } };
    if (method === 'PATCH' || method === 'POST') {
      if ((method === 'POST') !== (versions.length === 0))
        return { status: 400, body: { message: 'exists or does not' } };
      versions.push(String(body['secretValue']));
      return { status: 200, body: { secret: secretOf(versions.length) } };
    }
    const version = Number(query.get('version') ?? versions.length);
    return versions[version - 1] === undefined ? NOT_FOUND : { status: 200, body: { secret: secretOf(version) } };
  };
  return {
    answer,
    spared: ({ path }) => path.endsWith('/login'),
    writes: ({ method }) => method !== 'GET',
    value: () => versions.at(-1) ?? null,
    change: (value) => void versions.push(value),
  };
}

export async function githubService(): Promise<Held> {
  await sodium.ready;
  const { ORIGINAL } = sodium.base64_variants;
  const { publicKey, privateKey } = sodium.crypto_box_keypair();
  const key = { key_id: 'k1', key: sodium.to_base64(publicKey, ORIGINAL) };
  let stored: { readonly value: string; readonly updatedAt: string } | null = null;
  let changes = 0;
  const set = (value: string) => {
    changes += 1;
    stored = { value, updatedAt: new Date(START_AT + changes * 1000).toISOString().replace('.000', '') };
  };
  const answer = ({ method, path, body }: Asked): Answer => {
    if (!path.startsWith('/repos/acme/api/environments/production/secrets/')) return NOT_FOUND;
    if (path.endsWith('/public-key')) return { status: 200, body: key };
    if (method === 'PUT') {
      const sealed = sodium.from_base64(String(body['encrypted_value']), ORIGINAL);
      set(Buffer.from(sodium.crypto_box_seal_open(sealed, publicKey, privateKey)).toString());
      return { status: 204 };
    }
    if (stored === null) return NOT_FOUND;
    return { status: 200, body: { name: NAME, created_at: stored.updatedAt, updated_at: stored.updatedAt } };
  };
  return { answer, writes: ({ method }) => method === 'PUT', value: () => stored?.value ?? null, change: set };
}

export function vercelService(): Held {
  interface Env {
    readonly id: string;
    readonly key: string;
    readonly value: string;
    readonly target: readonly string[];
    readonly updatedAt: number;
  }
  let envs: readonly Env[] = [{ id: 'e0', key: NAME, value: 'stays', target: ['development'], updatedAt: START_AT }];
  const mine = () => envs.find(({ id }) => id === 'e1');
  let changes = 0;
  const set = (value: string, target: readonly string[]) => {
    changes += 1;
    const env = { id: 'e1', key: NAME, value, target, updatedAt: START_AT + changes };
    envs = [...envs.filter(({ id }) => id !== 'e1'), env];
  };
  // A kind that this client does not know yet.
  const listed = (env: Env) => ({ ...env, value: '', type: env.id === 'e0' ? 'of-tomorrow' : 'encrypted' });
  const answer = ({ method, path, body }: Asked): Answer => {
    if (method === 'POST') set(String(body['value']), Array.isArray(body['target']) ? body['target'] : []);
    if (method === 'PATCH') set(String(body['value']), mine()?.target ?? []);
    if (method !== 'GET') return { status: method === 'POST' ? 201 : 200, body: {} };
    if (path.endsWith('/env')) return { status: 200, body: { envs: envs.map(listed) } };
    return { status: 200, body: { ...listed(mine() ?? (envs[0] as Env)), value: mine()?.value } };
  };
  return {
    answer,
    writes: ({ method }) => method !== 'GET',
    value: () => mine()?.value ?? null,
    change: (value) => set(value, ['production', 'preview']),
    beside: () => envs[0]?.value ?? '',
  };
}
