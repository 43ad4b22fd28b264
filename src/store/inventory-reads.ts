import type { Kysely } from 'kysely';
import type { InventoryReadRepo } from '../ports/watch.ts';
import type { Database } from './schema.ts';

export function inventoryReadRepo(db: Kysely<Database>): InventoryReadRepo {
  return {
    async get(connectionId) {
      const row = await db
        .selectFrom('inventory_reads')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .executeTakeFirst();
      return (
        row && {
          connectionId: row.connection_id,
          readAt: row.read_at,
          failingSince: row.failing_since,
          missedReads: row.missed_reads,
          problem: row.problem,
        }
      );
    },
    async put({ connectionId, readAt, failingSince, missedReads, problem }) {
      const values = { read_at: readAt, failing_since: failingSince, missed_reads: missedReads, problem };
      await db
        .insertInto('inventory_reads')
        .values({ connection_id: connectionId, ...values })
        .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(values))
        .execute();
    },
  };
}
