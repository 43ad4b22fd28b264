import type { Held } from './cases.ts';
import { type Answer, type Asked, record } from './service.ts';

const FIELD = 'OPENAI_API_KEY';
const OTHERS = { OTHER: 'stays', nested: { a: [1, 2.5, null] } };

interface Version {
  readonly id: string;
  readonly text: string;
}

/** Texts with versions, the newest last; begins with fields that are none of ours. */
function versions(name: (index: number) => string) {
  const list: Version[] = [{ id: name(1), text: JSON.stringify(OTHERS) }];
  let current = 0;
  const fields = () => record(JSON.parse(list[current]?.text ?? '{}'));
  const add = (text: string) => {
    const id = name(list.length + 1);
    list.push({ id, text });
    return id;
  };
  const point = (id: string) => {
    current = list.findIndex((one) => one.id === id);
  };
  return {
    add,
    point,
    current: () => list[current],
    find: (id: string) => list.find((one) => one.id === id),
    value: () => (typeof fields()[FIELD] === 'string' ? String(fields()[FIELD]) : null),
    change: (value: string) => point(add(JSON.stringify({ ...fields(), [FIELD]: value }))),
    beside: () => {
      const { [FIELD]: _, ...rest } = fields();
      return JSON.stringify(rest);
    },
  };
}

export function vaultService(): Held {
  const kept = versions(String);
  const whole = ({ id, text }: Version) => ({ data: JSON.parse(text), metadata: metaOf(id) });
  const metaOf = (id: string) => ({ version: Number(id), created_time: '2026-08-01T00:00:00Z' });
  const answer = ({ method, path, query, body }: Asked): Answer => {
    if (path === '/v1/sys/capabilities-self')
      return { status: 200, body: { data: { capabilities: ['read', 'update'] } } };
    if (path !== '/v1/secret/data/ai/prod') return { status: 404, body: { errors: [] } };
    const version = query.get('version');
    const seen = version === null ? kept.current() : kept.find(version);
    if (method === 'GET')
      return seen ? { status: 200, body: { data: whole(seen) } } : { status: 404, body: { errors: [] } };
    if (record(body['options'])['cas'] !== Number(kept.current()?.id)) {
      return { status: 400, body: { errors: ['check-and-set parameter did not match the current version'] } };
    }
    const id = kept.add(JSON.stringify(body['data']));
    kept.point(id);
    return { status: 200, body: { data: metaOf(id) } };
  };
  return { ...kept, answer, writes: ({ method, path }) => method === 'POST' && path.startsWith('/v1/secret') };
}

export function awsService(): Held {
  const kept = versions((index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`);
  const refusal = (type: string): Answer => ({ status: 400, body: { __type: type, message: 'no' } });
  const answer = ({ headers, body }: Asked): Answer => {
    const act = String(headers['x-amz-target']).split('.')[1];
    if (body['SecretId'] !== 'prod/ai') return refusal('ResourceNotFoundException');
    if (act === 'GetSecretValue') {
      const seen = body['VersionId'] === undefined ? kept.current() : kept.find(String(body['VersionId']));
      if (seen === undefined) return refusal('ResourceNotFoundException');
      return { status: 200, body: { SecretString: seen.text, VersionId: seen.id, CreatedDate: 1_780_000_000 } };
    }
    if (act === 'PutSecretValue') return { status: 200, body: { VersionId: kept.add(String(body['SecretString'])) } };
    if (body['RemoveFromVersionId'] !== kept.current()?.id) return refusal('InvalidParameterException');
    kept.point(String(body['MoveToVersionId']));
    return { status: 200, body: {} };
  };
  return { ...kept, answer, writes: ({ headers }) => /Update|Create/.test(String(headers['x-amz-target'])) };
}

export function googleService(): Held {
  const kept = versions(String);
  const name = 'projects/acme/secrets/ai';
  const refusal: Answer = { status: 404, body: { error: { code: 404, status: 'NOT_FOUND', message: 'no' } } };
  const answer = ({ path, body }: Asked): Answer => {
    const permissions = ['secretmanager.versions.access', 'secretmanager.versions.add'];
    if (path === `/v1/${name}:testIamPermissions`) return { status: 200, body: { permissions } };
    if (path === `/v1/${name}:addVersion`) {
      const id = kept.add(Buffer.from(String(record(body['payload'])['data']), 'base64').toString());
      kept.point(id);
      return { status: 200, body: { name: `${name}/versions/${id}` } };
    }
    const version = /versions\/(.*):access$/.exec(path)?.[1] ?? '';
    const seen = version === 'latest' ? kept.current() : kept.find(version);
    if (seen === undefined || !path.startsWith(`/v1/${name}/`)) return refusal;
    const data = Buffer.from(seen.text).toString('base64');
    return { status: 200, body: { name: `${name}/versions/${seen.id}`, payload: { data } } };
  };
  return { ...kept, answer, writes: ({ path }) => path.endsWith(':addVersion') };
}

export function azureService(): Held {
  const kept = versions((index) => String(index).padStart(32, '0'));
  const bundle = ({ id, text }: Version) => ({
    value: text,
    id: `https://acme.vault.azure.net/secrets/ai/${id}`,
    attributes: { enabled: true, created: 1_780_000_000 },
    tags: { team: 'ai' },
  });
  const isStranger = ({ headers }: Asked) => headers.authorization === undefined;
  const challenge = 'Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net"';
  const answer = (asked: Asked): Answer => {
    const { method, path, body } = asked;
    if (isStranger(asked)) return { status: 401, headers: { 'www-authenticate': challenge } };
    const [, , secret, version = ''] = path.split('/');
    if (method === 'PUT') kept.point(kept.add(String(body['value'])));
    const seen = version === '' ? kept.current() : kept.find(version);
    if (secret !== 'ai' || seen === undefined) return { status: 404, body: { error: { code: 'SecretNotFound' } } };
    return { status: 200, body: bundle(seen) };
  };
  return { ...kept, answer, spared: isStranger, writes: ({ method }) => method === 'PUT' };
}
