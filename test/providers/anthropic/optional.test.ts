import { afterEach, describe, expect, it } from 'vitest';
import { anthropicCase, tokenPaged } from '../support/anthropic-case.ts';
import { type Connected, connected, failureOf } from '../support/connected.ts';
import type { Received, Reply } from '../support/loopback.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const ORG = '/v1/organizations';
const ANALYTICS = `${ORG}/analytics/cost`;
const COST_REPORT = `${ORG}/cost_report`;
const { optional } = anthropicCase;

const reportDays = [
  {
    starting_at: '2026-11-20T00:00:00Z',
    results: [
      { workspace_id: null, amount: '123.45', currency: 'USD', cost_type: null },
      { workspace_id: 'wrkspc_1', amount: '0.00004', currency: 'USD' },
      { workspace_id: 'wrkspc_1', amount: '10', currency: 'USD' },
    ],
  },
  { starting_at: '2026-11-21T00:00:00Z', results: [] },
];

describe('what Anthropic tells besides keys and tokens', () => {
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

  const error = (status: number, code?: string): Reply => ({
    status,
    json: anthropicCase.errorBody('not for you', code),
  });

  /** Analytics answer with the status that the function gives at the time; 200 is as ever. */
  const withAnalytics = (status: () => number) => (request: Received) => {
    if (request.path === COST_REPORT) return { status: 200, json: tokenPaged(reportDays)(request) } as const;
    return request.path === ANALYTICS && status() !== 200 ? error(status()) : undefined;
  };

  const countOf = ({ server }: Connected, path: string) => server.requests.filter((each) => each.path === path).length;

  it.each([400, 403, 404])('reads costs by workspace where analytics answer HTTP %i', async (status) => {
    const { provider } = await connect(withAnalytics(() => status));
    const row = { providerKeyId: null, startAt: optional.days.from, widthMs: DAY_MS, lineItem: null };

    expect(await provider.readCosts?.(optional.days)).toEqual({
      availability: 'available',
      perKey: false,
      refreshedAt: null,
      costs: [
        { ...row, scopeId: 'wrkspc_default', costMicroUsd: 1_234_500 },
        { ...row, scopeId: 'wrkspc_1', costMicroUsd: 100_000 },
      ],
    });
  });

  it.each([500, 429, 401, 410])('does not fall back on HTTP %i', async (status) => {
    const connection = await connect(withAnalytics(() => status));

    const codes = { 500: 'provider_unavailable', 429: 'provider_rate_limited', 401: 'provider_auth' };
    expect((await failureOf(connection.provider.readCosts?.(optional.days))).code).toBe(
      codes[status as keyof typeof codes] ?? 'provider_unavailable',
    );
    expect(countOf(connection, COST_REPORT)).toBe(0);
  });

  it('remembers closed analytics for 24 calls, then asks again, and forgets as soon as they open', async () => {
    let status = 403;
    const connection = await connect(withAnalytics(() => status));
    const read = () => connection.provider.readCosts?.(optional.days);

    for (let call = 0; call < 25; call += 1) expect((await read())?.perKey).toBe(false);
    expect(countOf(connection, ANALYTICS)).toBe(1);

    status = 200;
    expect((await read())?.perKey).toBe(true);
    expect((await read())?.perKey).toBe(true);
  });

  it('asks again at once after a window that analytics refused', async () => {
    const connection = await connect(withAnalytics(() => 400));

    await connection.provider.readCosts?.(optional.days);
    await connection.provider.readCosts?.(optional.days);

    expect(countOf(connection, ANALYTICS)).toBe(2);
  });

  it('has nothing to say by the hour where only the daily report is open', async () => {
    const connection = await connect(withAnalytics(() => 403));
    const { from } = optional.days;

    const report = await connection.provider.readCosts?.({ from, to: from + DAY_MS, widthMs: HOUR_MS });

    expect(report).toEqual({ availability: 'not_enabled', perKey: false, refreshedAt: null, costs: [] });
    expect(countOf(connection, COST_REPORT)).toBe(0);
  });

  it('asks for at most 31 days at once, and is as fresh as the oldest answer', async () => {
    const { from } = optional.days;
    const refreshed = ['2026-11-21T09:30:00Z', '2026-11-21T08:00:00Z'];
    const { provider, server } = await connect(({ path }) =>
      path === ANALYTICS
        ? { status: 200, json: { data: [], has_more: false, data_refreshed_at: refreshed.shift() ?? 'unreadable' } }
        : undefined,
    );

    const report = await provider.readCosts?.({ from, to: from + 70 * DAY_MS, widthMs: DAY_MS });

    const asked = server.requests.map(({ query }) => [query.get('starting_at'), query.get('ending_at')]);
    expect(asked).toEqual([
      ['2026-11-20T00:00:00Z', '2026-12-21T00:00:00Z'],
      ['2026-12-21T00:00:00Z', '2027-01-21T00:00:00Z'],
      ['2027-01-21T00:00:00Z', '2027-01-29T00:00:00Z'],
    ]);
    expect(report?.refreshedAt).toBe(Date.UTC(2026, 10, 21, 8));
  });

  it('asks for at most a day at once by the minute', async () => {
    const { provider, server } = await connect();
    const { from } = optional.days;

    await provider.readCosts?.({ from, to: from + DAY_MS + HOUR_MS, widthMs: 60_000 });

    const starts = server.requests
      .filter(({ query }) => !query.has('page'))
      .map(({ query }) => query.get('starting_at'));
    expect(starts).toEqual(['2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z']);
  });

  it.each([{ amount: null }, {}, { amount: '' }, { amount: 'much' }, { amount: '1', currency: 'EUR' }])(
    'adds up no amount of another kind: %j',
    async (cost) => {
      const { provider } = await connect(({ path }) =>
        path === ANALYTICS
          ? { status: 200, json: { data: [{ starting_at: '2026-11-20T00:00:00Z', cost }], has_more: false } }
          : undefined,
      );

      expect((await failureOf(provider.readCosts?.(optional.days))).code).toBe('provider_unavailable');
    },
  );

  it('keeps an activity once that a shifting feed shows twice', async () => {
    const row = (id: string) => ({ id, type: 'sso_login_failed', created_at: '2026-11-21T10:00:02Z' });
    const { provider } = await connect(({ path, query }) => {
      if (path !== '/v1/compliance/activities') return undefined;
      const data = query.has('after_id') ? [row('b'), row('c')] : [row('a'), row('b')];
      return { status: 200, json: { data, has_more: !query.has('after_id') } };
    });

    const report = await provider.readEvents?.({ from: 0, to: null });
    expect(report?.events.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('says that spend limits are not enabled, and where to set them by hand', async () => {
    for (const [status, code] of [
      [403, 'spend_limits_admin_api_writes_not_enabled'],
      [400, 'organization_type_not_supported'],
    ] as const) {
      const { provider } = await connect(({ path }) =>
        path.startsWith(`${ORG}/spend_limits`) ? error(status, code) : undefined,
      );

      expect((await provider.readLimits?.('wrkspc_1'))?.spendLimit.availability).toBe('not_enabled');
      for (const write of [
        () => provider.setSpendLimit?.('wrkspc_1', 1_000_000),
        () => provider.setSpendLimit?.('wrkspc_1', null),
      ]) {
        const refusal = await failureOf(write());
        expect(refusal.code).toBe('not_supported');
        expect(refusal.publicMessage).toContain('https://platform.claude.com/settings/workspaces');
      }
    }
  });

  it('does not take a 400 of another kind for a missing feature', async () => {
    const { provider } = await connect(({ path }) => (path === `${ORG}/spend_limits` ? error(400) : undefined));

    expect((await failureOf(provider.readLimits?.('wrkspc_1'))).code).toBe('provider_rejected');
  });

  it('reads a workspace without a cap, and one whose cap is switched off', async () => {
    const none = await connect(({ path }) =>
      path === `${ORG}/spend_limits` ? { status: 200, json: { data: [], next_page: null } } : undefined,
    );
    const scope = { type: 'workspace', workspace_id: 'wrkspc_1' };
    const off = await connect(({ path }) =>
      path === `${ORG}/spend_limits`
        ? { status: 200, json: { data: [{ id: 'spl', amount: null, is_enabled: false, scope }], next_page: null } }
        : undefined,
    );

    const unset = { availability: 'available', monthlyMicroUsd: null };
    expect((await none.provider.readLimits?.('wrkspc_1'))?.spendLimit).toEqual({ ...unset, enforcing: null });
    expect((await off.provider.readLimits?.('wrkspc_1'))?.spendLimit).toEqual({ ...unset, enforcing: false });
    await none.provider.setSpendLimit?.('wrkspc_1', null);
    expect(none.server.requests.filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  it('says which models a group has, and what the organization has of them together', async () => {
    const { provider } = await connect();

    const found = (await provider.readLimits?.('wrkspc_1'))?.rateLimits ?? [];
    const of = (id: string) => found.find((limit) => limit.id === id);

    expect(of('rl_sonnet#requests_per_minute')).toMatchObject({
      model: 'Claude Sonnet',
      models: ['claude-sonnet-4-5', 'claude-sonnet-5'],
      value: 50,
      sharedValue: 4_000,
    });
    expect(of('rl_sonnet#output_tokens_per_minute')).toMatchObject({ value: 8_000, sharedValue: 8_000 });
    expect(of('rl_opus#requests_per_minute')).not.toHaveProperty('sharedValue');
  });

  it('takes the default workspace for one without limits of its own, not for a missing one', async () => {
    const { provider } = await connect(({ path }) => (path.endsWith('/rate_limits') ? error(404) : undefined));

    expect((await provider.readLimits?.('wrkspc_default'))?.rateLimits).toEqual([]);
    expect((await failureOf(provider.readLimits?.('wrkspc_1'))).code).toBe('provider_not_found');
  });

  it('leaves the outcome open where the answer says something else than what was asked for', async () => {
    const { provider } = await connect(({ method, path }) => {
      if (method === 'GET') return undefined;
      if (method === 'DELETE') return { status: 200, json: { id: 'another' } };
      if (path.endsWith('spend_limits')) return { status: 200, json: { id: 'spl_1', amount: '7' } };
      return { status: 200, json: { rate_limit_id: 'rl', limits: [{ type: 'requests_per_minute', value: 7 }] } };
    });

    for (const write of [
      () => provider.setSpendLimit?.('wrkspc_1', 80_000),
      () => provider.setSpendLimit?.('wrkspc_1', null),
      () => provider.setRateLimit?.('wrkspc_1', 'rl#requests_per_minute', 8),
    ]) {
      expect((await failureOf(write())).code).toBe('provider_outcome_unknown');
    }
  });
});
