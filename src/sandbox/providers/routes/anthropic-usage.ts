import type { AnthropicStandInOptions } from '../anthropic-options.ts';
import {
  defaultWorkspace,
  filteredSources,
  passesFilters,
  reportDimensions,
  reportRange,
} from '../anthropic-report.ts';
import { pageOfBuckets, USAGE_LIMITS, WIDTH_MS, widthOf } from '../buckets.ts';
import { publishedUntil } from '../lag.ts';
import { choicesOf, type Route, type RouteRequest } from '../router.ts';
import { type Group, groupRows, rowsOf } from '../usage-rows.ts';
import { rfc3339 } from '../wire.ts';

const GROUP_BY = ['api_key_id', 'workspace_id', 'model', 'service_tier', 'context_window', 'inference_geo'];

/** The messages usage report: tokens by minute, hour or day, without a count of requests. */
export function anthropicUsageRoutes(options: AnthropicStandInOptions): readonly Route[] {
  const path = '/v1/organizations/usage_report/messages';
  return [{ method: 'GET', path, handle: (request) => usageReport(options, request) }];
}

function usageReport(options: AnthropicStandInOptions, { query, now }: RouteRequest): unknown {
  const { world } = options;
  const horizon = publishedUntil(options, now);
  const width = widthOf(query, 'bucket_width');
  const asked = choicesOf(query, 'group_by', GROUP_BY);
  const size = { widthMs: WIDTH_MS[width], ...USAGE_LIMITS[width] };
  const { buckets, nextPage } = pageOfBuckets(query, reportRange(query, now), size);
  const sources = filteredSources(world, query);
  const defaultId = defaultWorkspace(world)?.id;
  const data = buckets.map((bucket) => {
    const rows = rowsOf({ world, sources, bucket, horizon }).filter((row) => passesFilters(row, query));
    const groups = groupRows(rows, asked, { world, dimensionsOf: reportDimensions });
    return {
      starting_at: rfc3339(bucket.from),
      ending_at: rfc3339(bucket.to),
      results: groups.map((group) => renderUsage(group, defaultId)),
    };
  });
  return { data, has_more: nextPage !== null, next_page: nextPage };
}

// This report knows the default workspace only as null.
function renderUsage({ tokens, dimensions }: Group, defaultWorkspaceId: string | undefined): unknown {
  const workspace = dimensions['workspace_id'] ?? null;
  return {
    ...dimensions,
    workspace_id: workspace === defaultWorkspaceId ? null : workspace,
    uncached_input_tokens: tokens.uncachedInput,
    cache_creation: {
      ephemeral_5m_input_tokens: tokens.cacheWrite5m,
      ephemeral_1h_input_tokens: tokens.cacheWrite1h,
    },
    cache_read_input_tokens: tokens.cachedRead,
    output_tokens: tokens.output,
    server_tool_use: { web_search_requests: 0 },
  };
}
