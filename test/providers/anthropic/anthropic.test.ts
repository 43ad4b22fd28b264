import { afterEach, describe, expect, it } from 'vitest';
import { anthropicCase, keyRow } from '../support/anthropic-case.ts';
import { type Connected, connected, failureOf } from '../support/connected.ts';
import type { Received, Reply } from '../support/loopback.ts';

describe('the Anthropic adapter', () => {
  let open: Connected[] = [];

  afterEach(async () => {
    await Promise.all(open.map(({ server }) => server.close()));
    open = [];
  });

  async function connect(first?: (request: Received) => Reply | undefined): Promise<Connected> {
    const connection = await connected(anthropicCase, first);
    open.push(connection);
    return connection;
  }

  it('renames a key and says what it is called then', async () => {
    const { provider, server } = await connect();

    expect(await provider.renameKey?.(anthropicCase.key, 'prod-search')).toBe('prod-search');
    expect(server.requests.map(({ body }) => JSON.parse(body))).toEqual([{ name: 'prod-search' }]);
  });

  it('suspends, restores and revokes by status', async () => {
    const { provider, server } = await connect();

    await provider.suspendKey?.(anthropicCase.key);
    await provider.restoreKey?.(anthropicCase.key);
    await provider.revokeKey?.(anthropicCase.key);

    expect(server.requests.map(({ body }) => JSON.parse(body))).toEqual([
      { status: 'inactive' },
      { status: 'active' },
      { status: 'archived' },
    ]);
  });

  it.each(['org_api_key_limit_exceeded', 'workspace_api_key_limit_exceeded'])(
    'says what to do when %s stands against a restore',
    async (code) => {
      const { provider } = await connect(({ method }) =>
        method === 'POST' ? { status: 400, json: anthropicCase.errorBody('limit reached', code) } : undefined,
      );

      const error = await failureOf(provider.restoreKey?.(anthropicCase.key));

      expect(error.code).toBe('provider_rejected');
      expect(error.publicMessage).toContain('Archive or suspend another key first');
    },
  );

  it('takes a change that the answer does not show for an unknown outcome', async () => {
    const { provider } = await connect(({ method }) => (method === 'POST' ? { status: 200, json: keyRow } : undefined));

    expect((await failureOf(provider.suspendKey?.(anthropicCase.key))).code).toBe('provider_outcome_unknown');
  });

  it('gives the status of one key, and active for a word that it does not know', async () => {
    for (const [sent, expected] of [
      ['inactive', 'inactive'],
      ['archived', 'archived'],
      ['expired', 'expired'],
      ['something new', 'active'],
    ]) {
      const { provider } = await connect(() => ({ status: 200, json: { ...keyRow, status: sent } }));

      expect(await provider.readKeyStatus(anthropicCase.key)).toBe(expected);
    }
  });

  it('lists keys without names when the members cannot be listed, and does not call their owners gone', async () => {
    const { provider, logger } = await connect(({ path }) =>
      path.endsWith('/users') ? { status: 500, json: anthropicCase.errorBody('down') } : undefined,
    );

    const [first] = await provider.listKeys([]);

    expect(first?.owner).toEqual({ kind: 'user', id: 'user_1', name: null, email: null, hasAccess: true });
    expect(logger.lines.some((line) => line.startsWith('info the members cannot be listed'))).toBe(true);
  });

  it('keeps the names of the last good list when the members cannot be listed for once', async () => {
    let down = false;
    const { provider } = await connect(({ path }) =>
      down && path.endsWith('/users') ? { status: 500, json: anthropicCase.errorBody('down') } : undefined,
    );
    await provider.listKeys([]);
    down = true;

    expect((await provider.listKeys([]))[0]?.owner?.name).toBe('Ada');
  });

  it('looks the default workspace up once, and reads usage without it where it may not', async () => {
    const allowed = await connect();
    await allowed.provider.readUsage(anthropicCase.window);
    await allowed.provider.readUsage(anthropicCase.window);
    const lookups = allowed.server.requests.filter(({ path }) => path.endsWith('/workspaces'));
    expect(new Set(lookups.map(({ query }) => query.toString())).size).toBe(lookups.length);

    const denied = await connect(({ path }) =>
      path.endsWith('/workspaces') ? { status: 403, json: anthropicCase.errorBody('no') } : undefined,
    );
    const usage = await denied.provider.readUsage(anthropicCase.window);
    expect(usage.map(({ scopeId }) => scopeId)).toEqual(['wrkspc_1', null]);
  });

  it('asks for the window in RFC 3339, grouped by everything that changes a price', async () => {
    const { provider, server } = await connect();
    const from = Date.UTC(2026, 9, 1);

    const window = { from, to: from + 60 * 86_400_000, widthMs: 86_400_000 };
    // The first reading asks for a few buckets alone, to learn how full they are.
    await provider.readUsage(window);
    server.requests.length = 0;

    await provider.readUsage(window);

    const query = server.requests.find(({ path }) => path.endsWith('/usage_report/messages'))?.query;
    expect(query?.get('starting_at')).toBe('2026-10-01T00:00:00Z');
    expect(query?.get('ending_at')).toBe('2026-11-30T00:00:00Z');
    expect([query?.get('bucket_width'), query?.get('limit')]).toEqual(['1d', '31']);
    expect(query?.getAll('group_by[]')).toEqual([
      'api_key_id',
      'workspace_id',
      'model',
      'service_tier',
      'context_window',
      'inference_geo',
    ]);
  });
});
