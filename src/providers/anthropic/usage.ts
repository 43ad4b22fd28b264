import { NO_TOKENS, type ProviderUsage, type UsageVariant } from '../../domain/usage.ts';
import type { Provider, UsageWindow } from '../../ports/provider.ts';
import { callJson, signalOption } from '../lib/call.ts';
import { bucketWidthOf } from '../lib/usage-rows.ts';
import { UsageReader, type UsageReport } from '../lib/usage-stream.ts';
import { readBody } from '../lib/wire.ts';
import type { AnthropicReader } from './inventory.ts';
import { rfc3339 } from './page-query.ts';
import { type UsageResult, usagePage } from './schema.ts';

// Not in the SDK: its similarly named reports have no key ids.
const USAGE_PATH = '/v1/organizations/usage_report/messages';
const GROUP_BY = ['api_key_id', 'workspace_id', 'model', 'service_tier', 'context_window', 'inference_geo'];
const LONG_CONTEXT = '200k-1M';
const DEFAULT_GEOS: ReadonlySet<string> = new Set(['global', 'not_available']);

type DefaultId = (signal?: AbortSignal) => Promise<string | null>;

/** The usage report, whole or in parts. */
export function anthropicUsage(
  { client, link }: AnthropicReader,
  defaultId: DefaultId,
): Required<Pick<Provider, 'readUsage' | 'streamUsage'>> {
  const usage = new UsageReader();

  async function reportFor(signal: AbortSignal | undefined): Promise<UsageReport> {
    const call = { operation: 'read usage', kind: 'read', signal } as const;
    const defaultWorkspaceId = await defaultId(signal);
    return {
      link,
      call,
      pages: (window, limit) => async (page) => {
        const query = { ...queryFor(window, limit), ...(page === undefined ? {} : { page }) };
        const body = await callJson(link, call, () => client.get(USAGE_PATH, { query, ...signalOption(signal) }));
        const answer = readBody(usagePage, body, 'usage report');
        const items = answer.data.map(({ starting_at: startAt, results }) => ({
          startAt,
          rows: results.flatMap((row) => toUsage(row, defaultWorkspaceId, { startAt, widthMs: window.widthMs })),
        }));
        return { items, hasMore: answer.has_more ?? answer.next_page !== null, cursor: answer.next_page };
      },
    };
  }

  return {
    readUsage: async (window, signal) => usage.read(await reportFor(signal), window),
    async *streamUsage(window, signal) {
      yield* usage.stream(await reportFor(signal), window);
    },
  };
}

function queryFor(window: UsageWindow, limit: number) {
  return {
    starting_at: rfc3339(window.from),
    ending_at: rfc3339(window.to),
    bucket_width: bucketWidthOf(window).name,
    limit,
    group_by: GROUP_BY,
  };
}

/** One row of tokens, and one of the searches that were made beside them. */
function toUsage(
  row: UsageResult,
  defaultWorkspaceId: string | null,
  bucket: { readonly startAt: number; readonly widthMs: number },
): ProviderUsage[] {
  const shared = {
    providerKeyId: row.api_key_id,
    scopeId: row.workspace_id ?? defaultWorkspaceId,
    model: row.model ?? 'unknown',
    ...bucket,
  };
  const tokens = {
    uncachedInput: row.uncached_input_tokens,
    cachedInput: row.cache_read_input_tokens,
    cacheWrite5m: row.cache_creation?.ephemeral_5m_input_tokens ?? 0,
    cacheWrite1h: row.cache_creation?.ephemeral_1h_input_tokens ?? 0,
    output: row.output_tokens,
  };
  const usage = { ...shared, endpoint: 'messages', variant: variantOf(row), tokens, requests: null };
  const searches = row.server_tool_use?.web_search_requests ?? 0;
  if (searches === 0) return [usage];
  // A search costs the same in a batch as at any other tier.
  return [usage, { ...shared, endpoint: 'web_search', variant: {}, tokens: NO_TOKENS, requests: searches }];
}

function variantOf(row: UsageResult): UsageVariant {
  const tier = row.service_tier;
  return {
    ...(tier === 'batch' ? { batch: true } : {}),
    ...(tier === null || tier === 'batch' || tier === 'standard' ? {} : { tier }),
    ...(row.context_window === LONG_CONTEXT ? { contextWindow: LONG_CONTEXT } : {}),
    ...(row.inference_geo === null || DEFAULT_GEOS.has(row.inference_geo) ? {} : { geo: row.inference_geo }),
  };
}
