import { type ExpressionBuilder, type Kysely, sql } from 'kysely';
import { inSlices } from '../domain/collections.ts';
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

function costOf(eb: ExpressionBuilder<Database, 'usage'>) {
  return eb.fn.sum<number>('cost_micro_usd').as('cost');
}

function requestsOf() {
  return sql<number>`COALESCE(SUM(requests), 0)`.as('requests');
}
