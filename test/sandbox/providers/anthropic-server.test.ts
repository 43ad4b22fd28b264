import Anthropic from '@anthropic-ai/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type AnthropicStandInOptions,
  type StandIn,
  startAnthropicStandIn,
} from '../../../src/sandbox/providers/index.ts';
import { createWorld, DAY_MS, HOUR_MS, leakWeekend, MINUTE_MS } from '../../../src/sandbox/world/index.ts';
import { HandClock } from '../world/hand-clock.ts';

const START = leakWeekend.startAt;
const LAG = 5 * MINUTE_MS;
const FULL = 'admin-for-tests';
const READ = 'reader-for-tests';
const REPORT = '/v1/organizations/usage_report/messages';

interface ReportRow {
  readonly api_key_id: string | null;
  readonly workspace_id: string | null;
  readonly model: string | null;
  readonly service_tier: string | null;
  readonly context_window: string | null;
  readonly uncached_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation: { readonly ephemeral_5m_input_tokens: number; readonly ephemeral_1h_input_tokens: number };
  readonly output_tokens: number;
}

interface Report {
  readonly data: readonly { readonly starting_at: string; readonly results: readonly ReportRow[] }[];
  readonly has_more: boolean;
  readonly next_page: string | null;
}

let open: StandIn[] = [];

afterEach(async () => {
  await Promise.all(open.map((each) => each.close()));
  open = [];
});

async function stage(options: Partial<AnthropicStandInOptions> = {}) {
  const clock = new HandClock(START);
  const world = createWorld({ seed: 7, clock, scenario: leakWeekend, leakProvider: 'anthropic' });
  const adminKeys = [
    { value: FULL, access: 'full' },
    { value: READ, access: 'read' },
  ] as const;
  const server = await startAnthropicStandIn({ world, clock, lagMs: LAG, adminKeys, ...options });
  open.push(server);
  const client = clientOf(server, FULL);
  const key = (name: string) => {
    const found = world.findKey('anthropic', name);
    if (found === undefined) throw new Error(`no key ${name}`);
    return found;
  };
  return { clock, world, server, client, org: client.organization, key };
}

function clientOf(server: StandIn, apiKey: string): Anthropic {
  return new Anthropic({ apiKey, baseURL: server.url, maxRetries: 0, timeout: 5_000, logLevel: 'off' });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function report(client: Anthropic, query: Record<string, unknown>) {
  const buckets: Report['data'][number][] = [];
  let page: string | null = null;
  do {
    const answer: Report = await client.get(REPORT, { query: page === null ? query : { ...query, page } });
    buckets.push(...answer.data);
    page = answer.next_page;
  } while (page !== null);
  return { buckets, rows: buckets.flatMap((bucket) => bucket.results) };
}

const iso = (at: number): string => new Date(at).toISOString();

describe('inventory', () => {
  it('lists every key page by page, each with its status, owner and workspace', async () => {
    const { org, server, key } = await stage();
    const keys = await all(org.apiKeys.list({ limit: 5 }));
    const called = (name: string) => keys.find((each) => each.name === name);

    expect(keys).toHaveLength(13);
    expect(server.calls).toHaveLength(3);
    expect(new Set(keys.map((each) => each.status))).toEqual(new Set(['active', 'inactive', 'archived', 'expired']));
    expect(called('legacy-webhook')).toMatchObject({ created_by: null, principal: null, status: 'active' });
    expect(called('franks-scripts')).toMatchObject({ created_by: { type: 'user' }, principal: null });
    expect(called('staging-ci')).toMatchObject({
      principal: { type: 'user_actor' },
      scope: { type: 'workspace', workspace_id: key('staging-ci').scopeId },
    });
    expect(called('console')).toBeUndefined();
  });

  it('filters keys by status and workspace', async () => {
    const { org, key } = await stage();
    const inactive = await all(org.apiKeys.list({ status: 'inactive' }));
    const staging = await all(org.apiKeys.list({ workspace_id: key('staging-ci').scopeId }));

    expect(inactive.map((each) => each.name)).toEqual(['paused-crawler']);
    expect(staging.map((each) => each.name)).toEqual(['staging-ci', 'load-test']);
  });

  it('leaves out the default and the archived workspace unless asked', async () => {
    const { org } = await stage();
    const usual = await all(org.workspaces.list());
    const every = await all(org.workspaces.list({ include_default: true, include_archived: true }));

    expect(usual.map((each) => each.name)).toEqual(['Production', 'Staging', 'Data', 'Research']);
    expect(every.map((each) => each.name)).toEqual(expect.arrayContaining(['Default', 'Pilot']));
    expect((await org.retrieve()).name).toBe('Acme');
    expect((await all(org.users.list())).map((user) => user.email)).not.toContain('frank@acme.example');
    expect((await all(org.rateLimits.list())).length).toBeGreaterThan(0);
  });
});

describe('usage report', () => {
  it('adds up to what the company really used, over several pages', async () => {
    const { client, world, key } = await stage();
    const range = { from: START - 20 * DAY_MS, to: START - DAY_MS };
    const query = { starting_at: iso(range.from), ending_at: iso(range.to), bucket_width: '1h', limit: 168 };
    const { buckets, rows } = await report(client, { ...query, group_by: ['api_key_id', 'model', 'service_tier'] });

    expect(buckets).toHaveLength(19 * 24);
    for (const name of ['prod-assistant', 'nightly-summaries', 'staging-ci', 'long-docs']) {
      const { id } = key(name);
      const own = rows.filter((row) => row.api_key_id === id);
      const lines = world.usageBetween({ keyId: id, ...range });
      const sum = <T>(items: readonly T[], pick: (item: T) => number): number =>
        items.reduce((total, item) => total + pick(item), 0);

      expect(sum(own, (row) => row.output_tokens)).toBe(sum(lines, (line) => line.tokens.output));
      expect(sum(own, (row) => row.uncached_input_tokens)).toBe(sum(lines, (line) => line.tokens.uncachedInput));
      expect(sum(own, (row) => row.cache_read_input_tokens)).toBe(sum(lines, (line) => line.tokens.cachedRead));
      expect(sum(own, (row) => row.cache_creation.ephemeral_1h_input_tokens)).toBe(
        sum(lines, (line) => line.tokens.cacheWrite1h),
      );
      expect(own.length).toBeGreaterThan(0);
      expect(own.every((row) => row.service_tier === (name === 'nightly-summaries' ? 'batch' : 'standard'))).toBe(true);
    }
  });

  it('tells long requests apart by context window', async () => {
    const { client, key } = await stage();
    const { rows } = await report(client, {
      starting_at: iso(START - 20 * DAY_MS),
      limit: 31,
      group_by: ['api_key_id', 'context_window'],
      api_key_ids: [key('long-docs').id],
    });
    expect(new Set(rows.map((row) => row.context_window))).toEqual(new Set(['0-200k', '200k-1M']));
  });

  it('reports console use without a key id, and the default workspace as null', async () => {
    const { client, key } = await stage();
    const query = { starting_at: iso(START - 7 * DAY_MS), ending_at: iso(START) };
    const { rows } = await report(client, { ...query, group_by: ['api_key_id', 'workspace_id'] });
    const keyless = rows.filter((row) => row.api_key_id === null);

    expect(keyless.length).toBeGreaterThan(0);
    expect(keyless.every((row) => row.workspace_id === null && row.model === null)).toBe(true);
    expect(rows.find((row) => row.api_key_id === key('prod-assistant').id)?.workspace_id).toBe(
      key('prod-assistant').scopeId,
    );
  });

  it('shows a request only after the lag', async () => {
    const { client, clock, key } = await stage();
    const read = async (): Promise<number> => {
      const query = { starting_at: iso(START + 130 * MINUTE_MS), ending_at: iso(START + 140 * MINUTE_MS) };
      const { rows } = await report(client, { ...query, bucket_width: '1m', api_key_ids: [key('staging-ci').id] });
      return rows.reduce((sum, row) => sum + row.output_tokens, 0);
    };
    clock.set(START + 135 * MINUTE_MS);
    const hidden = await read();
    clock.advance(MINUTE_MS);
    const partly = await read();
    clock.advance(4 * MINUTE_MS);
    const more = await read();

    expect(hidden).toBe(0);
    expect(partly).toBeGreaterThan(0);
    expect(more).toBeGreaterThan(partly * 3);
  });
});

describe('cost', () => {
  it('is the same money in the cost report, in analytics and in truth', async () => {
    const { client, world } = await stage();
    const range = { from: START - 10 * DAY_MS, to: START - DAY_MS };
    const truth = world
      .sourcesOf('anthropic')
      .reduce((sum, key) => sum + world.truth.burnedMicroUsd({ keyId: key.id, ...range }), 0);
    const query = { starting_at: iso(range.from), ending_at: iso(range.to) };
    const daily: { data: { results: { amount: string; description: string | null }[] }[] } = await client.get(
      '/v1/organizations/cost_report',
      { query: { ...query, limit: 31, group_by: ['workspace_id', 'description'] } },
    );
    const results = daily.data.flatMap((bucket) => bucket.results);
    const analytics = await all(
      client.beta.organization.analytics.cost.list({
        ...query,
        time_bucket_width: '1d',
        limit: 50,
        order_by: 'time',
        order: 'asc',
        group_by: ['api_key_id', 'model'],
      }),
    );
    const times = analytics.map((row) => row.starting_at);

    expect(results.reduce((sum, row) => sum + Number(row.amount), 0) / 100).toBeCloseTo(truth / 1e6, 3);
    expect(analytics.reduce((sum, row) => sum + Number(row.cost.amount), 0) / 100).toBeCloseTo(truth / 1e6, 3);
    expect(results.map((row) => row.description)).toContain('claude-haiku-4-5 Usage - uncached_input_tokens, Batch');
    expect(analytics.length).toBeGreaterThan(50);
    expect(times).toEqual(times.toSorted());
  });

  it('counts requests in analytics and leaves out the running hour without a width', async () => {
    const { client, clock, world, key } = await stage();
    clock.set(START + 10 * HOUR_MS + 40 * MINUTE_MS);
    const { id } = key('staging-ci');
    const rows = await all(
      client.beta.organization.analytics.usage.list({
        starting_at: iso(START),
        api_key_ids: [id],
        group_by: ['api_key_id'],
      }),
    );
    const lines = world.usageBetween({ keyId: id, from: START, to: START + 10 * HOUR_MS });

    expect(rows).toHaveLength(1);
    expect(rows[0]?.usage.requests).toBe(lines.reduce((sum, line) => sum + line.requests, 0));
  });

  it('answers 404 where analytics is switched off', async () => {
    const { client } = await stage({ analytics: 'off' });
    const list = client.beta.organization.analytics.cost.list({ starting_at: iso(START - DAY_MS) });
    await expect(list).rejects.toMatchObject({ status: 404 });
  });
});

describe('changing a key', () => {
  it('suspends and restores, and traffic follows', async () => {
    const { client, clock, org, world, key } = await stage();
    const { id } = key('staging-ci');
    clock.set(START + 150 * MINUTE_MS);
    expect((await org.apiKeys.update(id, { status: 'inactive' })).status).toBe('inactive');
    clock.advance(HOUR_MS);
    const query = { starting_at: iso(START + 151 * MINUTE_MS), bucket_width: '1m', limit: 1440, api_key_ids: [id] };
    expect((await report(client, query)).rows).toEqual([]);
    expect((await org.apiKeys.update(id, { status: 'active', name: 'staging-ci (was leaked)' })).status).toBe('active');
    clock.advance(HOUR_MS);

    expect((await report(client, query)).rows.length).toBeGreaterThan(30);
    expect(await org.apiKeys.retrieve(id)).toMatchObject({ status: 'active', name: 'staging-ci (was leaked)' });
    expect(world.stateOf(id, START + 160 * MINUTE_MS)).toBe('inactive');
  });

  it('does not bring an archived key back', async () => {
    const { org, key } = await stage();
    await org.apiKeys.update(key('load-test').id, { status: 'archived' });

    await expect(org.apiKeys.update(key('load-test').id, { status: 'active' })).rejects.toMatchObject({ status: 400 });
    expect((await org.apiKeys.retrieve(key('load-test').id)).status).toBe('archived');
  });
});

describe('spend limits', () => {
  it('refuses with the code of the preview unless switched on', async () => {
    const { client, key } = await stage();
    const scope = { type: 'workspace', workspace_id: key('staging-ci').scopeId } as const;

    await expect(client.beta.organization.spendLimits.set({ amount: '5000', scope })).rejects.toMatchObject({
      status: 403,
      errorCode: 'spend_limits_admin_api_writes_not_enabled',
    });
  });

  it('caps a workspace when switched on', async () => {
    const { client, clock, world, key } = await stage({ spendLimits: 'on' });
    const limits = client.beta.organization.spendLimits;
    const { id, scopeId } = key('staging-ci');
    const scope = { type: 'workspace', workspace_id: scopeId } as const;
    const spent = world.truth.burnedMicroUsd({ keyId: id, from: Date.UTC(2026, 9, 1), to: START });
    const set = await limits.set({ amount: String(Math.ceil(spent / 10_000) + 10_000), scope, period: 'monthly' });
    clock.set(START + 6 * HOUR_MS);

    expect(world.usageBetween({ keyId: id, from: START + 4 * HOUR_MS, to: clock.now() })).toEqual([]);
    expect((await all(limits.list())).map((limit) => limit.scope.type)).toEqual(['workspace', 'usage_tier']);
    expect(await limits.retrieve(set.id)).toMatchObject({ amount: set.amount });
    await limits.delete(set.id);
    expect(world.usageOf(id, clock.now())).not.toEqual([]);
  });

  it('cannot cap the default workspace', async () => {
    const { client, key } = await stage({ spendLimits: 'on' });
    const scope = { type: 'workspace', workspace_id: key('coding-agents').scopeId } as const;
    await expect(client.beta.organization.spendLimits.set({ amount: '1', scope })).rejects.toMatchObject({
      status: 400,
    });
  });
});

describe('credentials', () => {
  it('takes the key as bearer or x-api-key, and nothing else', async () => {
    const { server } = await stage();
    const url = `${server.url}/v1/organizations/me`;
    const withHeader = await fetch(url, { headers: { 'x-api-key': FULL } });
    const without = await fetch(url);

    expect(withHeader.status).toBe(200);
    expect(without.status).toBe(401);
    expect(await without.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
    await expect(clientOf(server, 'wrong').organization.retrieve()).rejects.toMatchObject({ status: 401 });
  });

  it('lets a reading key read, and refuses its writes with 403', async () => {
    const { server, world, key } = await stage();
    const reader = clientOf(server, READ).organization;
    const { id } = key('staging-ci');

    expect((await reader.apiKeys.retrieve(id)).id).toBe(id);
    await expect(reader.apiKeys.update(id, { status: 'inactive' })).rejects.toMatchObject({ status: 403 });
    expect(world.stateOf(id)).toBe('active');
  });
});
