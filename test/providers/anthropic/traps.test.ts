import { describe, expect, it, onTestFinished } from 'vitest';
import { anthropicCase, keyRow } from '../support/anthropic-case.ts';
import { connected, failureOf } from '../support/connected.ts';
import type { Received, Reply } from '../support/loopback.ts';

// Each test names a trap of docs/providers.md.

const ORG = '/v1/organizations';
const USAGE = `${ORG}/usage_report/messages`;
const { optional, window, key } = anthropicCase;

async function connect(first?: (request: Received) => Reply | undefined) {
  const connection = await connected(anthropicCase, first);
  onTestFinished(() => connection.server.close());
  return connection;
}

const json = (body: unknown): Reply => ({ status: 200, json: body });

/** A report of one bucket with these rows. */
const usageOf = (...results: readonly object[]) =>
  json({ data: [{ starting_at: '2026-11-21T10:00:00Z', results }], has_more: false, next_page: null });

describe('traps of the Anthropic inventory', () => {
  it('last use: no list says it, so it is left to usage and never made up', async () => {
    const { provider } = await connect();

    const keys = await provider.listKeys([]);

    expect(provider.capabilities.lastUsed).toBe('usage');
    expect(new Set(keys.map(({ lastUsedAt }) => lastUsedAt))).toEqual(new Set([null]));
  });

  it('hints: partial_key_hint may be null or the same twice; keys are told apart by id', async () => {
    const rows = [keyRow, { ...keyRow, id: 'apikey_twin' }, { ...keyRow, id: 'apikey_bare', partial_key_hint: null }];
    const { provider } = await connect(({ path }) =>
      path === `${ORG}/api_keys` ? json({ data: rows, has_more: false }) : undefined,
    );

    const keys = await provider.listKeys([]);

    expect(keys.map(({ hint }) => hint)).toEqual([keyRow.partial_key_hint, keyRow.partial_key_hint, null]);
    expect(new Set(keys.map(({ id }) => id)).size).toBe(3);
  });

  it('default workspace: lists omit it and usage calls it null, and it has one id everywhere', async () => {
    const { provider, server } = await connect();

    const scopes = await provider.listScopes();
    const keys = await provider.listKeys(scopes);
    const usage = await provider.readUsage(window);

    const asked = server.requests.filter(({ path }) => path === `${ORG}/workspaces`);
    expect(new Set(asked.map(({ query }) => query.get('include_default')))).toEqual(new Set(['true', 'false']));
    expect(scopes.map(({ id }) => id)).toContain('wrkspc_default');
    expect(keys.find(({ id }) => id === 'apikey_4')?.scopeId).toBe('wrkspc_default');
    expect(usage.find(({ providerKeyId }) => providerKeyId === null)?.scopeId).toBe('wrkspc_default');
  });

  it('archived workspaces: every page is asked for with them', async () => {
    const { provider, server } = await connect();

    const scopes = await provider.listScopes();

    for (const { query } of server.requests) expect(query.get('include_archived')).toBe('true');
    expect(scopes.find(({ id }) => id === 'wrkspc_2')?.archived).toBe(true);
  });
});

describe('traps of Anthropic usage and cost', () => {
  it('namesakes: usage comes from usage_report/messages, never from the usageReport of the SDK', async () => {
    const { provider, server } = await connect();

    await provider.readUsage(window);

    const asked = server.requests.map(({ path }) => path).filter((path) => !path.endsWith('/workspaces'));
    expect(new Set(asked)).toEqual(new Set([USAGE]));
  });

  it('manual paging: usage follows next_page of each answer, with the same question', async () => {
    const { provider, server } = await connect();

    await provider.readUsage(window);

    const asked = server.requests.filter(({ path }) => path === USAGE).map(({ query }) => query);
    expect(asked.map((query) => query.get('page'))).toEqual([null, '1']);
    for (const query of asked) query.delete('page');
    expect(asked[1]?.toString()).toBe(asked[0]?.toString());
  });

  it('cached tokens: they are not part of uncached_input_tokens here, and are all counted', async () => {
    const { provider } = await connect(({ path }) =>
      path === USAGE
        ? usageOf({
            uncached_input_tokens: 1,
            cache_read_input_tokens: 20,
            cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 4000 },
            output_tokens: 50_000,
          })
        : undefined,
    );

    const [row] = await provider.readUsage(window);

    expect(row?.tokens).toEqual({
      uncachedInput: 1,
      cachedInput: 20,
      cacheWrite5m: 300,
      cacheWrite1h: 4000,
      output: 50_000,
    });
  });

  it('no key: usage of the console, whose api_key_id is null, is kept, since it is real money', async () => {
    const { provider } = await connect(({ path }) =>
      path === USAGE ? usageOf({ api_key_id: null, workspace_id: null, output_tokens: 7 }) : undefined,
    );

    expect(await provider.readUsage(window)).toMatchObject([{ providerKeyId: null, tokens: { output: 7 } }]);
  });

  it('units: analytics come in fractional cents, the cost report in cents, caps in whole cents as text', async () => {
    const { provider, server } = await connect();
    const report = await provider.readCosts?.(optional.days);
    expect(report?.costs[0]?.costMicroUsd).toBe(12_500_000);

    await provider.setSpendLimit?.('wrkspc_1', 12_750_000);
    const sent = server.requests.find(({ method }) => method === 'POST')?.body ?? '';
    expect(JSON.parse(sent)).toMatchObject({ amount: '1275' });

    const row = { workspace_id: 'wrkspc_1', amount: '123.45', currency: 'USD' };
    const closed = await connect(({ path }) => {
      if (path === `${ORG}/analytics/cost`) return { status: 404, json: anthropicCase.errorBody('no') };
      const data = [{ starting_at: '2026-11-20T00:00:00Z', results: [row] }];
      return path === `${ORG}/cost_report` ? json({ data, has_more: false }) : undefined;
    });
    expect((await closed.provider.readCosts?.(optional.days))?.costs[0]?.costMicroUsd).toBe(1_234_500);
  });

  it('RFC 3339: instants are read with and without fractions, and asked for without', async () => {
    const { provider, server } = await connect();

    const [first] = await provider.listKeys([]);
    await provider.readUsage(window);

    expect(first).toMatchObject({
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5, 123),
      expiresAt: Date.UTC(2027, 0, 2, 3, 4, 5),
    });
    expect(server.requests.at(-1)?.query.get('starting_at')).toBe('2026-11-21T10:00:00Z');
  });

  it('analytics: 1000 rows a page in order of time, where the default is 20 by spend', async () => {
    const { provider, server } = await connect();

    await provider.readCosts?.(optional.days);

    const asked = server.requests.filter(({ path }) => path === `${ORG}/analytics/cost`);
    expect(asked.length).toBeGreaterThan(1);
    for (const { query } of asked) {
      expect([query.get('limit'), query.get('order_by'), query.get('order')]).toEqual(['1000', 'time', 'asc']);
      expect(query.get('time_bucket_width')).toBe('1d');
    }
  });

  it.each([400, 403, 404])(
    'beta analytics absent: HTTP %i leads to costs by workspace, said to be such',
    async (status) => {
      const { provider } = await connect(({ path }) => {
        if (path === `${ORG}/analytics/cost`) return { status, json: anthropicCase.errorBody('not here') };
        return path === `${ORG}/cost_report` ? json({ data: [], has_more: false }) : undefined;
      });

      expect(await provider.readCosts?.(optional.days)).toMatchObject({ availability: 'available', perKey: false });
    },
  );
});

describe('traps of Anthropic acts and calls', () => {
  it('outliving a stop: batches, scheduled runs and federated tokens are named, with how long they can last', async () => {
    const { provider } = await connect();

    expect(provider.capabilities.survivesStop).toEqual([
      { what: 'batches', longestMs: 24 * 3_600_000 },
      { what: 'schedules', longestMs: null },
      { what: 'minted_tokens', longestMs: 24 * 3_600_000 },
    ]);
  });

  it('inactive before archived: a suspension is undone by a restoration, and archives nothing', async () => {
    const { provider, server } = await connect();

    await provider.suspendKey?.(key);
    await provider.restoreKey?.(key);

    expect(provider.capabilities.disable).toBe('reversible');
    expect(server.requests.map(({ body }) => JSON.parse(body).status)).toEqual(['inactive', 'active']);
  });

  it('key limit: a re-activation that hits it changes nothing and says what to do first', async () => {
    const { provider } = await connect(({ method }) =>
      method === 'POST'
        ? { status: 400, json: anthropicCase.errorBody('limit', 'workspace_api_key_limit_exceeded') }
        : undefined,
    );

    const error = await failureOf(provider.restoreKey?.(key));

    expect(error.code).toBe('provider_rejected');
    expect(error.publicMessage).toContain('Archive or suspend another key first');
  });

  it('spend-limit writes not enabled: a 403 is a missing feature with a console address, not a bad key', async () => {
    const { provider } = await connect(({ method }) =>
      method === 'POST'
        ? { status: 403, json: anthropicCase.errorBody('no', 'spend_limits_admin_api_writes_not_enabled') }
        : undefined,
    );

    const error = await failureOf(provider.setSpendLimit?.('wrkspc_1', 1_000_000));

    expect(error.code).toBe('not_supported');
    expect(error.publicMessage).toContain('https://platform.claude.com/settings/workspaces');
  });

  it('terminal 429: enforced_spend_limit_reached is not retried, and not taken for a rate limit', async () => {
    const { provider, server } = await connect(() => ({
      status: 429,
      json: anthropicCase.errorBody('no', 'enforced_spend_limit_reached'),
    }));

    expect(await failureOf(provider.listKeys([]))).toMatchObject({ code: 'provider_quota' });
    expect(server.requests).toHaveLength(1);
  });

  it('no emergency brake: a stop changes the key, never a rate limit that takes an hour', async () => {
    const { provider, server } = await connect();

    await provider.suspendKey?.(key);
    await provider.revokeKey?.(key);

    expect(new Set(server.requests.map(({ method, path }) => `${method} ${path}`))).toEqual(
      new Set([`POST ${ORG}/api_keys/apikey_1`]),
    );
  });

  it('admin keys: they cannot be listed, so no listed key is one and none can be revoked as one', async () => {
    const { provider } = await connect();

    expect(new Set((await provider.listKeys([])).map(({ kind }) => kind))).toEqual(new Set(['inference']));
  });

  it('wire: arrays are bracketed, the key is a Bearer, the version is ours, and the base address has no /v1', async () => {
    const { provider, server } = await connect();

    await provider.readUsage(window);

    const asked = server.requests.find(({ path }) => path === USAGE);
    expect(asked?.query.getAll('group_by[]')).toContain('api_key_id');
    expect(asked?.headers).toMatchObject({
      authorization: `Bearer ${anthropicCase.adminKey}`,
      'anthropic-version': '2026-10-21',
    });
  });
});
