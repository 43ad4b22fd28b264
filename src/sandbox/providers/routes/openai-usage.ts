import type { EndpointFamily, WorldKey } from '../../world/index.ts';
import { type BucketWidth, pageOfBuckets, USAGE_LIMITS, WIDTH_MS, widthOf } from '../buckets.ts';
import { publishedUntil } from '../lag.ts';
import type { OpenAiStandInOptions } from '../openai-options.ts';
import { badRequest } from '../problem.ts';
import { choicesOf, listOf, type Route, type RouteRequest } from '../router.ts';
import { kindOf, splitByKind, type TokenKind } from '../token-kinds.ts';
import { type Dimensions, type Group, groupRows, rowsOf, type UsageRow } from '../usage-rows.ts';
import { secondsOf } from '../wire.ts';

interface Family {
  readonly path: string;
  readonly object: string;
  readonly groupBy: readonly string[];
  /** Undefined for what nobody at Acme uses: those answers have buckets without results. */
  readonly endpoint?: EndpointFamily;
}

const BY_KEY = ['project_id', 'user_id', 'api_key_id'] as const;
const BY_MODEL = [...BY_KEY, 'model'] as const;

const FAMILIES: readonly Family[] = [
  {
    path: 'completions',
    object: 'completions',
    groupBy: [...BY_MODEL, 'batch', 'service_tier'],
    endpoint: 'completions',
  },
  { path: 'embeddings', object: 'embeddings', groupBy: BY_MODEL, endpoint: 'embeddings' },
  { path: 'moderations', object: 'moderations', groupBy: BY_MODEL },
  { path: 'images', object: 'images', groupBy: [...BY_MODEL, 'size', 'source'] },
  { path: 'audio_speeches', object: 'audio_speeches', groupBy: BY_MODEL },
  { path: 'audio_transcriptions', object: 'audio_transcriptions', groupBy: BY_MODEL },
  { path: 'file_search_calls', object: 'file_searches', groupBy: [...BY_KEY, 'vector_store_id'] },
  { path: 'web_search_calls', object: 'web_searches', groupBy: [...BY_MODEL, 'context_level'] },
  { path: 'vector_stores', object: 'vector_stores', groupBy: ['project_id'] },
  { path: 'code_interpreter_sessions', object: 'code_interpreter_sessions', groupBy: ['project_id'] },
];

const COST_LIMIT = { usual: 7, max: 180 };

/** Usage of every endpoint family, and daily costs. */
export function openAiUsageRoutes(options: OpenAiStandInOptions): readonly Route[] {
  const families = FAMILIES.map(
    (family): Route => ({
      method: 'GET',
      path: `/v1/organization/usage/${family.path}`,
      handle: (request) => usage(options, family, request),
    }),
  );
  return [...families, { method: 'GET', path: '/v1/organization/costs', handle: (request) => costs(options, request) }];
}

function usage(options: OpenAiStandInOptions, family: Family, request: RouteRequest): unknown {
  const { query } = request;
  const width = widthOf(query, 'bucket_width');
  const asked = choicesOf(query, 'group_by', family.groupBy);
  const { world } = options;
  const sources = family.endpoint === undefined ? [] : sourcesOf(options, query);
  return answer(request, { width, sizes: USAGE_LIMITS[width] }, (bucket) => {
    const rows = rowsOf({ world, sources, bucket, horizon: publishedUntil(options, request.now) });
    const wanted = rows.filter((row) => row.line.endpoint === family.endpoint && isWanted(row, query));
    return groupRows(wanted, asked, { world, dimensionsOf }).map((group) => renderUsage(family, group));
  });
}

function costs(options: OpenAiStandInOptions, request: RouteRequest): unknown {
  const { query } = request;
  if (widthOf(query, 'bucket_width') !== '1d') throw badRequest('Invalid bucket_width: costs come by the day');
  const asked = choicesOf(query, 'group_by', ['project_id', 'line_item', 'api_key_id']);
  const { world } = options;
  const sources = sourcesOf(options, query);
  return answer(request, { width: '1d', sizes: COST_LIMIT }, (bucket) => {
    const rows = rowsOf({ world, sources, bucket, horizon: publishedUntil(options, request.now) });
    const items = asked.includes('line_item') ? rows.flatMap(splitByKind) : rows;
    return groupRows(items, asked, { world, dimensionsOf: costDimensionsOf }).map((group) =>
      renderCost(options, group, asked.includes('line_item')),
    );
  });
}

function answer(
  { query, now }: RouteRequest,
  grid: { readonly width: BucketWidth; readonly sizes: { readonly usual: number; readonly max: number } },
  resultsOf: (bucket: { readonly from: number; readonly to: number }) => readonly unknown[],
): unknown {
  const from = instantIn(query, 'start_time');
  if (from === undefined) throw badRequest('Missing required parameter: start_time');
  const to = Math.min(instantIn(query, 'end_time') ?? now, now);
  const size = { widthMs: WIDTH_MS[grid.width], ...grid.sizes };
  const { buckets, nextPage } = pageOfBuckets(query, { from, to }, size);
  const data = buckets.map((bucket) => ({
    object: 'bucket',
    start_time: secondsOf(bucket.from),
    end_time: secondsOf(bucket.to),
    results: resultsOf(bucket),
  }));
  return { object: 'page', data, has_more: nextPage !== null, next_page: nextPage };
}

function instantIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 0) throw badRequest(`Invalid ${name}: expected unix seconds`);
  return seconds * 1_000;
}

function sourcesOf({ world }: OpenAiStandInOptions, query: URLSearchParams): readonly WorldKey[] {
  const projects = listOf(query, 'project_ids');
  const keys = listOf(query, 'api_key_ids');
  const users = listOf(query, 'user_ids');
  return world.sourcesOf('openai').filter((key) => {
    if (projects.length > 0 && !projects.includes(key.scopeId)) return false;
    if (keys.length > 0 && !keys.includes(key.id)) return false;
    return users.length === 0 || users.includes(userOf(key) ?? '');
  });
}

function isWanted({ line }: UsageRow, query: URLSearchParams): boolean {
  const models = listOf(query, 'models');
  const batch = query.get('batch');
  if (models.length > 0 && !models.includes(line.model)) return false;
  return batch === null || String(line.variant.batch) === batch;
}

function dimensionsOf({ source, line }: UsageRow): Dimensions {
  return {
    project_id: source.scopeId,
    user_id: userOf(source),
    api_key_id: source.keyless ? null : source.id,
    model: line.model,
    batch: line.variant.batch,
    service_tier: 'default',
  };
}

function userOf(key: WorldKey): string | null {
  return key.owner.type === 'user' ? key.owner.userId : null;
}

function renderUsage(family: Family, group: Group): unknown {
  const { tokens, dimensions } = group;
  const { batch, service_tier, ...basic } = dimensions;
  const input = tokens.uncachedInput + tokens.cachedRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
  const object = `organization.usage.${family.object}.result`;
  const common = { object, input_tokens: input, num_model_requests: group.requests, ...basic };
  if (family.endpoint !== 'completions') return common;
  return {
    ...common,
    batch,
    service_tier,
    output_tokens: tokens.output,
    input_uncached_tokens: tokens.uncachedInput,
    input_cached_tokens: tokens.cachedRead,
    input_cache_write_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
    input_text_tokens: input,
    input_cached_text_tokens: tokens.cachedRead,
    output_text_tokens: tokens.output,
    input_audio_tokens: 0,
    output_audio_tokens: 0,
  };
}

const LINE_ITEMS: Readonly<Record<TokenKind, string>> = {
  uncachedInput: 'input_tokens',
  cachedRead: 'cached_input_tokens',
  cacheWrite5m: 'cache_write_tokens',
  cacheWrite1h: 'cache_write_tokens',
  output: 'output_tokens',
};

// A line item is one kind of token of one model.
function costDimensionsOf(row: UsageRow): Dimensions {
  const { source, line } = row;
  return {
    project_id: source.scopeId,
    api_key_id: source.keyless ? null : source.id,
    line_item: `${line.model}${line.variant.batch ? ' batch' : ''}, ${LINE_ITEMS[kindOf(row)]}`,
  };
}

function renderCost(options: OpenAiStandInOptions, group: Group, itemised: boolean): unknown {
  const usd = group.microUsd / 1_000_000;
  const { uncachedInput, cachedRead, output } = group.tokens;
  return {
    object: 'organization.costs.result',
    amount: { value: options.costAmounts === 'number' ? usd : usd.toFixed(10), currency: 'usd' },
    quantity: itemised ? uncachedInput + cachedRead + output : null,
    ...group.dimensions,
  };
}
