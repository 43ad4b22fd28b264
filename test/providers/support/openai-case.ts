import { createOpenaiClient } from '../../../src/providers/openai/client.ts';
import { connectOpenai } from '../../../src/providers/openai/provider.ts';
import type { ProviderCase } from '../../contract/provider-contract.ts';
import { type Received, routes } from './loopback.ts';

const HOUR_MS = 3_600_000;
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
  expires_at: 1_790_000_000,
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

const nothing = () => ({ object: 'page', data: [], has_more: false, next_page: null });
const PREFIX = '/v1/organization';

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
      expiresAt: 1_790_000_000_000,
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
      requests: 2,
    },
  ],
  key: { providerKeyId: 'key_user', scopeId: 'proj_1' },
  act: async (provider, ref) => provider.revokeKey?.(ref),
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
};
