import { z } from 'zod';
import { countOrNull, countOrZero, flag, rowsOf, text } from '../lib/row-reader.ts';
import {
  centsMicroUsd,
  dollarsMicroUsd,
  optionalNumber,
  optionalSecondsAt,
  optionalText,
  secondsAt,
} from '../lib/wire.ts';

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

const results = rowsOf({
  api_key_id: text,
  project_id: text,
  model: text,
  batch: flag,
  service_tier: text,
  input_tokens: countOrNull,
  input_uncached_tokens: countOrZero,
  input_cached_tokens: countOrZero,
  input_cache_write_tokens: countOrZero,
  output_tokens: countOrZero,
  // Uncached, although their names do not say it.
  input_audio_tokens: countOrZero,
  input_image_tokens: countOrZero,
  input_cached_audio_tokens: countOrZero,
  input_cached_image_tokens: countOrZero,
  output_audio_tokens: countOrZero,
  output_image_tokens: countOrZero,
  images: countOrNull,
  characters: countOrNull,
  seconds: countOrNull,
  num_model_requests: countOrNull,
  /** Calls of a tool, which are not requests to a model. */
  num_requests: countOrNull,
  num_sessions: countOrNull,
  usage_bytes: countOrNull,
});

const cost = z.object({
  amount: z.object({ value: dollarsMicroUsd, currency: optionalText }).nullish(),
  api_key_id: optionalText,
  project_id: optionalText,
  line_item: optionalText,
});

const limitField = optionalNumber;

export const rateLimit = z.object({
  id: z.string().min(1),
  model: optionalText,
  max_requests_per_1_minute: limitField,
  max_requests_per_1_day: limitField,
  max_tokens_per_1_minute: limitField,
  max_images_per_1_minute: limitField,
  max_audio_megabytes_per_1_minute: limitField,
  batch_1_day_max_input_tokens: limitField,
});

export const spendLimit = z.object({
  threshold_amount: centsMicroUsd,
  currency: optionalText,
  interval: optionalText,
  enforcement: z.object({ status: optionalText }).nullish(),
});

const spendAlert = z.object({
  id: z.string().min(1),
  threshold_amount: centsMicroUsd,
  currency: optionalText,
  notification_channel: z.object({ recipients: z.array(z.string()).nullish() }).nullish(),
});

export const modelPermissions = z.object({ mode: optionalText, model_ids: z.array(z.string()).nullish() });

const principal = z.object({ id: optionalText, email: optionalText }).nullish();

const event = z.looseObject({
  id: z.string().min(1),
  type: z.string().min(1),
  effective_at: secondsAt,
  project: z.object({ id: optionalText, name: optionalText }).nullish(),
  actor: z
    .object({
      type: optionalText,
      session: z.object({ user: principal, ip_address: optionalText, user_agent: optionalText }).nullish(),
      api_key: z.object({ id: optionalText, user: principal, service_account: principal }).nullish(),
    })
    .nullish(),
});

/** What the property named like the event's type holds, as far as it is read. */
export const eventPayload = z.object({ id: optionalText, error_code: optionalText }).nullish().catch(null);

export const projectPage = z.object({ data: z.array(project), ...cursor });
export const projectKeyPage = z.object({ data: z.array(projectKey), ...cursor });
export const adminKeyPage = z.object({ data: z.array(adminKey), ...cursor });

export const usagePage = z.object({
  data: z.array(z.object({ start_time: secondsAt, results })),
  has_more: z.boolean().nullish(),
  next_page: optionalText,
});

export const costPage = z.object({
  data: z.array(z.object({ start_time: secondsAt, results: z.array(cost) })),
  has_more: z.boolean().nullish(),
  next_page: optionalText,
});

export const memberPage = z.object({ data: z.array(user), ...cursor });
export const rateLimitPage = z.object({ data: z.array(rateLimit), ...cursor });
export const spendAlertPage = z.object({ data: z.array(spendAlert), ...cursor });
export const eventPage = z.object({ data: z.array(event), ...cursor });

/** The one answer that carries a key's value. */
export const madeKey = z.object({
  id: z.string().min(1),
  value: z.string().min(1),
  created_at: optionalSecondsAt,
});

export const deletion = z.object({ deleted: z.boolean() });

export type ProjectRow = z.infer<typeof project>;
export type ProjectKeyRow = z.infer<typeof projectKey>;
export type AdminKeyRow = z.infer<typeof adminKey>;
export type UsageResult = z.infer<typeof results>[number];
export type RateLimitRow = z.infer<typeof rateLimit>;
export type SpendAlertRow = z.infer<typeof spendAlert>;
export type EventRow = z.infer<typeof event>;
