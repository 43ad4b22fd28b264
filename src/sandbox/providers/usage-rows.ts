import { DAY_MS, type TimeRange, type TokenCounts, type UsageLine, type World, type WorldKey } from '../world/index.ts';

/** Usage of one source in one bucket, as far as the provider has published it. */
export interface UsageRow {
  readonly source: WorldKey;
  readonly line: UsageLine;
}

/** What rows are grouped by; a dimension that was not asked for is null. */
export type Dimensions = Readonly<Record<string, string | boolean | null>>;

export interface Group {
  readonly dimensions: Dimensions;
  requests: number;
  tokens: TokenCounts;
  /** Micro-USD, not rounded. */
  microUsd: number;
}

// The company's past is made up minute by minute: a year of it would take longer than the story.
const REMEMBERED_MS = 45 * DAY_MS;

interface RowQuery {
  readonly world: World;
  readonly sources: readonly WorldKey[];
  readonly bucket: TimeRange;
  /** Requests from this instant on are not published yet. */
  readonly horizon: number;
}

/** All published usage of a bucket. */
export function rowsOf({ world, sources, bucket, horizon }: RowQuery): UsageRow[] {
  const to = Math.min(bucket.to, horizon);
  if (to <= bucket.from || bucket.from < horizon - REMEMBERED_MS) return [];
  return sources.flatMap((source) =>
    world.usageBetween({ keyId: source.id, from: bucket.from, to }).map((line) => ({ source, line })),
  );
}

/** Adds rows up by the dimensions asked for, in the order in which they first appear. */
export function groupRows(
  rows: readonly UsageRow[],
  asked: readonly string[],
  tools: { readonly dimensionsOf: (row: UsageRow) => Dimensions; readonly world: World },
): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const all = tools.dimensionsOf(row);
    const dimensions = Object.fromEntries(Object.entries(all).map(([k, v]) => [k, asked.includes(k) ? v : null]));
    const name = JSON.stringify(dimensions);
    const group = groups.get(name) ?? { dimensions, requests: 0, tokens: NOTHING, microUsd: 0 };
    group.requests += row.line.requests;
    group.tokens = addTokens(group.tokens, row.line.tokens);
    group.microUsd += tools.world.prices.cost(row.line);
    groups.set(name, group);
  }
  return [...groups.values()];
}

const NOTHING: TokenCounts = { uncachedInput: 0, cachedRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };

function addTokens(a: TokenCounts, b: TokenCounts): TokenCounts {
  return {
    uncachedInput: a.uncachedInput + b.uncachedInput,
    cachedRead: a.cachedRead + b.cachedRead,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    output: a.output + b.output,
  };
}
