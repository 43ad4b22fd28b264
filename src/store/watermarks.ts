import type { Kysely } from 'kysely';
import type { Watermark, WatermarkRepo } from '../ports/store.ts';
import type { Database, Row } from './schema.ts';

export function watermarkRepo(db: Kysely<Database>): WatermarkRepo {
  return {
    async get(connectionId) {
      const row = await db
        .selectFrom('watermarks')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .executeTakeFirst();
      return row && toWatermark(row);
    },
    async put(watermark) {
      const values = {
        polled_at: watermark.polledAt,
        newest_usage_at: watermark.newestUsageAt,
        failing_since: watermark.failingSince,
        missed_polls: watermark.missedPolls,
        problem: watermark.problem,
      };
      await db
        .insertInto('watermarks')
        .values({ connection_id: watermark.connectionId, ...values })
        .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(values))
        .execute();
    },
    async all() {
      return (await db.selectFrom('watermarks').selectAll().orderBy('connection_id').execute()).map(toWatermark);
    },
  };
}

function toWatermark(row: Row<'watermarks'>): Watermark {
  return {
    connectionId: row.connection_id,
    polledAt: row.polled_at,
    newestUsageAt: row.newest_usage_at,
    failingSince: row.failing_since,
    missedPolls: row.missed_polls,
    problem: row.problem,
  };
}
