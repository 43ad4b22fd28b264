import type { ProviderCost } from '../../../src/ports/provider.ts';
import { createOpenaiClient } from '../../../src/providers/openai/client.ts';
import { connectOpenai } from '../../../src/providers/openai/provider.ts';
import type { ProviderCase } from '../../contract/provider-case.ts';
import { type Received, routes } from './loopback.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2026, 10, 21, 10) / 1000;

// Values without a known prefix: only a scrub by value can find them.
const ADMIN_KEY = 'canary.openai.read.0123456789';
const WRITE_KEY = 'canary.openai.write.9876543210';

export const projects = {
  object: 'list',
  pages: [
    {
      id: 'proj_1',
      object: 'organization.project',
      name: 'Shop',
      created_at: START,
      archived_at: null,
      status: 'active',
    },
    { id: 'proj_2', name: 'Old shop', created_at: START, archived_at: START, status: 'archived', surprise: { a: 1 } },
  ],
};

export const userKey = {
  object: 'organization.project.api_key',
  redacted_value: 'sk-proj-abc...def',
  name: 'prod-api',
  created_at: 1_760_000_000,
  last_used_at: 1_763_000_000,
  expires_at: 1_798_000_000,
  id: 'key_user',
  owner: { type: 'user', user: { id: 'user_1', email: 'ada@example.com', name: 'Ada', role: 'owner', created_at: 1 } },
  owner_project_access: 'active',
  surprise: [],
};

export const serviceKey = {
  redacted_value: 'sk-svcacct-abc...xyz',
  name: 'ci',
  created_at: '1760000001',
  last_used_at: null,
  id: 'key_service',
  owner: {
    type: 'service_account',
    service_account: { id: 'svc_1', name: 'CI', role: 'member', created_at: 1_760_000_000 },
  },
  owner_project_access: 'inactive',
};

export const adminKeyRow = {
  object: 'organization.admin_api_key',
  id: 'key_admin',
  name: 'Keysteward',
  redacted_value: 'sk-admin...xyz',
  created_at: 1_750_000_000,
  expires_at: 1_800_000_000,
  last_used_at: 1_763_700_000,
  owner: { type: 'user', object: 'organization.user', id: 'user_1', name: 'Ada', created_at: 1, role: 'owner' },
};

/** Serves rows one per page after `after`. */
function paged(rows: readonly { readonly id: string }[]): (request: Received) => unknown {
  return ({ query }) => {
    const index = query.has('after') ? rows.findIndex(({ id }) => id === query.get('after')) + 1 : 0;
    const data = rows.slice(index, index + 1);
    const last = data.at(-1)?.id ?? null;
    return { object: 'list', data, first_id: last, last_id: last, has_more: index + 1 < rows.length };
  };
}

const completions = [
  {
    object: 'bucket',
    start_time: START,
    end_time: START + 3600,
    results: [
      {
        object: 'organization.usage.completions.result',
        input_tokens: 1000,
        output_tokens: '500',
        input_cached_tokens: 300,
        input_cache_write_tokens: '100',
        input_audio_tokens: 0,
        num_model_requests: 5,
        project_id: 'proj_1',
        user_id: null,
        api_key_id: 'key_user',
        model: 'gpt-5',
        batch: true,
        service_tier: 'default',
        api_source: 'responses',
      },
    ],
  },
  {
    object: 'bucket',
    start_time: START + 3600,
    end_time: START + 7200,
    results: [
      {
        input_tokens: 10,
        output_tokens: 1,
        num_model_requests: 1,
        project_id: null,
        api_key_id: null,
        model: 'gpt-5',
        batch: false,
        service_tier: 'priority',
      },
    ],
  },
];

function usagePages(buckets: readonly unknown[]): (request: Received) => unknown {
  return ({ query }) => {
    const index = Number(query.get('page') ?? 0);
    const hasMore = index + 1 < buckets.length;
    return {
      object: 'page',
      data: buckets.slice(index, index + 1),
      has_more: hasMore,
      next_page: hasMore ? String(index + 1) : null,
    };
  };
}

const DAY = Date.UTC(2026, 10, 20) / 1000;

const costs = [
  {
    object: 'bucket',
    start_time: DAY,
    results: [
      {
        object: 'organization.costs.result',
        amount: { value: '12.5000000004', currency: 'usd' },
        project_id: 'proj_1',
        api_key_id: 'key_user',
        line_item: null,
        surprise: 1,
      },
      { amount: { value: 0.25, currency: 'USD' }, project_id: 'proj_1', api_key_id: null },
    ],
  },
  {
    start_time: String(DAY + 86_400),
    results: [
      { amount: { value: 0.1 }, project_id: 'proj_1', api_key_id: 'key_user' },
      { amount: { value: 0.2 }, project_id: 'proj_1', api_key_id: 'key_user' },
      { amount: { value: 0, currency: 'usd' }, project_id: 'proj_1', api_key_id: 'key_service' },
    ],
  },
];

// Newest first, as the log comes, and one from before the instant that is asked for.
const auditLog = [
  {
    id: 'audit_3',
    type: 'project.archived',
    effective_at: START + 300,
    actor: { type: 'api_key', api_key: { id: 'key_admin', type: 'service_account', service_account: { id: 'svc_1' } } },
    'project.archived': { id: 'proj_2' },
  },
  {
    id: 'audit_2',
    type: 'api_key.created',
    effective_at: String(START + 200),
    project: { id: 'proj_1', name: 'Shop' },
    actor: {
      type: 'session',
      session: {
        user: { id: 'user_1', email: 'ada@example.com' },
        ip_address: '192.0.2.7',
        user_agent: 'Mozilla/5.0',
        ja3: 'x',
      },
    },
    'api_key.created': { id: 'key_user', data: { scopes: ['resource.operation'] } },
  },
  { id: 'audit_1', type: 'login.failed', effective_at: START + 1.5, 'login.failed': 'unreadable' },
  { id: 'audit_0', type: 'login.succeeded', effective_at: START - 1 },
];

const rateLimits = [
  {
    object: 'project.rate_limit',
    id: 'rl-gpt-5',
    model: 'gpt-5',
    max_requests_per_1_minute: 500,
    max_tokens_per_1_minute: '30000',
    batch_1_day_max_input_tokens: null,
  },
  { id: 'rl-images', model: 'dall-e-3', max_images_per_1_minute: 5, surprise: {} },
];

const people = [
  { object: 'organization.project.user', id: 'user_1', name: 'Ada', email: 'ada@example.com', role: 'owner' },
  { id: 'user_2', name: 'Bo', email: null, surprise: {} },
  { id: 'user_3' },
];

const spendAlert = {
  object: 'project.spend_alert',
  id: 'alert_1',
  currency: 'USD',
  interval: 'month',
  threshold_amount: 50_000,
  notification_channel: { type: 'email', recipients: ['ada@example.com'], subject_prefix: null },
};
// Not in the order of their amounts, one without a word on who gets it, and one that nobody gets.
const spendAlerts = [
  spendAlert,
  { id: 'alert_2', threshold_amount: '12500', currency: 'usd', surprise: 1 },
  { ...spendAlert, id: 'alert_3', threshold_amount: 100, notification_channel: { type: 'email', recipients: [] } },
];
const spendAlertsOfAll = [
  { ...spendAlert, object: 'organization.spend_alert', id: 'alert_all', threshold_amount: 5_000_000 },
  { id: 'alert_nobody', threshold_amount: 1, currency: 'USD', notification_channel: { recipients: [] } },
];

const nothing = () => ({ object: 'page', data: [], has_more: false, next_page: null });
const PREFIX = '/v1/organization';

export const NEW_KEY_VALUE = 'sk-svcacct-canary-of-a-new-key-0123456789';
export const newKeyRequest = {
  name: 'ci-2026-11-21',
  beside: { providerKeyId: 'key_service', scopeId: 'proj_1' },
  ownerId: 'svc_1',
} as const;

/** What an event has not. */
const event = { keyId: null, scopeId: null, keyChange: null, actor: null, detail: {} };

export const openaiCase: ProviderCase = {
  title: 'OpenAI',
  basePath: '/v1',
  adminKey: ADMIN_KEY,
  writeKey: WRITE_KEY,
  connect: connectOpenai,
  createClient: createOpenaiClient,
  organization: routes({
    [`GET ${PREFIX}/projects`]: ({ query }) =>
      paged(query.get('include_archived') === 'true' ? projects.pages : [])({ query } as Received),
    [`GET ${PREFIX}/projects/proj_1/api_keys`]: (request) =>
      paged(request.query.get('owner_project_access') === 'any' ? [userKey, serviceKey] : [userKey])(request),
    [`GET ${PREFIX}/projects/proj_2/api_keys`]: paged([{ id: 'key_bare' }]),
    [`GET ${PREFIX}/admin_api_keys`]: paged([adminKeyRow]),
    [`GET ${PREFIX}/projects/proj_1/api_keys/key_user`]: () => userKey,
    [`DELETE ${PREFIX}/projects/proj_1/api_keys/key_user`]: () => ({
      object: 'organization.project.api_key.deleted',
      id: 'key_user',
      deleted: true,
    }),
    [`GET ${PREFIX}/usage/completions`]: usagePages(completions),
    [`GET ${PREFIX}/usage/embeddings`]: nothing,
    [`GET ${PREFIX}/usage/images`]: () => ({
      object: 'page',
      has_more: false,
      next_page: null,
      data: [
        {
          start_time: START,
          results: [
            { images: 4, num_model_requests: 2, api_key_id: 'key_user', project_id: 'proj_1', model: 'dall-e-3' },
          ],
        },
      ],
    }),
    [`GET ${PREFIX}/usage/audio_speeches`]: nothing,
    [`GET ${PREFIX}/usage/audio_transcriptions`]: nothing,
    [`GET ${PREFIX}/usage/moderations`]: nothing,
    [`GET ${PREFIX}/usage/web_search_calls`]: usagePages([
      {
        start_time: START,
        results: [
          { num_model_requests: 3, num_requests: 7, api_key_id: 'key_user', project_id: 'proj_1', model: 'gpt-5' },
        ],
      },
    ]),
    [`GET ${PREFIX}/usage/file_search_calls`]: usagePages([
      { start_time: START, results: [{ num_requests: '4', api_key_id: 'key_user', project_id: 'proj_1' }] },
      { start_time: START + 3600, results: [{ num_requests: 0, api_key_id: 'key_user', project_id: 'proj_1' }] },
    ]),
    [`GET ${PREFIX}/usage/code_interpreter_sessions`]: usagePages([
      { start_time: START, results: [{ num_sessions: 2, project_id: 'proj_1' }] },
    ]),
    [`GET ${PREFIX}/usage/vector_stores`]: usagePages([
      { start_time: START, results: [{ usage_bytes: 2_500_000_000, project_id: 'proj_1' }] },
    ]),
    [`GET ${PREFIX}/costs`]: usagePages(costs),
    [`GET ${PREFIX}/audit_logs`]: (request) =>
      paged(request.query.get('effective_at[gte]') === String(START + 1) ? auditLog : [])(request),
    [`GET ${PREFIX}/projects/proj_1/rate_limits`]: paged(rateLimits),
    [`POST ${PREFIX}/projects/proj_1/rate_limits/rl-gpt-5`]: ({ body }) => ({ ...rateLimits[0], ...JSON.parse(body) }),
    [`GET ${PREFIX}/projects/proj_1/spend_limit`]: () => ({
      object: 'project.spend_limit',
      currency: 'USD',
      interval: 'month',
      threshold_amount: '50001',
      enforcement: { status: 'enforcing' },
    }),
    [`POST ${PREFIX}/projects/proj_1/spend_limit`]: ({ body }) => JSON.parse(body),
    [`DELETE ${PREFIX}/projects/proj_1/spend_limit`]: () => ({ deleted: true }),
    [`GET ${PREFIX}/projects/proj_1/users`]: paged(people),
    [`GET ${PREFIX}/projects/proj_1/spend_alerts`]: paged(spendAlerts),
    [`GET ${PREFIX}/spend_alerts`]: paged(spendAlertsOfAll),
    [`GET ${PREFIX}/projects/proj_1/model_permissions`]: () => ({ mode: 'deny_list', model_ids: ['o3'] }),
    [`POST ${PREFIX}/projects/proj_1/model_permissions`]: ({ body }) => JSON.parse(body),
    [`DELETE ${PREFIX}/projects/proj_1/model_permissions`]: () => ({ deleted: true }),
    [`POST ${PREFIX}/projects/proj_1/service_accounts/svc_1/api_keys`]: ({ body }) => ({
      object: 'organization.project.service_account.api_key',
      id: 'key_made',
      created_at: START,
      value: NEW_KEY_VALUE,
      ...JSON.parse(body),
    }),
    [`DELETE ${PREFIX}/projects/proj_1/service_accounts/svc_1`]: () => ({ id: 'svc_1', deleted: true }),
  }),
  scopes: [
    { id: 'proj_1', kind: 'project', name: 'Shop', archived: false },
    { id: 'proj_2', kind: 'project', name: 'Old shop', archived: true },
  ],
  keys: [
    {
      id: 'key_user',
      scopeId: 'proj_1',
      label: 'prod-api',
      hint: 'sk-proj-abc...def',
      status: 'active',
      createdAt: 1_760_000_000_000,
      lastUsedAt: 1_763_000_000_000,
      expiresAt: 1_798_000_000_000,
      owner: { kind: 'user', id: 'user_1', name: 'Ada', email: 'ada@example.com', hasAccess: true },
      kind: 'inference',
    },
    {
      id: 'key_service',
      scopeId: 'proj_1',
      label: 'ci',
      hint: 'sk-svcacct-abc...xyz',
      status: 'active',
      createdAt: 1_760_000_001_000,
      lastUsedAt: null,
      expiresAt: null,
      owner: { kind: 'service_account', id: 'svc_1', name: 'CI', email: null, hasAccess: false },
      kind: 'inference',
    },
    {
      id: 'key_bare',
      scopeId: 'proj_2',
      label: 'key_bare',
      hint: null,
      status: 'archived',
      createdAt: null,
      lastUsedAt: null,
      expiresAt: null,
      owner: null,
      kind: 'inference',
    },
    {
      id: 'key_admin',
      scopeId: null,
      label: 'Keysteward',
      hint: 'sk-admin...xyz',
      status: 'active',
      createdAt: 1_750_000_000_000,
      lastUsedAt: 1_763_700_000_000,
      expiresAt: 1_800_000_000_000,
      owner: { kind: 'user', id: 'user_1', name: 'Ada', email: null, hasAccess: true },
      kind: 'admin',
    },
  ],
  window: { from: START * 1000, to: START * 1000 + 2 * HOUR_MS, widthMs: HOUR_MS },
  usage: [
    {
      providerKeyId: 'key_user',
      scopeId: 'proj_1',
      model: 'gpt-5',
      endpoint: 'completions',
      variant: { batch: true },
      startAt: START * 1000,
      widthMs: HOUR_MS,
      tokens: { uncachedInput: 600, cachedInput: 300, cacheWrite5m: 100, cacheWrite1h: 0, output: 500 },
      requests: 5,
    },
    {
      providerKeyId: null,
      scopeId: null,
      model: 'gpt-5',
      endpoint: 'completions',
      variant: { tier: 'priority' },
      startAt: START * 1000 + HOUR_MS,
      widthMs: HOUR_MS,
      tokens: { uncachedInput: 10, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 1 },
      requests: 1,
    },
    {
      providerKeyId: 'key_user',
      scopeId: 'proj_1',
      model: 'dall-e-3',
      endpoint: 'images',
      variant: {},
      startAt: START * 1000,
      widthMs: HOUR_MS,
      tokens: { uncachedInput: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 },
      requests: 4,
    },
    {
      providerKeyId: 'key_user',
      scopeId: 'proj_1',
      model: 'gpt-5',
      endpoint: 'web_search_calls',
      variant: {},
      startAt: START * 1000,
      widthMs: HOUR_MS,
      tokens: { uncachedInput: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 },
      requests: 7,
    },
    {
      providerKeyId: 'key_user',
      scopeId: 'proj_1',
      model: '',
      endpoint: 'file_search_calls',
      variant: {},
      startAt: START * 1000,
      widthMs: HOUR_MS,
      tokens: { uncachedInput: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 },
      requests: 4,
    },
    {
      providerKeyId: null,
      scopeId: 'proj_1',
      model: '',
      endpoint: 'code_interpreter_sessions',
      variant: {},
      startAt: START * 1000,
      widthMs: HOUR_MS,
      tokens: { uncachedInput: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 },
      requests: 2,
    },
    {
      providerKeyId: null,
      scopeId: 'proj_1',
      model: '',
      endpoint: 'vector_stores',
      variant: {},
      startAt: START * 1000,
      widthMs: HOUR_MS,
      tokens: { uncachedInput: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 },
      // Three started gigabytes for an hour, in gigabytes times minutes.
      requests: 180,
    },
  ],
  key: { providerKeyId: 'key_user', scopeId: 'proj_1' },
  streams: true,
  endlessPages: [
    { data: [], has_more: true, last_id: 'same', next_page: 'same' },
    { data: [], has_more: true },
  ],
  manyKeys: (total, perPage) => (request) => {
    if (!/proj_1\/api_keys$/.test(request.path)) return openaiCase.organization(request);
    const start = Number(request.query.get('after')?.slice('key_'.length) ?? -1) + 1;
    const data = Array.from({ length: Math.min(perPage, total - start) }, (_, index) => ({
      ...userKey,
      id: `key_${start + index}`,
    }));
    return { status: 200, json: { data, last_id: data.at(-1)?.id, has_more: start + perPage < total } };
  },
  ownHeaders: [],
  ambient: {
    OPENAI_ADMIN_KEY: 'ambient-admin',
    OPENAI_API_KEY: 'ambient-key',
    OPENAI_ORG_ID: 'ambient-org',
    OPENAI_PROJECT_ID: 'ambient-project',
    OPENAI_BASE_URL: 'http://127.0.0.1:1/ambient',
    OPENAI_WEBHOOK_SECRET: 'ambient-hook',
    OPENAI_LOG: 'debug',
    OPENAI_CUSTOM_HEADERS: 'Authorization: Bearer ambient\nx-extra: ambient\nuser-agent: ambient\naccept: ambient',
  },
  errorBody: (message, code) => ({ error: { message, type: 'some_error', param: null, code: code ?? null } }),
  terminalCode: 'insufficient_quota',
  optional: {
    days: { from: DAY * 1000, to: DAY * 1000 + 2 * DAY_MS, widthMs: DAY_MS },
    costs: {
      availability: 'available',
      perKey: true,
      refreshedAt: null,
      costs: [
        cost({ providerKeyId: 'key_user', startAt: DAY * 1000, costMicroUsd: 12_500_000 }),
        cost({ providerKeyId: null, startAt: DAY * 1000, costMicroUsd: 250_000 }),
        cost({ providerKeyId: 'key_user', startAt: DAY * 1000 + DAY_MS, costMicroUsd: 300_000 }),
      ],
    },
    eventsSince: START * 1000 + 1_200,
    events: {
      availability: 'available',
      events: [
        { ...event, id: 'audit_1', at: START * 1000 + 1_500, kind: 'login.failed' },
        {
          id: 'audit_2',
          at: START * 1000 + 200_000,
          kind: 'api_key.created',
          keyId: 'key_user',
          scopeId: 'proj_1',
          keyChange: 'created',
          actor: 'ada@example.com',
          detail: {
            resourceId: 'key_user',
            actorType: 'session',
            actorId: 'user_1',
            ip: '192.0.2.7',
            userAgent: 'Mozilla/5.0',
          },
        },
        {
          ...event,
          id: 'audit_3',
          at: START * 1000 + 300_000,
          kind: 'project.archived',
          keyChange: 'deleted',
          actor: 'svc_1',
          detail: {
            resourceId: 'proj_2',
            actorType: 'api_key',
            actorId: 'svc_1',
            actorKeyId: 'key_admin',
          },
        },
      ],
    },
    scopeId: 'proj_1',
    members: [
      { id: 'user_1', name: 'Ada', email: 'ada@example.com' },
      { id: 'user_2', name: 'Bo', email: null },
      { id: 'user_3', name: null, email: null },
    ],
    spendAlerts: {
      scope: {
        availability: 'available',
        alerts: [{ monthlyMicroUsd: 125_000_000 }, { monthlyMicroUsd: 500_000_000 }],
      },
      all: { availability: 'available', alerts: [{ monthlyMicroUsd: 50_000_000_000 }] },
    },
    limits: {
      spendLimit: { availability: 'available', monthlyMicroUsd: 500_010_000, enforcing: true },
      rateLimits: [
        { id: 'rl-gpt-5#max_requests_per_1_minute', model: 'gpt-5', kind: 'max_requests_per_1_minute', value: 500 },
        { id: 'rl-gpt-5#max_tokens_per_1_minute', model: 'gpt-5', kind: 'max_tokens_per_1_minute', value: 30_000 },
        { id: 'rl-images#max_images_per_1_minute', model: 'dall-e-3', kind: 'max_images_per_1_minute', value: 5 },
      ],
      models: { availability: 'available', mode: 'deny', models: ['o3'] },
    },
    sets: [
      {
        name: 'setSpendLimit',
        run: (provider) => provider.setSpendLimit?.('proj_1', 12_340_001),
        request: post('spend_limit', { currency: 'USD', interval: 'month', threshold_amount: 1235 }),
      },
      {
        name: 'setSpendLimit',
        run: (provider) => provider.setSpendLimit?.('proj_1', 0),
        request: post('spend_limit', { currency: 'USD', interval: 'month', threshold_amount: 1 }),
      },
      {
        name: 'setSpendLimit',
        run: (provider) => provider.setSpendLimit?.('proj_1', null),
        request: { method: 'DELETE', path: `${PREFIX}/projects/proj_1/spend_limit`, body: null },
      },
      {
        name: 'setRateLimit',
        run: (provider) => provider.setRateLimit?.('proj_1', 'rl-gpt-5#max_requests_per_1_minute', 3),
        request: post('rate_limits/rl-gpt-5', { max_requests_per_1_minute: 3 }),
      },
      {
        name: 'setModelPermissions',
        run: (provider) => provider.setModelPermissions?.('proj_1', { mode: 'allow', models: ['gpt-5', 'o3'] }),
        request: post('model_permissions', { mode: 'allow_list', model_ids: ['gpt-5', 'o3'] }),
      },
      {
        name: 'setModelPermissions',
        run: (provider) => provider.setModelPermissions?.('proj_1', { mode: 'all', models: [] }),
        request: { method: 'DELETE', path: `${PREFIX}/projects/proj_1/model_permissions`, body: null },
      },
      {
        name: 'deleteKeyOwner',
        run: (provider) => provider.deleteKeyOwner?.({ providerKeyId: 'key_service', scopeId: 'proj_1' }, 'svc_1'),
        request: { method: 'DELETE', path: `${PREFIX}/projects/proj_1/service_accounts/svc_1`, body: null },
      },
      {
        name: 'createKey',
        run: (provider) => provider.createKey?.(newKeyRequest),
        request: post('service_accounts/svc_1/api_keys', { name: 'ci-2026-11-21' }),
      },
    ],
  },
};

function cost(row: Pick<ProviderCost, 'providerKeyId' | 'startAt' | 'costMicroUsd'>): ProviderCost {
  return { ...row, scopeId: 'proj_1', widthMs: DAY_MS, lineItem: null };
}

function post(path: string, body: unknown) {
  return { method: 'POST', path: `${PREFIX}/projects/proj_1/${path}`, body };
}
