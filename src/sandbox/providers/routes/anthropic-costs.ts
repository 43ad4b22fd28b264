import type { AnthropicStandInOptions } from '../anthropic-options.ts';
import { defaultWorkspace, reportDimensions, reportRange } from '../anthropic-report.ts';
import { pageOfBuckets, WIDTH_MS, widthOf } from '../buckets.ts';
import { publishedUntil } from '../lag.ts';
import { badRequest } from '../problem.ts';
import { choicesOf, type Route, type RouteRequest } from '../router.ts';
import { kindOf, splitByKind, type TokenKind } from '../token-kinds.ts';
import { type Dimensions, type Group, groupRows, rowsOf, type UsageRow } from '../usage-rows.ts';
import { rfc3339 } from '../wire.ts';

const MICRO_USD_PER_CENT = 10_000;
const DESCRIBED = ['description', 'model', 'token_type', 'service_tier', 'context_window', 'inference_geo'];

export const TOKEN_TYPES: Readonly<Record<TokenKind, string>> = {
  uncachedInput: 'uncached_input_tokens',
  cachedRead: 'cache_read_input_tokens',
  cacheWrite5m: 'cache_creation.ephemeral_5m_input_tokens',
  cacheWrite1h: 'cache_creation.ephemeral_1h_input_tokens',
  output: 'output_tokens',
};

/** The daily cost report: cents as decimal strings, by workspace and description, never by key. */
export function anthropicCostRoutes(options: AnthropicStandInOptions): readonly Route[] {
  const path = '/v1/organizations/cost_report';
  return [{ method: 'GET', path, handle: (request) => costReport(options, request) }];
}

function costReport(options: AnthropicStandInOptions, { query, now }: RouteRequest): unknown {
  const { world } = options;
  if (widthOf(query, 'bucket_width') !== '1d') throw badRequest('bucket_width: costs come by the day');
  const asked = choicesOf(query, 'group_by', ['workspace_id', 'description']);
  const described = asked.includes('description');
  const size = { widthMs: WIDTH_MS['1d'], usual: 7, max: 31 };
  const { buckets, nextPage } = pageOfBuckets(query, reportRange(query, now), size);
  const sources = world.sourcesOf('anthropic');
  const dimensions = described ? [...asked, ...DESCRIBED] : asked;
  const defaultId = defaultWorkspace(world)?.id;
  const data = buckets.map((bucket) => {
    const rows = rowsOf({ world, sources, bucket, horizon: publishedUntil(options, now) });
    const items = described ? rows.flatMap(splitByKind) : rows;
    const groups = groupRows(items, dimensions, { world, dimensionsOf });
    return {
      starting_at: rfc3339(bucket.from),
      ending_at: rfc3339(bucket.to),
      results: groups.map((group) => renderCost(group, { described, defaultId })),
    };
  });
  return { data, has_more: nextPage !== null, next_page: nextPage };
}

function dimensionsOf(row: UsageRow): Dimensions {
  const { api_key_id: _never, ...shared } = reportDimensions(row);
  const token_type = TOKEN_TYPES[kindOf(row)];
  const batch = row.line.variant.batch ? ', Batch' : '';
  return { ...shared, token_type, description: `${row.line.model} Usage - ${token_type}${batch}` };
}

function renderCost(
  group: Group,
  report: { readonly described: boolean; readonly defaultId: string | undefined },
): unknown {
  const workspace = group.dimensions['workspace_id'] ?? null;
  return {
    ...group.dimensions,
    workspace_id: workspace === report.defaultId ? null : workspace,
    cost_type: report.described ? 'tokens' : null,
    amount: (group.microUsd / MICRO_USD_PER_CENT).toFixed(6),
    currency: 'USD',
  };
}
