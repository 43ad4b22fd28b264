import { z } from 'zod';
import { count, optionalCount, optionalSecondsAt, optionalText, secondsAt } from '../lib/wire.ts';

// Only the fields that are used, all but the ids optional: a field that the provider renames must not blind us.

const cursor = { has_more: z.boolean().nullish(), last_id: optionalText };

const project = z.object({
  id: z.string().min(1),
  name: optionalText,
  status: optionalText,
  archived_at: optionalSecondsAt,
});

const user = z.object({ id: z.string().min(1), name: optionalText, email: optionalText });

export const projectKey = z.object({
  id: z.string().min(1),
  name: optionalText,
  redacted_value: optionalText,
  created_at: optionalSecondsAt,
  last_used_at: optionalSecondsAt,
  // Not in the types of this SDK line, but sent by the server.
  expires_at: optionalSecondsAt,
  status: optionalText,
  owner_project_access: optionalText,
  owner: z.object({ type: optionalText, user: user.nullish(), service_account: user.nullish() }).nullish(),
});

export const adminKey = z.object({
  id: z.string().min(1),
  name: optionalText,
  redacted_value: optionalText,
  created_at: optionalSecondsAt,
  last_used_at: optionalSecondsAt,
  expires_at: optionalSecondsAt,
  owner: user.partial().nullish(),
});

const result = z.object({
  api_key_id: optionalText,
  project_id: optionalText,
  model: optionalText,
  batch: z.boolean().nullish(),
  service_tier: optionalText,
  input_tokens: optionalCount,
  input_uncached_tokens: count,
  input_cached_tokens: count,
  input_cache_write_tokens: count,
  output_tokens: count,
  num_model_requests: optionalCount,
});

export const projectPage = z.object({ data: z.array(project), ...cursor });
export const projectKeyPage = z.object({ data: z.array(projectKey), ...cursor });
export const adminKeyPage = z.object({ data: z.array(adminKey), ...cursor });

export const usagePage = z.object({
  data: z.array(z.object({ start_time: secondsAt, results: z.array(result) })),
  has_more: z.boolean().nullish(),
  next_page: optionalText,
});

export const deletion = z.object({ deleted: z.boolean() });

export type ProjectRow = z.infer<typeof project>;
export type ProjectKeyRow = z.infer<typeof projectKey>;
export type AdminKeyRow = z.infer<typeof adminKey>;
export type UsageResult = z.infer<typeof result>;
