import { type Kysely, sql } from 'kysely';
import type { UsageRow } from '../ports/store.ts';
import type { NewPrice, RowsToPrice, UsagePriceRepo } from '../ports/usage-prices.ts';
import type { RepoContext } from './repo-context.ts';
import type { Database } from './schema.ts';
import { toUsageRow } from './usage.ts';
import { DayChanges } from './usage-days.ts';

type Context = Pick<RepoContext, 'db' | 'digests' | 'touched'>;

export function usagePriceRepo(context: Context): UsagePriceRepo {
  const { db } = context;
  return {
    async unpriced({ connectionIds, from, to }) {
      const rows = await db
        .selectFrom('usage')
        .select(['connection_id', 'key_id', 'model', 'endpoint', 'variant'])
        .select((eb) => eb.fn.sum<number>('cost_micro_usd').as('cost'))
        .select((eb) => eb.fn.sum<number | null>('requests').as('requests'))
        .select(sql<number>`SUM(uncached_input + cached_input + cache_write_5m + cache_write_1h + output)`.as('tokens'))
        .where('connection_id', 'in', connectionIds)
        .where('start_at', '>=', from)
        .where('start_at', '<', to)
        // Word for word the condition of the index, or SQLite does not use it.
        .where(sql<boolean>`price_source IN ('sibling', 'unpriced')`)
        .groupBy(['connection_id', 'key_id', 'model', 'endpoint', 'variant'])
        .execute();
      return rows.map((row) => ({
        connectionId: row.connection_id,
        keyId: row.key_id,
        model: row.model,
        endpoint: row.endpoint,
        variant: row.variant,
        costMicroUsd: Number(row.cost),
        tokens: Number(row.tokens),
        requests: Number(row.requests ?? 0),
      }));
    },
    async page(which, after, limit) {
      const rows = await rowsToPrice(db, which, after).limit(limit).execute();
      return rows.map(toUsageRow);
    },
    reprice: (prices) => reprice(context, prices),
  };
}

async function reprice({ db, digests, touched }: Context, prices: readonly NewPrice[]): Promise<number> {
  digests.clear();
  let changed = 0;
  const days = new DayChanges();
  for (const { row, costMicroUsd, priceSource, priceVersion } of prices) {
    const { tokens } = row;
    const result = await db
      .updateTable('usage')
      .set({ cost_micro_usd: costMicroUsd, price_source: priceSource, price_version: priceVersion })
      .where('connection_id', '=', row.connectionId)
      .where('start_at', '=', row.startAt)
      .where('width_ms', '=', row.widthMs)
      .where('key_id', '=', row.keyId)
      .where('model', '=', row.model)
      .where('endpoint', '=', row.endpoint)
      .where('variant', '=', row.variant)
      .where('uncached_input', '=', tokens.uncachedInput)
      .where('cached_input', '=', tokens.cachedInput)
      .where('cache_write_5m', '=', tokens.cacheWrite5m)
      .where('cache_write_1h', '=', tokens.cacheWrite1h)
      .where('output', '=', tokens.output)
      .where('requests', row.requests === null ? 'is' : '=', row.requests)
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n) continue;
    changed += 1;
    days.add({ key_id: row.keyId, start_at: row.startAt, cost_micro_usd: costMicroUsd - row.costMicroUsd });
  }
  await days.write({ db, touched });
  return changed;
}

function rowsToPrice(
  db: Kysely<Database>,
  { connectionId, from, to, exceptVersion }: RowsToPrice,
  after: UsageRow | null,
) {
  return db
    .selectFrom('usage')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where('start_at', '>=', after?.startAt ?? from)
    .where('start_at', '<', to)
    .$if(exceptVersion !== null, (query) => query.where('price_version', '<>', exceptVersion ?? ''))
    .$if(after !== null, (query) => query.where(isAfter(after)))
    .orderBy('start_at')
    .orderBy('width_ms')
    .orderBy('key_id')
    .orderBy('model')
    .orderBy('endpoint')
    .orderBy('variant');
}

/** In the order of the primary key, so that a page begins where the last one ended without counting to there. */
function isAfter(row: UsageRow | null) {
  return sql<boolean>`(start_at, width_ms, key_id, model, endpoint, variant) >
    (${row?.startAt}, ${row?.widthMs}, ${row?.keyId}, ${row?.model}, ${row?.endpoint}, ${row?.variant})`;
}
