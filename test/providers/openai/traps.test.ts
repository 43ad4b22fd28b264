import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connected, failureOf } from '../support/connected.ts';
import type { Received, Reply } from '../support/loopback.ts';
import { openaiCase, serviceKey, userKey } from '../support/openai-case.ts';

// Each test names a trap of docs/providers.md.

const ORG = '/v1/organization';
const PROJECT = `${ORG}/projects/proj_1`;
const { optional, window } = openaiCase;

async function connect(first?: (request: Received) => Reply | undefined) {
  const connection = await connected(openaiCase, first);
  onTestFinished(() => connection.server.close());
  return connection;
}

const json = (body: unknown): Reply => ({ status: 200, json: body });

describe('traps of the OpenAI inventory', () => {
  it('owner_project_access: every page of keys is asked for with any, else keys are hidden', async () => {
    const { provider, server } = await connect();

    const keys = await provider.listKeys(openaiCase.scopes);

    const asked = server.requests.filter(({ path }) => path.endsWith('/api_keys') && path.includes('/projects/'));
    expect(asked.length).toBeGreaterThan(2);
    for (const { query } of asked) expect(query.get('owner_project_access')).toBe('any');
    expect(keys.find(({ id }) => id === 'key_service')?.owner).toMatchObject({ hasAccess: false });
  });

  it('archived projects: every page of projects is asked for with them, and their keys count as archived', async () => {
    const { provider, server } = await connect();

    const scopes = await provider.listScopes();
    const keys = await provider.listKeys(scopes);

    const asked = server.requests.filter(({ path }) => path === `${ORG}/projects`);
    expect(asked.length).toBeGreaterThan(1);
    for (const { query } of asked) expect(query.get('include_archived')).toBe('true');
    expect(scopes.map(({ archived }) => archived)).toEqual([false, true]);
    expect(keys.find(({ scopeId }) => scopeId === 'proj_2')?.status).toBe('archived');
  });

  it('hints: two keys with one hint, or without one, are two keys, told apart by id', async () => {
    const twins = [userKey, { ...userKey, id: 'key_twin' }, { ...userKey, id: 'key_bare', redacted_value: null }];
    const { provider } = await connect(({ path }) =>
      path === `${PROJECT}/api_keys` ? json({ data: twins, has_more: false }) : undefined,
    );

    const keys = await provider.listKeys(openaiCase.scopes.slice(0, 1));

    const hints = new Map(keys.map(({ id, hint }) => [id, hint]));
    expect(hints.get('key_user')).toBe(hints.get('key_twin'));
    expect(hints.get('key_bare')).toBeNull();
  });

  it('admin keys: they are listed with their expiry, as admin keys, and never deleted', async () => {
    const { provider, server } = await connect();

    const admin = (await provider.listKeys(openaiCase.scopes)).filter(({ kind }) => kind === 'admin');

    expect(admin).toMatchObject([{ id: 'key_admin', scopeId: null, expiresAt: 1_800_000_000_000 }]);
    const ref = { providerKeyId: 'key_admin', scopeId: null };
    expect((await failureOf(provider.revokeKey?.(ref))).code).toBe('not_supported');
    expect((await failureOf(provider.deleteKeyOwner?.(ref, 'user_1'))).code).toBe('not_supported');
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('traps of OpenAI usage and cost', () => {
  it('manual paging: usage and costs follow next_page of each answer, with the same question', async () => {
    const { provider, server } = await connect();

    await provider.readUsage(window);
    await provider.readCosts?.(optional.days);

    for (const path of [`${ORG}/usage/completions`, `${ORG}/costs`]) {
      const asked = server.requests.filter((request) => request.path === path).map(({ query }) => query);
      expect(asked.map((query) => query.get('page'))).toEqual([null, '1']);
      for (const query of asked) query.delete('page');
      expect(asked[1]?.toString()).toBe(asked[0]?.toString());
    }
  });

  it.each([
    ['completions', { input_tokens: 3, num_model_requests: 1 }],
    ['embeddings', { input_tokens: 3, num_model_requests: 1 }],
    ['images', { images: 2, num_model_requests: 1 }],
    ['audio_speeches', { characters: 5, num_model_requests: 1 }],
    ['audio_transcriptions', { seconds: 5, num_model_requests: 1 }],
    ['moderations', { input_tokens: 3, num_model_requests: 1 }],
    ['web_search_calls', { num_requests: 4, num_model_requests: 1 }],
    ['file_search_calls', { num_requests: 4 }],
    ['vector_stores', { usage_bytes: 2_000_000_000 }],
    ['code_interpreter_sessions', { num_sessions: 2 }],
  ])('beyond completions: a stolen key that is used for %s only is seen', async (family, row) => {
    // These two are counted for a project as a whole.
    const byProject = ['vector_stores', 'code_interpreter_sessions'].includes(family);
    const { provider } = await connect(({ path }) => {
      if (!path.startsWith(`${ORG}/usage/`)) return undefined;
      const results = [{ ...row, project_id: 'proj_1', ...(byProject ? {} : { api_key_id: 'key_user' }) }];
      const data = path.endsWith(`/${family}`) ? [{ start_time: window.from / 1000, results }] : [];
      return json({ data, has_more: false, next_page: null });
    });

    expect(await provider.readUsage(window)).toMatchObject([
      { scopeId: 'proj_1', providerKeyId: byProject ? null : 'key_user', endpoint: expect.stringContaining(family) },
    ]);
  });

  it('units: costs are dollars, numbers or strings, and caps are whole cents', async () => {
    const { provider, server } = await connect(({ path }) => {
      const amounts = ['12.5', 0.25].map((value) => ({ amount: { value, currency: 'usd' }, project_id: 'proj_1' }));
      const data = [{ start_time: optional.days.from / 1000, results: amounts }];
      return path === `${ORG}/costs` ? json({ data, has_more: false }) : undefined;
    });

    expect((await provider.readCosts?.(optional.days))?.costs.map(({ costMicroUsd }) => costMicroUsd)).toEqual([
      12_750_000,
    ]);
    await provider.setSpendLimit?.('proj_1', 12_750_000);
    const sent = server.requests.find(({ method }) => method === 'POST')?.body ?? '';
    expect(JSON.parse(sent)).toMatchObject({ threshold_amount: 1275, currency: 'USD' });
  });

  it('seconds: instants come in seconds, go out in seconds, and are milliseconds in between', async () => {
    const { provider, server } = await connect();

    const [key] = await provider.listKeys(openaiCase.scopes);
    const [row] = await provider.readUsage(window);

    expect(key).toMatchObject({ createdAt: 1_760_000_000_000, lastUsedAt: 1_763_000_000_000 });
    expect(row?.startAt).toBe(window.from);
    const query = server.requests.find(({ path }) => path === `${ORG}/usage/completions`)?.query;
    expect(query?.get('start_time')).toBe(String(window.from / 1000));
  });

  it('cached tokens: they are part of input_tokens here, and are not counted twice', async () => {
    const { provider } = await connect();

    const [row] = await provider.readUsage(window);

    const { uncachedInput, cachedInput, cacheWrite5m } = row?.tokens ?? {};
    expect([uncachedInput, cachedInput, cacheWrite5m]).toEqual([600, 300, 100]);
  });

  it('no key: usage whose api_key_id is null is kept, since it is real money', async () => {
    const { provider } = await connect();

    const keyless = (await provider.readUsage(window)).filter(({ providerKeyId }) => providerKeyId === null);

    expect(keyless.find(({ endpoint }) => endpoint === 'completions')?.tokens.uncachedInput).toBe(10);
  });
});

describe('traps of OpenAI acts and calls', () => {
  it('service-account keys: one that refuses deletion still works, and says what stops it with its siblings', async () => {
    const { provider } = await connect(({ method, path }) => {
      if (method === 'DELETE') return { status: 400, json: openaiCase.errorBody('belongs to a service account') };
      return path === `${PROJECT}/api_keys/key_service` ? json(serviceKey) : undefined;
    });

    const error = await failureOf(provider.revokeKey?.({ providerKeyId: 'key_service', scopeId: 'proj_1' }));

    expect(error.code).toBe('provider_rejected');
    expect(error.publicMessage).toMatch(/still works.*sibling/);
  });

  it.each([
    'insufficient_quota',
    'credit_balance_exhausted',
    'project_spend_limit_exceeded',
    'organization_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
  ])('terminal 429: %s is not retried, and not taken for a rate limit', async (code) => {
    const { provider, server } = await connect(() => ({
      status: 429,
      json: openaiCase.errorBody('no', code),
      headers: { 'retry-after': '1' },
    }));

    const error = await failureOf(provider.listScopes());

    expect([error.code, error.retryAfterMs]).toEqual(['provider_quota', undefined]);
    expect(server.requests).toHaveLength(1);
  });

  it('outliving a stop: batches, fine-tunes and realtime secrets are named, with how long they can last', async () => {
    const { provider } = await connect();

    expect(provider.capabilities.survivesStop).toEqual([
      { what: 'batches', longestMs: 24 * 3_600_000 },
      { what: 'fine_tunes', longestMs: null },
      { what: 'minted_tokens', longestMs: 2 * 3_600_000 },
    ]);
  });

  it('no emergency brake: a stop changes the key, never a rate limit', async () => {
    const { provider, server } = await connect();

    await provider.revokeKey?.(openaiCase.key);

    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `DELETE ${PROJECT}/api_keys/key_user`,
    ]);
  });

  it('wire: arrays are bracketed, the key is a Bearer, and the base address ends in /v1', async () => {
    const { provider, server } = await connect();

    await provider.readUsage(window);

    const asked = server.requests.find(({ path }) => path === `${ORG}/usage/completions`);
    expect(asked?.query.getAll('group_by[]')).toContain('api_key_id');
    expect(asked?.headers.authorization).toBe(`Bearer ${openaiCase.adminKey}`);
  });

  it('Node 20: the SDK stays below 7 as long as Node 20 is supported', () => {
    const { engines, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

    const supportsNode20 = /\b20\b/.test(engines.node);
    expect(supportsNode20 ? dependencies.openai : '^6').toMatch(/^\^6\./);
  });
});
