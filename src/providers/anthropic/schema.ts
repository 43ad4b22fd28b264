import { z } from 'zod';
import { countOrZero, inner, readable, rowsOf, text } from '../lib/row-reader.ts';
import { centsMicroUsd, optionalNumber, optionalRfc3339At, optionalText, rfc3339At } from '../lib/wire.ts';

// Only the fields that are used, all but the ids optional: a field that the provider renames must not blind us.

const id = z.string().min(1);
const page = { has_more: z.boolean().nullish(), last_id: optionalText };

const workspace = z.object({ id, name: optionalText, archived_at: optionalText });

const user = z.object({ id, name: optionalText, email: optionalText });

export const apiKey = z.object({
  id,
  name: optionalText,
  partial_key_hint: optionalText,
  status: optionalText,
  created_at: optionalRfc3339At,
  expires_at: optionalRfc3339At,
  created_by: z.object({ id, type: optionalText }).nullish(),
  principal: z.object({ user_id: optionalText, service_account_id: optionalText }).nullish(),
  scope: z.object({ type: optionalText, workspace_id: optionalText }).nullish(),
});

const results = rowsOf({
  api_key_id: text,
  workspace_id: text,
  model: text,
  service_tier: text,
  context_window: text,
  inference_geo: text,
  uncached_input_tokens: countOrZero,
  cache_read_input_tokens: countOrZero,
  cache_creation: inner({ ephemeral_5m_input_tokens: countOrZero, ephemeral_1h_input_tokens: countOrZero }),
  output_tokens: countOrZero,
  server_tool_use: readable(inner({ web_search_requests: countOrZero })),
});

const workspaceMember = z.object({ user_id: z.string().min(1) }).transform((row) => ({ id: row.user_id }));

export const workspacePage = z.object({ data: z.array(workspace), ...page });
export const userPage = z.object({ data: z.array(user), ...page });
export const workspaceMemberPage = z.object({ data: z.array(workspaceMember), ...page });
export const apiKeyPage = z.object({ data: z.array(apiKey), ...page });

export const usagePage = z.object({
  data: z.array(z.object({ starting_at: rfc3339At, results })),
  has_more: z.boolean().nullish(),
  next_page: optionalText,
});

const reportPaging = { has_more: z.boolean().nullish(), next_page: optionalText };

/** Sparse rows of the analytics report; amounts are fractional cents. */
export const analyticsCostPage = z.object({
  data: z.array(
    z.object({
      starting_at: rfc3339At,
      group: z.object({ api_key_id: optionalText, workspace_id: optionalText }).nullish(),
      cost: z.object({ amount: centsMicroUsd, currency: optionalText }),
    }),
  ),
  data_refreshed_at: optionalRfc3339At,
  ...reportPaging,
});

/** Days of the cost report, which knows workspaces but no keys; amounts are cents. */
export const costReportPage = z.object({
  data: z.array(
    z.object({
      starting_at: rfc3339At,
      results: z.array(z.object({ workspace_id: optionalText, amount: centsMicroUsd, currency: optionalText })),
    }),
  ),
  ...reportPaging,
});

export const spendLimit = z.object({
  id,
  amount: centsMicroUsd.nullish(),
  currency: optionalText,
  period: optionalText,
  is_enabled: z.boolean().nullish(),
  scope: z.object({ type: optionalText, workspace_id: optionalText }).nullish(),
});

export const rateLimit = z.object({
  rate_limit_id: id,
  group: z.object({ type: optionalText, display_name: optionalText }).nullish(),
  models: z.array(z.string()).nullish(),
  limits: z.array(
    z.object({
      type: z.string().min(1),
      value: optionalNumber,
      org_limit: optionalNumber,
      source: z.object({ type: optionalText }).nullish(),
    }),
  ),
});

const activity = z.looseObject({
  id,
  type: z.string().min(1),
  created_at: rfc3339At,
  workspace_id: optionalText,
  actor: z
    .object({
      type: optionalText,
      user_id: optionalText,
      email_address: optionalText,
      api_key_id: optionalText,
      admin_api_key_id: optionalText,
      ip_address: optionalText,
      user_agent: optionalText,
    })
    .nullish(),
});

export const spendLimitPage = z.object({ data: z.array(spendLimit), ...reportPaging });
export const rateLimitPage = z.object({ data: z.array(rateLimit), ...reportPaging });
export const activityPage = z.object({ data: z.array(activity), ...page });
export const deletion = z.object({ id });

export type WorkspaceRow = z.infer<typeof workspace>;
export type UserRow = z.infer<typeof user>;
export type ApiKeyRow = z.infer<typeof apiKey>;
export type UsageResult = z.infer<typeof results>[number];
export type SpendLimitRow = z.infer<typeof spendLimit>;
export type RateLimitRow = z.infer<typeof rateLimit>;
export type ActivityRow = z.infer<typeof activity>;
