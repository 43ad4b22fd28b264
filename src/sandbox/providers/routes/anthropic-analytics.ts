import type { TimeRange } from '../../world/index.ts';
import { DAY_MS, HOUR_MS } from '../../world/index.ts';
import type { AnthropicStandInOptions } from '../anthropic-options.ts';
import { filteredSources, instantIn, passesFilters, reportDimensions } from '../anthropic-report.ts';
import { type BucketWidth, floorTo, pageToken, readPageToken, WIDTH_MS, widthOf } from '../buckets.ts';
import { publishedUntil } from '../lag.ts';
import { badRequest, notFound } from '../problem.ts';
import { choicesOf, limitOf, type Route, type RouteRequest } from '../router.ts';
import { kindOf, splitByKind } from '../token-kinds.ts';
import { type Dimensions, type Group, groupRows, rowsOf, type UsageRow } from '../usage-rows.ts';
import { rfc3339 } from '../wire.ts';
import { TOKEN_TYPES } from './anthropic-costs.ts';

interface Report {
  readonly path: string;
  readonly groupBy: readonly string[];
  readonly orderBy: readonly [usual: string, ...others: string[]];
  figureOf(group: Group, order: string): number;
  render(group: Group, asked: readonly string[]): Record<string, unknown>;
}

interface Row {
  readonly bucket: TimeRange;
  readonly group: Group;
}

const SHARED = ['api_key_id', 'workspace_id', 'model', 'service_tier', 'context_window', 'inference_geo'];
// Dimensions that exist but that nothing at Acme ever fills.
const EMPTY = ['actor', 'actor_type', 'agent_id', 'deployment_id', 'environment_id', 'product', 'session_id', 'speed'];
const MOST_DIMENSIONS = 5;
const MOST_MINUTE_SPAN = DAY_MS;
const MOST_SPAN = 31 * DAY_MS;
const MICRO_USD_PER_CENT = 10_000;

const USAGE: Report = {
  path: '/v1/organizations/analytics/usage',
  groupBy: [...SHARED, ...EMPTY],
  orderBy: ['total_tokens', 'output_tokens', 'requests', 'uncached_input_tokens', 'time'],
  figureOf: ({ tokens, requests }, order) => {
    if (order === 'requests') return requests;
    if (order === 'output_tokens') return tokens.output;
    return order === 'uncached_input_tokens' ? tokens.uncachedInput : totalTokens(tokens);
  },
  render: ({ tokens, requests }) => ({
    usage: {
      uncached_input_tokens: tokens.uncachedInput,
      cache_creation: {
        ephemeral_5m_input_tokens: tokens.cacheWrite5m,
        ephemeral_1h_input_tokens: tokens.cacheWrite1h,
      },
      cache_read_input_tokens: tokens.cachedRead,
      output_tokens: tokens.output,
      total_tokens: totalTokens(tokens),
      requests,
      server_tool_use: { web_search_requests: 0 },
    },
  }),
};

const COST: Report = {
  path: '/v1/organizations/analytics/cost',
  groupBy: [...SHARED, ...EMPTY, 'cost_type', 'token_type'],
  orderBy: ['amount', 'list_amount', 'time'],
  figureOf: ({ microUsd }) => microUsd,
  render: ({ microUsd, requests }, asked) => {
    const amount = (microUsd / MICRO_USD_PER_CENT).toFixed(6);
    const counted = !asked.includes('cost_type') && !asked.includes('token_type');
    return { cost: { amount, list_amount: amount, currency: 'USD', requests: counted ? requests : null } };
  },
};

/** Usage and cost analytics by key: sparse rows, ranked, behind a beta header. */
export function anthropicAnalyticsRoutes(options: AnthropicStandInOptions): readonly Route[] {
  return [USAGE, COST].map((report) => ({
    method: 'GET',
    path: report.path,
    handle: (request) => answer(options, report, request),
  }));
}

function answer(options: AnthropicStandInOptions, report: Report, request: RouteRequest): unknown {
  if (options.analytics === 'off') throw notFound(report.path);
  const { query, now } = request;
  const { world } = options;
  const horizon = publishedUntil(options, now);
  const asked = choicesOf(query, 'group_by', report.groupBy);
  if (asked.length > MOST_DIMENSIONS) throw badRequest(`group_by: at most ${MOST_DIMENSIONS} dimensions`);
  const sources = filteredSources(world, query);
  const byKind = asked.includes('token_type');
  const rows = bucketsOf(query, now).flatMap((bucket): Row[] => {
    const found = rowsOf({ world, sources, bucket, horizon }).filter((row) => passesFilters(row, query));
    const groups = groupRows(byKind ? found.flatMap(splitByKind) : found, asked, { world, dimensionsOf });
    return groups.map((group) => ({ bucket, group }));
  });
  const sorted = sortRows(rows, report, query);
  const start = startOf(query);
  const end = start + limitOf(query, { usual: 20, max: 1000 });
  return {
    data: sorted.slice(start, end).map(({ bucket, group }) => ({
      starting_at: rfc3339(bucket.from),
      ending_at: rfc3339(bucket.to),
      group: renderGroup(report, group.dimensions),
      ...report.render(group, asked),
    })),
    has_more: end < sorted.length,
    next_page: end < sorted.length ? pageToken(end) : null,
    data_refreshed_at: rfc3339(floorTo(horizon, 1_000)),
  };
}

function bucketsOf(query: URLSearchParams, now: number): readonly TimeRange[] {
  const from = instantIn(query, 'starting_at');
  if (from === undefined) throw badRequest('starting_at: Field required');
  const to = instantIn(query, 'ending_at');
  if (query.get('time_bucket_width') === null) {
    // Whole hours only: the hour that runs is missing.
    const end = floorTo(to ?? Math.min(now, from + MOST_SPAN), HOUR_MS);
    return checkSpan([{ from: floorTo(from, HOUR_MS), to: end }], '1h');
  }
  if (to === undefined) throw badRequest('ending_at: required with time_bucket_width');
  const width = widthOf(query, 'time_bucket_width');
  const buckets: TimeRange[] = [];
  const end = Math.min(to, now);
  for (let at = floorTo(from, WIDTH_MS[width]); at < end; at += WIDTH_MS[width]) {
    buckets.push({ from: at, to: at + WIDTH_MS[width] });
  }
  checkSpan([{ from, to }], width);
  return buckets;
}

function checkSpan(ranges: readonly TimeRange[], width: BucketWidth): readonly TimeRange[] {
  const most = width === '1m' ? MOST_MINUTE_SPAN : MOST_SPAN;
  if (ranges.some((range) => range.to - range.from > most)) throw badRequest('The range is too long for this width');
  return ranges;
}

function sortRows(rows: readonly Row[], report: Report, query: URLSearchParams): readonly Row[] {
  const asked = query.get('order_by') ?? report.orderBy[0];
  if (!report.orderBy.includes(asked)) throw badRequest(`Invalid order_by: '${asked}'`);
  const sign = query.get('order') === 'asc' ? 1 : -1;
  const rank = (row: Row): number => report.figureOf(row.group, asked);
  const byTime = asked === 'time' && query.get('time_bucket_width') !== null;
  // Within a bucket the largest comes first whatever the direction.
  const compare = (a: Row, b: Row): number =>
    byTime ? sign * (a.bucket.from - b.bucket.from) || rank(b) - rank(a) : sign * (rank(a) - rank(b));
  return rows.toSorted(compare);
}

function startOf(query: URLSearchParams): number {
  const token = query.get('page');
  return token === null ? 0 : readPageToken(token);
}

function renderGroup(report: Report, dimensions: Dimensions): Record<string, unknown> {
  const none = Object.fromEntries(report.groupBy.map((name) => [name, null]));
  const known = Object.entries(dimensions).filter(([name]) => report.groupBy.includes(name));
  return { ...none, ...Object.fromEntries(known) };
}

function dimensionsOf(row: UsageRow): Dimensions {
  return { ...reportDimensions(row), cost_type: 'tokens', token_type: TOKEN_TYPES[kindOf(row)] };
}

function totalTokens(tokens: Group['tokens']): number {
  return tokens.uncachedInput + tokens.cachedRead + tokens.cacheWrite5m + tokens.cacheWrite1h + tokens.output;
}
