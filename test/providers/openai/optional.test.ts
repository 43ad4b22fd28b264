import { afterEach, describe, expect, it } from 'vitest';
import { type Connected, connected, failureOf } from '../support/connected.ts';
import type { Received, Reply } from '../support/loopback.ts';
import { openaiCase, userKey } from '../support/openai-case.ts';

const DAY_MS = 86_400_000;
const ORG = '/v1/organization';
const LIMITS = `${ORG}/projects/proj_1`;
const { optional } = openaiCase;

describe('what OpenAI tells besides keys and tokens', () => {
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

  const answering = (path: string, reply: Reply) => (request: Received) => (request.path === path ? reply : undefined);
  const refusing = (path: string, status: number) =>
    answering(path, { status, json: openaiCase.errorBody('not for you') });

  it.each([403, 404])('reads the other endpoints when one answers HTTP %i', async (status) => {
    for (const family of ['images', 'web_search_calls', 'vector_stores']) {
      const { provider } = await connect(refusing(`${ORG}/usage/${family}`, status));

      expect(await provider.readUsage(openaiCase.window)).toEqual(
        openaiCase.usage.filter(({ endpoint }) => endpoint !== family),
      );
    }
  });

  it('fails the whole window on an outage of one endpoint, and on a refusal of the one that all have', async () => {
    const outage = await connect(refusing(`${ORG}/usage/vector_stores`, 503));
    const limited = await connect(refusing(`${ORG}/usage/file_search_calls`, 429));
    const refused = await connect(refusing(`${ORG}/usage/completions`, 403));

    expect((await failureOf(outage.provider.readUsage(openaiCase.window))).code).toBe('provider_unavailable');
    expect((await failureOf(limited.provider.readUsage(openaiCase.window))).code).toBe('provider_rate_limited');
    expect((await failureOf(refused.provider.readUsage(openaiCase.window))).code).toBe('provider_denied');
  });

  it("calls a key expired by the server's own time, and only from that instant on", async () => {
    const serverSeconds = Date.UTC(2026, 10, 21, 12) / 1000;
    for (const [expires_at, expected] of [
      [serverSeconds, 'expired'],
      [serverSeconds + 1, 'active'],
      [null, 'active'],
    ] as const) {
      const row = { ...userKey, expires_at };
      const { provider } = await connect(({ path }) => {
        if (path === `${LIMITS}/api_keys`) return { status: 200, json: { data: [row], has_more: false } };
        return path === `${LIMITS}/api_keys/key_user` ? { status: 200, json: row } : undefined;
      });

      const keys = await provider.listKeys(openaiCase.scopes);
      expect(keys.find(({ id }) => id === 'key_user')?.status).toBe(expected);
      expect(await provider.readKeyStatus(openaiCase.key)).toBe(expected);
    }
  });

  it('asks for costs by the day, by project and key, and takes no other width', async () => {
    const { provider, server } = await connect();
    const { from } = optional.days;

    await provider.readCosts?.({ from, to: from + 200 * DAY_MS, widthMs: DAY_MS });
    const query = server.requests[0]?.query;
    expect([query?.get('bucket_width'), query?.get('limit'), query?.getAll('group_by[]')]).toEqual([
      '1d',
      '180',
      ['project_id', 'api_key_id'],
    ]);
    const hours = { from, to: from + DAY_MS, widthMs: 3_600_000 };
    expect((await failureOf(provider.readCosts?.(hours))).code).toBe('invalid_input');
  });

  it('leaves out the days around the window, which a careless server may send along', async () => {
    const { provider } = await connect();
    const { from, to, widthMs } = optional.days;

    for (const [window, days] of [
      [{ from: from + DAY_MS, to, widthMs }, [from + DAY_MS]],
      [{ from, to: to - DAY_MS, widthMs }, [from, from]],
    ] as const) {
      const report = await provider.readCosts?.(window);
      expect(report?.costs.map(({ startAt }) => startAt)).toEqual(days);
    }
  });

  it.each([
    { value: 1, currency: 'eur' },
    { value: 'twelve', currency: 'usd' },
    { value: {}, currency: 'usd' },
  ])('adds up no amount of another kind: %j', async (amount) => {
    const bucket = { start_time: optional.days.from / 1000, results: [{ amount }] };
    const { provider } = await connect(
      answering(`${ORG}/costs`, { status: 200, json: { data: [bucket], has_more: false } }),
    );

    expect((await failureOf(provider.readCosts?.(optional.days))).code).toBe('provider_unavailable');
  });

  it('tells an unset cap and unset model permissions from refused ones', async () => {
    const unset = await connect(({ path }) =>
      /spend_limit|model_permissions/.test(path)
        ? { status: 404, json: openaiCase.errorBody('none is set') }
        : undefined,
    );

    expect(await unset.provider.readLimits?.('proj_1')).toMatchObject({
      spendLimit: { availability: 'available', monthlyMicroUsd: null },
      models: { availability: 'available', mode: 'all' },
    });
    await unset.provider.setSpendLimit?.('proj_1', null);
    await unset.provider.setModelPermissions?.('proj_1', { mode: 'all', models: [] });
    expect((await failureOf(unset.provider.setSpendLimit?.('proj_1', 1))).code).toBe('provider_not_found');
  });

  it('does not take a mode that it does not know for "all models"', async () => {
    const { provider } = await connect(
      answering(`${LIMITS}/model_permissions`, { status: 200, json: { mode: 'new_list', model_ids: [] } }),
    );

    expect((await failureOf(provider.readLimits?.('proj_1'))).code).toBe('provider_unavailable');
  });

  it('leaves the outcome open where the answer says something else than what was asked for', async () => {
    const { provider } = await connect(({ method, path }) => {
      if (method === 'GET') return undefined;
      if (path.endsWith('spend_limit')) return { status: 200, json: { threshold_amount: 7, deleted: false } };
      if (path.includes('rate_limits')) return { status: 200, json: { id: 'rl', max_requests_per_1_minute: 7 } };
      if (path.includes('service_accounts')) return { status: 200, json: { deleted: false } };
      return { status: 200, json: { mode: 'allow_list', model_ids: ['gpt-5'] } };
    });

    const writes = [
      () => provider.setSpendLimit?.('proj_1', 80_000),
      () => provider.setSpendLimit?.('proj_1', null),
      () => provider.setRateLimit?.('proj_1', 'rl#max_requests_per_1_minute', 8),
      () => provider.setModelPermissions?.('proj_1', { mode: 'deny', models: ['gpt-5'] }),
      () => provider.setModelPermissions?.('proj_1', { mode: 'allow', models: ['o3'] }),
      () => provider.deleteKeyOwner?.({ providerKeyId: 'key_service', scopeId: 'proj_1' }, 'svc_1'),
    ];
    for (const write of writes) expect((await failureOf(write())).code).toBe('provider_outcome_unknown');
  });

  it('never deletes the owner of an admin key', async () => {
    const { provider, server } = await connect();

    const error = await failureOf(provider.deleteKeyOwner?.({ providerKeyId: 'key_admin', scopeId: null }, 'user_1'));

    expect(error.code).toBe('not_supported');
    expect(server.requests).toEqual([]);
  });

  it('keeps no key material and no endless text of an event', async () => {
    const secret = `sk-proj-${'a'.repeat(30)}T3BlbkFJ${'b'.repeat(30)}`;
    const event = {
      id: 'audit_9',
      type: 'api_key.created',
      effective_at: optional.eventsSince / 1000 + 1,
      actor: { session: { user_agent: `curl ${secret} ${'x'.repeat(5000)}` } },
      'api_key.created': { id: 'key_9', value: secret },
    };
    const { provider } = await connect(
      answering(`${ORG}/audit_logs`, { status: 200, json: { data: [event], has_more: false } }),
    );

    const report = await provider.readEvents?.({ from: optional.eventsSince, to: null });
    expect(report?.events[0]?.keyId).toBe('key_9');
    expect(JSON.stringify(report)).not.toContain(secret);
    expect(JSON.stringify(report).length).toBeLessThan(600);
  });

  it('calls an audit log without entries available: nothing happened, or nothing since it was switched on', async () => {
    const { provider } = await connect(
      answering(`${ORG}/audit_logs`, { status: 200, json: { data: [], has_more: false } }),
    );

    expect(await provider.readEvents?.({ from: 0, to: null })).toEqual({ availability: 'available', events: [] });
  });
});
