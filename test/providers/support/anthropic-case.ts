import { createAnthropicClient } from '../../../src/providers/anthropic/client.ts';
import { connectAnthropic } from '../../../src/providers/anthropic/provider.ts';
import type { ProviderCase } from '../../contract/provider-case.ts';
import { type Received, routes } from './loopback.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2026, 10, 21, 10);

const ADMIN_KEY = 'canary.anthropic.read.0123456789';
const WRITE_KEY = 'canary.anthropic.write.9876543210';

const workspaces = [
  { id: 'wrkspc_default', type: 'workspace', name: 'Default', archived_at: null, created_at: '2025-01-01T00:00:00Z' },
  { id: 'wrkspc_1', type: 'workspace', name: 'Shop', archived_at: null, tags: { a: 'b' } },
  { id: 'wrkspc_2', type: 'workspace', name: 'Old', archived_at: '2026-01-01T00:00:00Z' },
];

export const keyRow = {
  id: 'apikey_1',
  type: 'api_key',
  name: 'prod-api',
  partial_key_hint: 'sk-ant-api03-R2D...igAA',
  status: 'active',
  created_at: '2026-01-02T03:04:05.123456Z',
  expires_at: '2027-01-02T03:04:05Z',
  created_by: { id: 'user_left', type: 'user' },
  principal: { type: 'user_actor', user_id: 'user_1' },
  scope: { type: 'workspace', workspace_id: 'wrkspc_1' },
  surprise: true,
};

const legacyRow = {
  id: 'apikey_2',
  name: 'legacy',
  partial_key_hint: null,
  status: 'inactive',
  created_at: '2025-01-02T03:04:05Z',
  expires_at: null,
  created_by: { id: 'user_left', type: 'user' },
  principal: null,
  scope: { type: 'workspace', workspace_id: 'wrkspc_default' },
};

/** Serves rows one per page after `after_id`. */
export function paged(rows: readonly { readonly id: string }[]): (request: Pick<Received, 'query'>) => unknown {
  return ({ query }) => {
    const index = query.has('after_id') ? rows.findIndex(({ id }) => id === query.get('after_id')) + 1 : 0;
    const data = rows.slice(index, index + 1);
    const last = data.at(-1)?.id ?? null;
    return { data, first_id: last, last_id: last, has_more: index + 1 < rows.length };
  };
}

// Its rows have no id of their own; the page's cursors are those of people.
const membersOfShop = ['user_1', 'user_left', 'user_0'].map((id) => ({ id, workspace_role: 'workspace_developer' }));
function workspaceMembers(request: Pick<Received, 'query'>): unknown {
  const page = paged(membersOfShop)(request) as { readonly data: typeof membersOfShop };
  return { ...page, data: page.data.map(({ id, ...row }) => ({ type: 'workspace_member', user_id: id, ...row })) };
}

const buckets = [
  {
    starting_at: '2026-11-21T10:00:00Z',
    ending_at: '2026-11-21T11:00:00Z',
    results: [
      {
        uncached_input_tokens: 1000,
        cache_creation: { ephemeral_1h_input_tokens: 200, ephemeral_5m_input_tokens: '100' },
        cache_read_input_tokens: 300,
        output_tokens: '500',
        server_tool_use: { web_search_requests: 0 },
        api_key_id: 'apikey_1',
        workspace_id: 'wrkspc_1',
        model: 'claude-sonnet-4-5-20250929',
        service_tier: 'batch',
        context_window: '200k-1M',
        inference_geo: 'us',
      },
    ],
  },
  {
    starting_at: '2026-11-21T11:00:00Z',
    ending_at: '2026-11-21T12:00:00Z',
    results: [
      {
        uncached_input_tokens: 10,
        cache_read_input_tokens: 0,
        output_tokens: 1,
        api_key_id: null,
        workspace_id: null,
        model: 'claude-opus-5',
        service_tier: 'standard',
        context_window: '0-200k',
        inference_geo: 'not_available',
      },
    ],
  },
];

const DAY = Date.UTC(2026, 10, 20);

const costRows = [
  {
    starting_at: '2026-11-20T00:00:00Z',
    ending_at: '2026-11-21T00:00:00Z',
    group: { api_key_id: 'apikey_1', workspace_id: 'wrkspc_1', model: null },
    cost: { amount: '1250.00004', list_amount: '1300', currency: 'USD', requests: null },
    surprise: true,
  },
  {
    starting_at: '2026-11-21T00:00:00Z',
    group: { api_key_id: null, workspace_id: 'wrkspc_default' },
    cost: { amount: 0.5, currency: 'USD' },
  },
];

// Newest first, as the feed comes; the last is older than what is asked for.
const activities = [
  {
    id: 'activity_3',
    created_at: '2026-11-21T10:05:00Z',
    type: 'platform_file_uploaded',
    organization_id: 'org_1',
    file_id: 'file_1',
    actor: { type: 'api_actor', api_key_id: 'apikey_2', ip_address: '198.51.100.9', user_agent: null },
  },
  {
    id: 'activity_2',
    created_at: '2026-11-21T10:03:00.250Z',
    type: 'platform_api_key_created',
    workspace_id: 'wrkspc_1',
    api_key_id: 'apikey_1',
    actor: {
      type: 'user_actor',
      user_id: 'user_1',
      email_address: 'ada@example.com',
      ip_address: '192.0.2.7',
      user_agent: 'Mozilla/5.0',
    },
  },
  { id: 'activity_1', created_at: '2026-11-21T10:00:02Z', type: 'sso_login_failed' },
  { id: 'activity_0', created_at: '2026-11-21T10:00:00Z', type: 'sso_login_failed' },
];

const spendLimits = [
  {
    type: 'spend_limit',
    id: 'spl_day',
    amount: '1',
    currency: 'USD',
    period: 'daily',
    is_enabled: true,
    scope: { type: 'workspace', workspace_id: 'wrkspc_1' },
  },
  {
    id: 'spl_1',
    amount: '50001',
    currency: 'USD',
    period: 'monthly',
    is_enabled: true,
    scope: { type: 'workspace', workspace_id: 'wrkspc_1' },
    surprise: [],
  },
  { id: 'spl_tier', amount: '20000000', currency: 'USD', period: 'monthly', scope: { type: 'usage_tier' } },
];

const rateLimits = [
  {
    type: 'workspace_rate_limit',
    rate_limit_id: 'rl_sonnet',
    group: { type: 'model_group', id: 'rlg_1', display_name: 'Claude Sonnet' },
    models: ['claude-sonnet-4-5', 'claude-sonnet-5'],
    limits: [
      { type: 'requests_per_minute', value: '50', org_limit: 4000, source: { type: 'workspace' } },
      { type: 'output_tokens_per_minute', value: 8000, source: { type: 'organization' } },
    ],
  },
  {
    rate_limit_id: 'rl_opus',
    models: ['claude-opus-5'],
    limits: [{ type: 'requests_per_minute', value: 10 }],
  },
  {
    rate_limit_id: 'rl_batch',
    group: { type: 'batch' },
    models: null,
    limits: [{ type: 'requests_per_minute', value: 5 }],
  },
];

/** Serves rows one per page by page token. */
export function tokenPaged(rows: readonly unknown[], more: object = {}): (request: Pick<Received, 'query'>) => unknown {
  return ({ query }) => {
    const index = Number(query.get('page') ?? 0);
    const hasMore = index + 1 < rows.length;
    return {
      data: rows.slice(index, index + 1),
      has_more: hasMore,
      next_page: hasMore ? `${index + 1}` : null,
      ...more,
    };
  };
}

const PREFIX = '/v1/organizations';

/** What an event has not. */
const event = { keyId: null, scopeId: null, keyChange: null, actor: null, detail: {} };

export const anthropicCase: ProviderCase = {
  title: 'Anthropic',
  basePath: '',
  adminKey: ADMIN_KEY,
  writeKey: WRITE_KEY,
  connect: connectAnthropic,
  createClient: createAnthropicClient,
  organization: routes({
    [`GET ${PREFIX}/workspaces`]: ({ query }) => {
      const archived = query.get('include_archived') === 'true';
      const rows = workspaces.filter(
        (row) =>
          (archived || row.archived_at === null) &&
          (query.get('include_default') === 'true' || row.id !== 'wrkspc_default'),
      );
      return paged(rows)({ query });
    },
    [`GET ${PREFIX}/api_keys`]: paged([
      keyRow,
      legacyRow,
      {
        ...keyRow,
        id: 'apikey_3',
        principal: { type: 'service_account_actor', service_account_id: 'svac_1' },
        scope: { type: 'organization' },
      },
      { id: 'apikey_4' },
    ] as { id: string }[]),
    [`GET ${PREFIX}/api_keys/apikey_1`]: () => keyRow,
    [`POST ${PREFIX}/api_keys/apikey_1`]: ({ body }) => ({ ...keyRow, ...JSON.parse(body) }),
    [`GET ${PREFIX}/users`]: paged([
      { id: 'user_0' },
      { id: 'user_1', email: 'ada@example.com', name: 'Ada' } as { id: string },
    ]),
    [`GET ${PREFIX}/analytics/cost`]: (request) => {
      const { query, headers } = request;
      const beta = headers['anthropic-beta'] === 'analytics-usage-cost-2026-08-24';
      const ordered = query.get('order_by') === 'time' && query.get('limit') === '1000';
      return tokenPaged(beta && ordered ? costRows : [], { data_refreshed_at: '2026-11-21T09:30:00Z' })(request);
    },
    [`GET ${PREFIX}/spend_limits`]: (request) =>
      tokenPaged(request.headers['anthropic-beta'] === 'spend-limit-reads-2026-09-26' ? spendLimits : [])(request),
    [`POST ${PREFIX}/spend_limits`]: ({ body }) => ({ id: 'spl_1', currency: 'USD', ...JSON.parse(body) }),
    [`DELETE ${PREFIX}/spend_limits/spl_1`]: () => ({ id: 'spl_1', type: 'spend_limit_deleted' }),
    [`GET ${PREFIX}/workspaces/wrkspc_1/members`]: workspaceMembers,
    [`GET ${PREFIX}/workspaces/wrkspc_1/rate_limits`]: (request) =>
      tokenPaged(request.query.get('include_inherited') === 'true' ? rateLimits : [])(request),
    [`POST ${PREFIX}/workspaces/wrkspc_1/rate_limits/rl_opus`]: ({ body }) => ({
      rate_limit_id: 'rl_opus',
      ...JSON.parse(body),
    }),
    'GET /v1/compliance/activities': (request) =>
      paged(request.query.get('created_at.gte') === '2026-11-21T10:00:01Z' ? activities : [])(request),
    [`GET ${PREFIX}/usage_report/messages`]: ({ query }) => {
      const index = Number(query.get('page') ?? 0);
      const hasMore = index + 1 < buckets.length;
      return { data: buckets.slice(index, index + 1), has_more: hasMore, next_page: hasMore ? '1' : null };
    },
  }),
  scopes: [
    { id: 'wrkspc_default', kind: 'workspace', name: 'Default', archived: false },
    { id: 'wrkspc_1', kind: 'workspace', name: 'Shop', archived: false },
    { id: 'wrkspc_2', kind: 'workspace', name: 'Old', archived: true },
  ],
  keys: [
    {
      id: 'apikey_1',
      scopeId: 'wrkspc_1',
      label: 'prod-api',
      hint: 'sk-ant-api03-R2D...igAA',
      status: 'active',
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5, 123),
      lastUsedAt: null,
      expiresAt: Date.UTC(2027, 0, 2, 3, 4, 5),
      owner: { kind: 'user', id: 'user_1', name: 'Ada', email: 'ada@example.com', hasAccess: true },
      kind: 'inference',
    },
    {
      id: 'apikey_2',
      scopeId: 'wrkspc_default',
      label: 'legacy',
      hint: null,
      status: 'inactive',
      createdAt: Date.UTC(2025, 0, 2, 3, 4, 5),
      lastUsedAt: null,
      expiresAt: null,
      owner: { kind: 'user', id: 'user_left', name: null, email: null, hasAccess: false },
      kind: 'inference',
    },
    {
      id: 'apikey_3',
      scopeId: null,
      label: 'prod-api',
      hint: 'sk-ant-api03-R2D...igAA',
      status: 'active',
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5, 123),
      lastUsedAt: null,
      expiresAt: Date.UTC(2027, 0, 2, 3, 4, 5),
      owner: { kind: 'service_account', id: 'svac_1', name: null, email: null, hasAccess: true },
      kind: 'inference',
    },
    {
      id: 'apikey_4',
      scopeId: 'wrkspc_default',
      label: 'apikey_4',
      hint: null,
      status: 'active',
      createdAt: null,
      lastUsedAt: null,
      expiresAt: null,
      owner: null,
      kind: 'inference',
    },
  ],
  window: { from: START, to: START + 2 * HOUR_MS, widthMs: HOUR_MS },
  usage: [
    {
      providerKeyId: 'apikey_1',
      scopeId: 'wrkspc_1',
      model: 'claude-sonnet-4-5-20250929',
      endpoint: 'messages',
      variant: { batch: true, contextWindow: '200k-1M', geo: 'us' },
      startAt: START,
      widthMs: HOUR_MS,
      tokens: { uncachedInput: 1000, cachedInput: 300, cacheWrite5m: 100, cacheWrite1h: 200, output: 500 },
      requests: null,
    },
    {
      providerKeyId: null,
      scopeId: 'wrkspc_default',
      model: 'claude-opus-5',
      endpoint: 'messages',
      variant: {},
      startAt: START + HOUR_MS,
      widthMs: HOUR_MS,
      tokens: { uncachedInput: 10, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 1 },
      requests: null,
    },
  ],
  key: { providerKeyId: 'apikey_1', scopeId: 'wrkspc_1' },
  streams: true,
  endlessPages: [
    { data: [], has_more: true, last_id: 'same', next_page: 'same' },
    { data: [], has_more: true },
  ],
  lookUps: /\/workspaces$/,
  manyKeys: (total, perPage) => (request) => {
    if (request.path !== `${PREFIX}/api_keys`) return anthropicCase.organization(request);
    const start = Number(request.query.get('after_id')?.slice('apikey_'.length) ?? -1) + 1;
    const data = Array.from({ length: Math.min(perPage, total - start) }, (_, index) => ({
      ...keyRow,
      id: `apikey_${start + index}`,
    }));
    return { status: 200, json: { data, last_id: data.at(-1)?.id, has_more: start + perPage < total } };
  },
  ownHeaders: ['anthropic-beta', 'anthropic-version'],
  ambient: {
    ANTHROPIC_API_KEY: 'ambient-key',
    ANTHROPIC_AUTH_TOKEN: 'ambient-token',
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:1/ambient',
    ANTHROPIC_PROFILE: 'ambient-profile',
    ANTHROPIC_CONFIG_DIR: '/nonexistent/ambient',
    ANTHROPIC_ORGANIZATION_ID: 'ambient-org',
    ANTHROPIC_WORKSPACE_ID: 'ambient-workspace',
    ANTHROPIC_SERVICE_ACCOUNT_ID: 'ambient-account',
    ANTHROPIC_FEDERATION_RULE_ID: 'ambient-rule',
    ANTHROPIC_IDENTITY_TOKEN: 'ambient-identity',
    ANTHROPIC_SCOPE: 'ambient-scope',
    ANTHROPIC_WEBHOOK_SIGNING_KEY: 'whsec_ambient',
    ANTHROPIC_LOG: 'debug',
    ANTHROPIC_CUSTOM_HEADERS:
      'Authorization: Bearer ambient\nx-api-key: ambient\nanthropic-version: ambient\nanthropic-beta: ambient',
  },
  errorBody: (message, code) => ({
    type: 'error',
    error: { type: 'some_error', message, ...(code === undefined ? {} : { details: { error_code: code } }) },
  }),
  terminalCode: 'enforced_spend_limit_reached',
  optional: {
    days: { from: DAY, to: DAY + 2 * DAY_MS, widthMs: DAY_MS },
    costs: {
      availability: 'available',
      perKey: true,
      refreshedAt: Date.UTC(2026, 10, 21, 9, 30),
      costs: [
        {
          providerKeyId: 'apikey_1',
          scopeId: 'wrkspc_1',
          startAt: DAY,
          widthMs: DAY_MS,
          costMicroUsd: 12_500_000,
          lineItem: null,
        },
        {
          providerKeyId: null,
          scopeId: 'wrkspc_default',
          startAt: DAY + DAY_MS,
          widthMs: DAY_MS,
          costMicroUsd: 5_000,
          lineItem: null,
        },
      ],
    },
    eventsSince: START + 1_000,
    events: {
      availability: 'available',
      events: [
        { ...event, id: 'activity_1', at: START + 2_000, kind: 'sso_login_failed' },
        {
          id: 'activity_2',
          at: START + 180_250,
          kind: 'platform_api_key_created',
          keyId: 'apikey_1',
          scopeId: 'wrkspc_1',
          keyChange: 'created',
          actor: 'ada@example.com',
          detail: {
            resourceId: 'apikey_1',
            actorType: 'user_actor',
            actorId: 'user_1',
            ip: '192.0.2.7',
            userAgent: 'Mozilla/5.0',
          },
        },
        {
          ...event,
          id: 'activity_3',
          at: START + 300_000,
          kind: 'platform_file_uploaded',
          actor: 'apikey_2',
          detail: { actorType: 'api_actor', actorKeyId: 'apikey_2', ip: '198.51.100.9' },
        },
      ],
    },
    scopeId: 'wrkspc_1',
    members: [
      { id: 'user_1', name: 'Ada', email: 'ada@example.com' },
      { id: 'user_left', name: null, email: null },
      { id: 'user_0', name: null, email: null },
    ],
    spendAlerts: null,
    limits: {
      spendLimit: { availability: 'available', monthlyMicroUsd: 500_010_000, enforcing: null },
      rateLimits: [
        {
          id: 'rl_sonnet#requests_per_minute',
          model: 'Claude Sonnet',
          kind: 'requests_per_minute',
          value: 50,
          models: ['claude-sonnet-4-5', 'claude-sonnet-5'],
          sharedValue: 4000,
        },
        {
          id: 'rl_sonnet#output_tokens_per_minute',
          model: 'Claude Sonnet',
          kind: 'output_tokens_per_minute',
          value: 8000,
          models: ['claude-sonnet-4-5', 'claude-sonnet-5'],
          sharedValue: 8000,
        },
        { id: 'rl_opus#requests_per_minute', model: 'claude-opus-5', kind: 'requests_per_minute', value: 10 },
      ],
      models: { availability: 'not_enabled', mode: 'all', models: [] },
    },
    sets: [
      {
        name: 'setSpendLimit',
        run: (provider) => provider.setSpendLimit?.('wrkspc_1', 12_340_001),
        request: {
          method: 'POST',
          path: `${PREFIX}/spend_limits`,
          body: { amount: '1235', period: 'monthly', scope: { type: 'workspace', workspace_id: 'wrkspc_1' } },
        },
      },
      {
        name: 'setSpendLimit',
        run: (provider) => provider.setSpendLimit?.('wrkspc_1', null),
        request: { method: 'DELETE', path: `${PREFIX}/spend_limits/spl_1`, body: null },
      },
      {
        name: 'setRateLimit',
        run: (provider) => provider.setRateLimit?.('wrkspc_1', 'rl_opus#requests_per_minute', 3),
        request: {
          method: 'POST',
          path: `${PREFIX}/workspaces/wrkspc_1/rate_limits/rl_opus`,
          body: { limits: [{ type: 'requests_per_minute', value: 3 }] },
        },
      },
    ],
  },
};
