import type OpenAI from 'openai';
import { isAppError } from '../../domain/errors.ts';
import type { ModelPermissions, ModelRule, RateLimit, ScopeLimits, SpendLimit } from '../../domain/limits.ts';
import { callJson, guard, type Link, signalOption } from '../lib/call.ts';
import { assertUsd } from '../lib/cost-rows.ts';
import { unlessClosed } from '../lib/feature.ts';
import { capCents, limitIdOf, readLimit, unknownLimit } from '../lib/limits.ts';
import { collectPages, cursorPage, uniqueById } from '../lib/paging.ts';
import { MalformedAnswer } from '../lib/provider-error.ts';
import { readBody } from '../lib/wire.ts';
import type { OpenaiReader } from './inventory.ts';
import { deletion, modelPermissions, type RateLimitRow, rateLimit, rateLimitPage, spendLimit } from './schema.ts';

const PAGE_SIZE = 100;
const MICRO_USD_PER_CENT = 10_000;

const RATE_FIELDS = [
  'max_requests_per_1_minute',
  'max_requests_per_1_day',
  'max_tokens_per_1_minute',
  'max_images_per_1_minute',
  'max_audio_megabytes_per_1_minute',
  'batch_1_day_max_input_tokens',
] as const;

export interface OpenaiWriter {
  readonly writer: OpenAI;
  readonly link: Link;
}

/** Spend cap, rate limits and allowed models of a project; a project that is not there is `provider_not_found`. */
export async function readOpenaiLimits(
  reader: OpenaiReader,
  projectId: string,
  signal?: AbortSignal,
): Promise<ScopeLimits> {
  // Every project has rate limits, so this call tells an unknown project from one without a cap.
  const rateLimits = await readRateLimits(reader, projectId, signal);
  return {
    rateLimits,
    spendLimit: await readSpendLimit(reader, projectId, signal),
    models: await readModels(reader, projectId, signal),
  };
}

/** Null removes the cap. */
export async function setOpenaiSpendLimit(
  { writer, link }: OpenaiWriter,
  projectId: string,
  monthlyMicroUsd: number | null,
): Promise<void> {
  const api = writer.admin.organization.projects.spendLimit;
  if (monthlyMicroUsd === null) return removed(link, `remove spend limit of ${projectId}`, () => api.delete(projectId));
  const cents = capCents(monthlyMicroUsd);
  const call = { operation: `set spend limit of ${projectId} to ${cents} cents`, kind: 'write' } as const;
  await guard(link, call, async () => {
    const body = await callJson(link, call, () =>
      api.update(projectId, { currency: 'USD', interval: 'month', threshold_amount: cents }),
    );
    const answered = readBody(spendLimit, body, 'spend limit').threshold_amount;
    if (answered !== cents * MICRO_USD_PER_CENT) throw new MalformedAnswer('the answer has another spend limit');
  });
}

export async function setOpenaiRateLimit(
  { writer, link }: OpenaiWriter,
  projectId: string,
  { limitId, value }: { readonly limitId: string; readonly value: number },
): Promise<void> {
  const { providerId, kind } = readLimit(limitId, value);
  const field = RATE_FIELDS.find((name) => name === kind);
  if (field === undefined) throw unknownLimit(limitId, value);
  const call = { operation: `set ${limitId} of ${projectId} to ${value}`, kind: 'write' } as const;
  const change: Partial<Record<(typeof RATE_FIELDS)[number], number>> = { [field]: value };
  await guard(link, call, async () => {
    const body = await callJson(link, call, () =>
      writer.admin.organization.projects.rateLimits.updateRateLimit(providerId, { project_id: projectId, ...change }),
    );
    if (readBody(rateLimit, body, 'rate limit')[field] !== value) {
      throw new MalformedAnswer('the answer has another rate limit');
    }
  });
}

export async function setOpenaiModels(
  { writer, link }: OpenaiWriter,
  projectId: string,
  { mode, models }: ModelRule,
): Promise<void> {
  const api = writer.admin.organization.projects.modelPermissions;
  if (mode === 'all') return removed(link, `allow all models of ${projectId}`, () => api.delete(projectId));
  const call = { operation: `set models of ${projectId} to ${mode} ${models.join(' ')}`, kind: 'write' } as const;
  await guard(link, call, async () => {
    const wanted = { mode: `${mode}_list` as const, model_ids: [...models] };
    const body = await callJson(link, call, () => api.update(projectId, wanted));
    const answered = toModels(readBody(modelPermissions, body, 'model permissions'));
    const same = answered.mode === mode && sameSet(answered.models, models);
    if (!same) throw new MalformedAnswer('the answer has other model permissions');
  });
}

async function readSpendLimit(reader: OpenaiReader, projectId: string, signal?: AbortSignal): Promise<SpendLimit> {
  const { client, link } = reader;
  const call = { operation: `read spend limit of ${projectId}`, kind: 'read', signal } as const;
  const read = () =>
    guard(link, call, async () => {
      const body = await callJson(link, call, () =>
        client.admin.organization.projects.spendLimit.retrieve(projectId, signalOption(signal)),
      );
      const row = readBody(spendLimit, body, 'spend limit');
      assertUsd(row.currency);
      return row;
    });
  const row = await unlessClosed(() => nullIfUnset(read));
  if (row === undefined) return { availability: 'not_enabled', monthlyMicroUsd: null, enforcing: null };
  if (row === null) return { availability: 'available', monthlyMicroUsd: null, enforcing: null };
  const status = row.enforcement?.status ?? null;
  return {
    availability: 'available',
    monthlyMicroUsd: row.threshold_amount,
    enforcing: status === null ? null : status === 'enforcing',
  };
}

async function readRateLimits(reader: OpenaiReader, projectId: string, signal?: AbortSignal): Promise<RateLimit[]> {
  const { client, link } = reader;
  const call = { operation: `list rate limits of ${projectId}`, kind: 'read', signal } as const;
  try {
    const rows = await guard(link, call, () =>
      collectPages(async (after) => {
        const query = { limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
        const body = await callJson(link, call, () =>
          client.admin.organization.projects.rateLimits.listRateLimits(projectId, query, signalOption(signal)),
        );
        return cursorPage(readBody(rateLimitPage, body, 'rate limits'));
      }),
    );
    return uniqueById(rows).flatMap(toRateLimits);
  } catch (error) {
    if (isAppError(error, 'provider_denied')) return [];
    throw error;
  }
}

async function readModels(reader: OpenaiReader, projectId: string, signal?: AbortSignal): Promise<ModelPermissions> {
  const { client, link } = reader;
  const call = { operation: `read model permissions of ${projectId}`, kind: 'read', signal } as const;
  const read = () =>
    guard(link, call, async () => {
      const body = await callJson(link, call, () =>
        client.admin.organization.projects.modelPermissions.retrieve(projectId, signalOption(signal)),
      );
      return toModels(readBody(modelPermissions, body, 'model permissions'));
    });
  const models = await unlessClosed(() => nullIfUnset(read));
  if (models === undefined) return { availability: 'not_enabled', mode: 'all', models: [] };
  return models ?? { availability: 'available', mode: 'all', models: [] };
}

/** A project that has none of this answers 404. */
async function nullIfUnset<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isAppError(error, 'provider_not_found')) return null;
    throw error;
  }
}

/** Deletes a setting; one that was not set is already as wanted. */
async function removed(link: Link, operation: string, send: Parameters<typeof callJson>[2]): Promise<void> {
  const call = { operation, kind: 'write' } as const;
  const done = () =>
    guard(link, call, async () => {
      const body = await callJson(link, call, send);
      if (!readBody(deletion, body, 'deletion').deleted) throw new MalformedAnswer('the deletion was not confirmed');
    });
  await nullIfUnset(done);
}

function toRateLimits(row: RateLimitRow): RateLimit[] {
  return RATE_FIELDS.flatMap((kind) => {
    const value = row[kind];
    return value === null ? [] : [{ id: limitIdOf(row.id, kind), model: row.model, kind, value }];
  });
}

function toModels(row: ReturnType<typeof modelPermissions.parse>): ModelPermissions {
  const models = row.model_ids ?? [];
  if (row.mode === 'allow_list') return { availability: 'available', mode: 'allow', models };
  if (row.mode === 'deny_list') return { availability: 'available', mode: 'deny', models };
  throw new MalformedAnswer('the model permissions have an unknown mode');
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const wanted = new Set(b);
  return new Set(a).size === wanted.size && a.every((each) => wanted.has(each));
}
