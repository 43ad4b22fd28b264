import { type Kysely, sql } from 'kysely';
import { inSlices } from '../domain/collections.ts';
import { DAY_MS, HOUR_MS } from '../domain/time.ts';
import type { PriceSource, UsageBucket } from '../domain/usage.ts';
import type { UsageRange, UsageRepo } from '../ports/store.ts';
import type { Database, Row } from './schema.ts';

const KEY_CHUNK = 500;
// The widest stored bucket: a bucket that starts this much before a range can still reach into it.
const WIDEST_MS = DAY_MS;

/** What some keys used over time. */
export function usageSeries(db: Kysely<Database>): Pick<UsageRepo, 'ofKeys' | 'costOf' | 'startedIn' | 'ofKeysFolded'> {
  return {
    ofKeys: (keyIds, range) => ofKeys(db, keyIds, range),
    async costOf(keyIds, { from, to }) {
      let sum = 0;
      for (const slice of inSlices(keyIds, KEY_CHUNK)) {
        const row = await db
          .selectFrom('usage')
          .select((eb) => eb.fn.sum<number | null>('cost_micro_usd').as('cost'))
          .where('key_id', 'in', slice)
          .where('start_at', '>=', from)
          .where('start_at', '<', to)
          .executeTakeFirst();
        sum += Number(row?.cost ?? 0);
      }
      return sum;
    },
    startedIn: (keyIds, range) => startedIn(db, keyIds, range),
    ofKeysFolded: (keyIds, range, widthMs) => ofKeysFolded(db, keyIds, { ...range, widthMs }),
  };
}

async function ofKeys(db: Kysely<Database>, keyIds: readonly string[], range: UsageRange): Promise<UsageBucket[]> {
  const buckets: UsageBucket[] = [];
  for (let start = 0; start < keyIds.length; start += KEY_CHUNK) {
    const rows = await db
      .selectFrom('usage')
      .selectAll()
      .where('key_id', 'in', keyIds.slice(start, start + KEY_CHUNK))
      .where('start_at', '>', range.from - WIDEST_MS)
      .where('start_at', '<', range.to)
      .where(sql<boolean>`start_at + width_ms > ${range.from}`)
      .execute();
    for (const row of rows) buckets.push(toUsage(row));
  }
  return buckets.sort((a, b) => a.startAt - b.startAt);
}

async function startedIn(db: Kysely<Database>, keyIds: readonly string[], range: UsageRange): Promise<UsageBucket[]> {
  if (keyIds.length === 0) return [];
  const rows = await db
    .selectFrom('usage')
    .selectAll()
    .where('key_id', 'in', keyIds)
    .where('start_at', '>=', range.from)
    .where('start_at', '<', range.to)
    .execute();
  return rows.map(toUsage);
}

async function ofKeysFolded(
  db: Kysely<Database>,
  keyIds: readonly string[],
  { from, to, widthMs }: UsageRange & { readonly widthMs: number },
): Promise<UsageBucket[]> {
  if (keyIds.length === 0) return [];
  const width = sql.lit(widthMs);
  const { rows } = await sql<Omit<Row<'usage'>, 'connection_id' | 'price_version'>>`
    SELECT key_id, model, endpoint, variant, MAX(width_ms, ${width}) AS width_ms,
      CASE WHEN width_ms < ${width} THEN (start_at / ${width}) * ${width} ELSE start_at END AS start_at,
      SUM(uncached_input) AS uncached_input, SUM(cached_input) AS cached_input, SUM(cache_write_5m) AS cache_write_5m,
      SUM(cache_write_1h) AS cache_write_1h, SUM(output) AS output, SUM(requests) AS requests,
      SUM(cost_micro_usd) AS cost_micro_usd, MAX(price_source) AS price_source
    FROM usage
    WHERE key_id IN (${sql.join(keyIds)}) AND start_at > ${from - HOUR_MS} AND start_at < ${to} AND start_at + width_ms > ${from}
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 6`.execute(db);
  return rows.map(toUsage);
}

export function toUsage(row: Omit<Row<'usage'>, 'connection_id' | 'price_version'>): UsageBucket {
  return {
    keyId: row.key_id,
    model: row.model,
    endpoint: row.endpoint,
    variant: row.variant,
    startAt: row.start_at,
    widthMs: row.width_ms,
    tokens: {
      uncachedInput: row.uncached_input,
      cachedInput: row.cached_input,
      cacheWrite5m: row.cache_write_5m,
      cacheWrite1h: row.cache_write_1h,
      output: row.output,
    },
    requests: row.requests,
    costMicroUsd: row.cost_micro_usd,
    priceSource: row.price_source as PriceSource,
  };
}
