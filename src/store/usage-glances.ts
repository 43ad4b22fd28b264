import { type ExpressionBuilder, type Kysely, sql } from 'kysely';
import type { DayCost } from '../domain/cap-proposal.ts';
import { inSlices } from '../domain/collections.ts';
import { HOUR_MS } from '../domain/time.ts';
import type { UsageGlances } from '../ports/usage-glances.ts';
import type { UsageRange } from '../ports/usage-prices.ts';
import type { Database } from './schema.ts';

// SQLite allows 32,766 bound values in one statement.
const CHUNK = 5_000;

export function usageGlances(db: Kysely<Database>): UsageGlances {
  const startedIn = (connectionId: string, { from, to }: UsageRange) =>
    db
      .selectFrom('usage')
      .where('connection_id', '=', connectionId)
      .where('start_at', '>=', from)
      .where('start_at', '<', to);
  return {
    async useByModel(connectionId, range) {
      const rows = await startedIn(connectionId, range)
        .select(['key_id', 'model', 'endpoint', costOf, requestsOf])
        .groupBy(['key_id', 'model', 'endpoint'])
        .execute();
      return rows.map(({ key_id: keyId, model, endpoint, cost, requests }) => ({
        keyId,
        model,
        endpoint,
        costMicroUsd: cost,
        requests,
      }));
    },
    async useByKey(connectionId, range) {
      const rows = await startedIn(connectionId, range)
        .select(['key_id', costOf, requestsOf])
        .groupBy('key_id')
        .execute();
      return new Map(rows.map(({ key_id, cost, requests }) => [key_id, { costMicroUsd: cost, requests }]));
    },
    daySums: (keyIds, range) => daySums(db, keyIds, range),
    highestHours: (keyIds, range) => highestHours(db, keyIds, range),
    async lastDays(keyIds, before) {
      const days = new Map<string, number>();
      for (const slice of inSlices(keyIds, CHUNK)) {
        const rows = await db
          .selectFrom('usage_days')
          .select(['key_id', (eb) => eb.fn.max<number>('day_at').as('day')])
          .where('key_id', 'in', slice)
          .where('day_at', '<', before)
          .where('cost_micro_usd', '>', 0)
          .groupBy('key_id')
          .execute();
        for (const { key_id, day } of rows) days.set(key_id, day);
      }
      return days;
    },
  };
}

async function daySums(
  db: Kysely<Database>,
  keyIds: readonly string[],
  { from, to }: UsageRange,
): Promise<readonly DayCost[]> {
  const sums = new Map<number, number>();
  for (const slice of inSlices(keyIds, CHUNK)) {
    const rows = await db
      .selectFrom('usage_days')
      .select(['day_at', (eb) => eb.fn.sum<number>('cost_micro_usd').as('cost')])
      .where('key_id', 'in', slice)
      .where('day_at', '>=', from)
      .where('day_at', '<', to)
      .groupBy('day_at')
      .execute();
    for (const { day_at, cost } of rows) sums.set(day_at, (sums.get(day_at) ?? 0) + Number(cost));
  }
  return [...sums].sort(([a], [b]) => a - b).map(([dayAt, costMicroUsd]) => ({ dayAt, costMicroUsd }));
}

async function highestHours(
  db: Kysely<Database>,
  keyIds: readonly string[],
  { from, to }: UsageRange,
): Promise<ReadonlyMap<string, number>> {
  const highest = new Map<string, number>();
  for (const slice of inSlices(keyIds, CHUNK)) {
    const hours = db
      .selectFrom('usage')
      .select(['key_id', (eb) => eb.fn.sum<number>('cost_micro_usd').as('cost')])
      .where('key_id', 'in', slice)
      .where('start_at', '>=', from)
      .where('start_at', '<', to)
      .where('width_ms', '<=', HOUR_MS)
      .groupBy(['key_id', sql`start_at / ${sql.lit(HOUR_MS)}`]);
    const rows = await db
      .selectFrom(hours.as('hours'))
      .select(['key_id', (eb) => eb.fn.max<number>('cost').as('most')])
      .groupBy('key_id')
      .execute();
    for (const { key_id, most } of rows) if (Number(most) > 0) highest.set(key_id, Number(most));
  }
  return highest;
}

function costOf(eb: ExpressionBuilder<Database, 'usage'>) {
  return eb.fn.sum<number>('cost_micro_usd').as('cost');
}

function requestsOf() {
  return sql<number>`COALESCE(SUM(requests), 0)`.as('requests');
}
