import type Anthropic from '@anthropic-ai/sdk';
import { isAppError } from '../../domain/errors.ts';
import type { RateLimit, ScopeLimits, SpendLimit } from '../../domain/limits.ts';
import { callJson, guard, type Link, signalOption } from '../lib/call.ts';
import { assertUsd } from '../lib/cost-rows.ts';
import { unlessClosed } from '../lib/feature.ts';
import { capCents, limitIdOf, readLimit, unknownLimit } from '../lib/limits.ts';
import { collectPages } from '../lib/paging.ts';
import { MalformedAnswer } from '../lib/provider-error.ts';
import { readBody } from '../lib/wire.ts';
import type { AnthropicReader } from './inventory.ts';
import {
  deletion,
  type RateLimitRow,
  rateLimit,
  rateLimitPage,
  type SpendLimitRow,
  spendLimit,
  spendLimitPage,
} from './schema.ts';

const MICRO_USD_PER_CENT = 10_000;
// Both are the usual case and no fault: the interface is open to some organizations only.
const SPEND_LIMITS_CLOSED = {
  codes: new Set(['spend_limits_admin_api_writes_not_enabled', 'organization_type_not_supported']),
  message:
    'Anthropic has not opened spend limits to this organization. Set the limit in the console: https://platform.claude.com/settings/workspaces',
} as const;
const RATE_KINDS = [
  'fast_itpmca',
  'fast_otpm',
  'input_tokens_per_minute',
  'input_tokens_per_minute_cache_aware',
  'output_tokens_per_minute',
  'requests_per_minute',
  'tokens_per_day',
  'tokens_per_minute',
  'tool_uses_per_second',
] as const;

export interface AnthropicWriter {
  readonly writer: Anthropic;
  readonly link: Link;
}

interface Workspace {
  readonly id: string;
  /** The default workspace has no limits of its own. */
  readonly isDefault: boolean;
}

/** Spend cap and rate limits of a workspace, what it inherits from the organization included. */
export async function readAnthropicLimits(
  reader: AnthropicReader,
  workspace: Workspace,
  signal?: AbortSignal,
): Promise<ScopeLimits> {
  const rateLimits = await readRateLimits(reader, workspace, signal);
  return {
    rateLimits,
    spendLimit: await readSpendLimit(reader, workspace.id, signal),
    models: { availability: 'not_enabled', mode: 'all', models: [] },
  };
}

/** Null removes the cap. */
export async function setAnthropicSpendLimit(
  { writer, link }: AnthropicWriter,
  workspaceId: string,
  monthlyMicroUsd: number | null,
): Promise<void> {
  if (monthlyMicroUsd === null) return removeSpendLimit({ writer, link }, workspaceId);
  const cents = capCents(monthlyMicroUsd);
  const call = {
    operation: `set spend limit of ${workspaceId} to ${cents} cents`,
    kind: 'write',
    notEnabled: SPEND_LIMITS_CLOSED,
  } as const;
  const wanted = {
    amount: String(cents),
    period: 'monthly',
    scope: { type: 'workspace', workspace_id: workspaceId },
  } as const;
  await guard(link, call, async () => {
    const body = await callJson(link, call, () => writer.beta.organization.spendLimits.set(wanted));
    const answered = readBody(spendLimit, body, 'spend limit').amount;
    if (answered !== cents * MICRO_USD_PER_CENT) throw new MalformedAnswer('the answer has another spend limit');
  });
}

/** Takes effect within about an hour: no emergency brake. */
export async function setAnthropicRateLimit(
  { writer, link }: AnthropicWriter,
  workspaceId: string,
  { limitId, value }: { readonly limitId: string; readonly value: number },
): Promise<void> {
  const { providerId, kind } = readLimit(limitId, value);
  const type = RATE_KINDS.find((each) => each === kind);
  if (type === undefined) throw unknownLimit(limitId, value);
  const call = { operation: `set ${limitId} of ${workspaceId} to ${value}`, kind: 'write' } as const;
  await guard(link, call, async () => {
    const body = await callJson(link, call, () =>
      writer.organization.workspaces.rateLimits.update(providerId, {
        workspace_id: workspaceId,
        limits: [{ type, value }],
      }),
    );
    const answered = readBody(rateLimit, body, 'rate limit').limits.find((each) => each.type === type);
    if (answered?.value !== value) throw new MalformedAnswer('the answer has another rate limit');
  });
}

async function readSpendLimit(reader: AnthropicReader, workspaceId: string, signal?: AbortSignal): Promise<SpendLimit> {
  const rows = await unlessClosed(() => monthlyLimits(reader, workspaceId, signal));
  if (rows === undefined) return { availability: 'not_enabled', monthlyMicroUsd: null, enforcing: null };
  const row = rows[0];
  return {
    availability: 'available',
    // A limit that is switched off bounds nothing.
    monthlyMicroUsd: row?.is_enabled === false ? null : (row?.amount ?? null),
    // A limit that is on may or may not be reached: only "off" is told.
    enforcing: row?.is_enabled === false ? false : null,
  };
}

/** The workspace's own limits by the month; other scopes and periods are left out, asked for or not. */
async function monthlyLimits(
  { client, link }: AnthropicReader,
  workspaceId: string,
  signal: AbortSignal | undefined,
): Promise<SpendLimitRow[]> {
  const call = {
    operation: `list spend limits of ${workspaceId}`,
    kind: 'read',
    signal,
    notEnabled: SPEND_LIMITS_CLOSED,
  } as const;
  const rows = await guard(link, call, () =>
    collectPages(async (page) => {
      const query = { workspace_id: workspaceId, ...(page === undefined ? {} : { page }) };
      const body = await callJson(link, call, () =>
        client.beta.organization.spendLimits.list(query, signalOption(signal)),
      );
      const answer = readBody(spendLimitPage, body, 'spend limits');
      for (const { currency } of answer.data) assertUsd(currency);
      return { items: answer.data, hasMore: answer.has_more ?? answer.next_page !== null, cursor: answer.next_page };
    }),
  );
  return rows.filter(
    ({ scope, period }) => scope?.workspace_id === workspaceId && (period === null || period === 'monthly'),
  );
}

async function removeSpendLimit({ writer, link }: AnthropicWriter, workspaceId: string): Promise<void> {
  const rows = await monthlyLimits({ client: writer, link }, workspaceId, undefined);
  for (const { id } of rows) {
    const call = { operation: `delete spend limit ${id}`, kind: 'write', notEnabled: SPEND_LIMITS_CLOSED } as const;
    await guard(link, call, async () => {
      const body = await callJson(link, call, () => writer.beta.organization.spendLimits.delete(id));
      if (readBody(deletion, body, 'deletion').id !== id) throw new MalformedAnswer('the deletion was not confirmed');
    });
  }
}

async function readRateLimits(
  { client, link }: AnthropicReader,
  workspace: Workspace,
  signal: AbortSignal | undefined,
): Promise<RateLimit[]> {
  const call = { operation: `list rate limits of ${workspace.id}`, kind: 'read', signal } as const;
  try {
    const rows = await guard(link, call, () =>
      collectPages(async (page) => {
        const query = { include_inherited: true, ...(page === undefined ? {} : { page }) };
        const body = await callJson(link, call, () =>
          client.organization.workspaces.rateLimits.list(workspace.id, query, signalOption(signal)),
        );
        const answer = readBody(rateLimitPage, body, 'rate limits');
        return { items: answer.data, hasMore: answer.has_more ?? answer.next_page !== null, cursor: answer.next_page };
      }),
    );
    return rows.flatMap(toRateLimits);
  } catch (error) {
    if (isAppError(error, 'provider_denied')) return [];
    if (workspace.isDefault && isAppError(error, 'provider_not_found')) return [];
    throw error;
  }
}

function toRateLimits(row: RateLimitRow): RateLimit[] {
  // Batches, files and the like have limits of their own, which are no limits of models.
  if (row.group?.type !== undefined && row.group.type !== null && row.group.type !== 'model_group') return [];
  const models = row.models ?? [];
  const model = models.length === 1 ? (models[0] ?? null) : (row.group?.display_name ?? (models.join(', ') || null));
  return row.limits.map(({ type, value, org_limit, source }) => {
    const sharedValue = source?.type === 'organization' ? value : org_limit;
    return {
      id: limitIdOf(row.rate_limit_id, type),
      model,
      kind: type,
      value,
      ...(models.length > 1 ? { models } : {}),
      ...(sharedValue === null ? {} : { sharedValue }),
    };
  });
}
