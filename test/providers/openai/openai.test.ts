import { afterEach, describe, expect, it } from 'vitest';
import { type Connected, connected, failureOf } from '../support/connected.ts';
import type { Received, Reply } from '../support/loopback.ts';
import { NEW_KEY_VALUE, newKeyRequest, openaiCase, serviceKey, userKey } from '../support/openai-case.ts';

const KEY_PATH = '/v1/organization/projects/proj_1/api_keys/key_user';
const MINUTE_MS = 60_000;

describe('the OpenAI adapter', () => {
  let open: Connected[] = [];

  afterEach(async () => {
    await Promise.all(open.map(({ server }) => server.close()));
    open = [];
  });

  async function connect(first?: (request: Received) => Reply | undefined): Promise<Connected> {
    const connection = await connected(openaiCase, first);
    open.push(connection);
    return connection;
  }

  const refusedDeletion = (owner: Reply) => (request: Received) => {
    if (request.method === 'DELETE') return { status: 400, json: openaiCase.errorBody('cannot delete') } as const;
    return request.path === KEY_PATH ? owner : undefined;
  };

  it('explains that a service account must be deleted when its key cannot be', async () => {
    const { provider } = await connect(refusedDeletion({ status: 200, json: serviceKey }));

    const error = await failureOf(provider.revokeKey?.(openaiCase.key));

    expect(error.code).toBe('provider_rejected');
    expect(error.publicMessage).toMatch(/This key belongs to a service account.*delete that service account.*sibling/);
  });

  it('does not talk about service accounts when the refused key is a person’s', async () => {
    const { provider } = await connect(refusedDeletion({ status: 200, json: userKey }));

    const error = await failureOf(provider.revokeKey?.(openaiCase.key));

    expect(error.publicMessage).not.toContain('service account');
    expect(error.publicMessage).toContain('still works');
  });

  it('says "if" when the owner of a refused key cannot be read', async () => {
    const { provider } = await connect(refusedDeletion({ status: 500, json: {} }));

    const error = await failureOf(provider.revokeKey?.(openaiCase.key));

    expect(error.publicMessage).toContain('If this key belongs to a service account');
  });

  it('gives the value of a new key once, and nowhere else', async () => {
    const { provider, logger } = await connect();

    const made = await provider.createKey?.(newKeyRequest);

    expect(made).toMatchObject({ providerKeyId: 'key_made', hint: null });
    expect(made?.value.reveal()).toBe(NEW_KEY_VALUE);
    expect(JSON.stringify(made) + logger.lines.join('')).not.toContain(NEW_KEY_VALUE);
  });

  it('makes no admin key, and does not tell the value of an answer that it cannot read', async () => {
    const { provider, logger } = await connect(({ method }) =>
      method === 'POST' ? { status: 200, json: { value: NEW_KEY_VALUE, created_at: 'soon' } } : undefined,
    );

    const asked = { ...newKeyRequest, beside: { providerKeyId: 'key_admin', scopeId: null } };
    expect((await failureOf(provider.createKey?.(asked))).code).toBe('not_supported');
    const error = await failureOf(provider.createKey?.(newKeyRequest));
    expect(error.code).toBe('provider_outcome_unknown');
    expect(`${error.stack} ${logger.lines.join('')}`).not.toContain(NEW_KEY_VALUE);
  });

  it('takes a deletion that the answer does not confirm for an unknown outcome', async () => {
    const { provider } = await connect(({ method }) =>
      method === 'DELETE' ? { status: 200, json: { id: 'key_user', deleted: false } } : undefined,
    );

    expect((await failureOf(provider.revokeKey?.(openaiCase.key))).code).toBe('provider_outcome_unknown');
  });

  it('never deletes an admin key', async () => {
    const { provider, server } = await connect();

    const error = await failureOf(provider.revokeKey?.({ providerKeyId: 'key_admin', scopeId: null }));

    expect(error.code).toBe('not_supported');
    expect(server.requests).toEqual([]);
  });

  it('goes on without admin keys when it may not list them, and logs it', async () => {
    const { provider, logger } = await connect(({ path }) =>
      path.endsWith('/admin_api_keys') ? { status: 403, json: openaiCase.errorBody('no') } : undefined,
    );

    const keys = await provider.listKeys(openaiCase.scopes);

    expect(keys.map(({ id }) => id)).toEqual(['key_user', 'key_service', 'key_bare']);
    expect(logger.lines.filter((line) => line.startsWith('info admin keys cannot be listed'))).toHaveLength(1);
  });

  it('passes over an archived project that refuses to be listed, but never over an open one', async () => {
    const refuse = (project: string) => (request: Received) =>
      request.path.includes(`/${project}/`)
        ? ({ status: 404, json: openaiCase.errorBody('no such project') } as const)
        : undefined;

    const archived = await connect(refuse('proj_2'));
    const live = await connect(refuse('proj_1'));

    const keys = await archived.provider.listKeys(openaiCase.scopes);
    expect(keys.map(({ id }) => id)).toEqual(['key_user', 'key_service', 'key_admin']);
    expect((await failureOf(live.provider.listKeys(openaiCase.scopes))).code).toBe('provider_not_found');
  });

  it('reads a status where the server sends one', async () => {
    for (const [sent, expected] of [
      ['disabled', 'inactive'],
      ['expired', 'expired'],
      ['something new', 'active'],
    ]) {
      const { provider } = await connect(({ path }) =>
        path === KEY_PATH ? { status: 200, json: { ...userKey, status: sent } } : undefined,
      );

      expect(await provider.readKeyStatus(openaiCase.key)).toBe(expected);
    }
  });

  it('asks each usage endpoint for the window in seconds, by key, model and project', async () => {
    const { provider, server } = await connect();
    const from = Date.UTC(2026, 10, 21);

    const window = { from, to: from + 3 * 1440 * MINUTE_MS, widthMs: MINUTE_MS };
    // The first reading asks for a few buckets alone, to learn how full they are.
    await provider.readUsage(window);
    server.requests.length = 0;

    await provider.readUsage(window);

    const families = new Set(server.requests.map(({ path }) => path.replace('/v1/organization/usage/', '')));
    const known = ['audio_speeches', 'audio_transcriptions', 'completions', 'embeddings', 'images', 'moderations'];
    const tools = ['code_interpreter_sessions', 'file_search_calls', 'vector_stores', 'web_search_calls'];
    expect([...families].sort()).toEqual([...known, ...tools].sort());
    for (const family of ['code_interpreter_sessions', 'vector_stores']) {
      const asked = server.requests.find(({ path }) => path.endsWith(`/${family}`))?.query;
      expect(asked?.getAll('group_by[]')).toEqual(['project_id']);
    }
    const query = server.requests.find(({ path }) => path.endsWith('/completions'))?.query;
    expect(query?.getAll('group_by[]')).toEqual(['api_key_id', 'model', 'project_id', 'batch', 'service_tier']);
    expect(query?.get('start_time')).toBe(String(from / 1000));
    expect(query?.get('end_time')).toBe(String(from / 1000 + 3 * 86_400));
    expect([query?.get('bucket_width'), query?.get('limit')]).toEqual(['1m', '1440']);
  });

  it('splits the total input into parts that add up, whatever the parts claim', async () => {
    const tokens = async (row: object) => {
      const start = openaiCase.window.from / 1000;
      const { provider } = await connect(({ path }) =>
        path.endsWith('/completions')
          ? { status: 200, json: { data: [{ start_time: start, results: [row] }], has_more: false } }
          : undefined,
      );
      return (await provider.readUsage(openaiCase.window))[0]?.tokens;
    };
    const none = { cacheWrite1h: 0, output: 0 };

    expect(await tokens({ input_tokens: 100, input_cached_tokens: 40, input_cache_write_tokens: 30 })).toEqual({
      ...none,
      uncachedInput: 30,
      cachedInput: 40,
      cacheWrite5m: 30,
    });
    expect(await tokens({ input_tokens: 100, input_cached_tokens: 90, input_cache_write_tokens: 30 })).toEqual({
      ...none,
      uncachedInput: 0,
      cachedInput: 90,
      cacheWrite5m: 10,
    });
    expect(await tokens({ input_uncached_tokens: 5, input_cached_tokens: 4 })).toEqual({
      ...none,
      uncachedInput: 5,
      cachedInput: 4,
      cacheWrite5m: 0,
    });
  });

  it('goes on as long as a next page is named, even if nothing says that there is more', async () => {
    const row = { api_key_id: 'k', model: 'gpt-5', input_tokens: 1 };
    const start = openaiCase.window.from / 1000;
    const { provider } = await connect(({ path, query }) => {
      if (!path.endsWith('/completions')) return undefined;
      const first = query.get('page') === null;
      const data = [{ start_time: first ? start : start + 3600, results: [row] }];
      return { status: 200, json: { data, next_page: first ? 'two' : null } };
    });

    const usage = await provider.readUsage(openaiCase.window);

    expect(usage.filter(({ endpoint }) => endpoint === 'completions')).toHaveLength(2);
  });

  it('adds rows up that are the same to us, and drops those outside the window and idle ones', async () => {
    const row = { api_key_id: 'k', project_id: 'p', model: 'gpt-5', input_tokens: 10, num_model_requests: 1 };
    const start = openaiCase.window.from / 1000;
    const { provider } = await connect(({ path }) =>
      path.endsWith('/completions')
        ? {
            status: 200,
            json: {
              has_more: false,
              data: [
                { start_time: start - 3600, results: [row] },
                {
                  start_time: start,
                  results: [
                    { ...row, service_tier: null },
                    { ...row, service_tier: 'default', batch: false },
                    { ...row, model: 'idle', input_tokens: 0, num_model_requests: 0 },
                  ],
                },
                { start_time: start + 7200, results: [row] },
              ],
            },
          }
        : undefined,
    );

    const usage = (await provider.readUsage(openaiCase.window)).filter(({ endpoint }) => endpoint === 'completions');

    expect(usage).toHaveLength(1);
    expect(usage[0]).toMatchObject({ tokens: { uncachedInput: 20 }, requests: 2, startAt: openaiCase.window.from });
  });
});
