import type { Kysely } from 'kysely';
import type { PollPaceRepo } from '../ports/watch.ts';
import type { Database } from './schema.ts';

export function pollPaceRepo(db: Kysely<Database>): PollPaceRepo {
  return {
    async put({ connectionId, attemptedAt, hotUntil, notBeforeAt }) {
      const values = { attempted_at: attemptedAt, hot_until: hotUntil, not_before_at: notBeforeAt };
      await db
        .insertInto('poll_paces')
        .values({ connection_id: connectionId, ...values })
        .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(values))
        .execute();
    },
    async all() {
      const rows = await db.selectFrom('poll_paces').selectAll().orderBy('connection_id').execute();
      return new Map(
        rows.map((row) => [
          row.connection_id,
          {
            connectionId: row.connection_id,
            attemptedAt: row.attempted_at,
            hotUntil: row.hot_until,
            notBeforeAt: row.not_before_at,
          },
        ]),
      );
    },
  };
}
