import type { Kysely } from 'kysely';
import type { ToldRepo } from '../ports/told.ts';
import type { Database } from './schema.ts';

export function toldRepo(db: Kysely<Database>): ToldRepo {
  return {
    async add(dedupeKey, toldAt) {
      await db
        .insertInto('told')
        .values({ dedupe_key: dedupeKey, told_at: toldAt })
        .onConflict((conflict) => conflict.column('dedupe_key').doNothing())
        .execute();
    },
    async all() {
      const rows = await db.selectFrom('told').select('dedupe_key').execute();
      return new Set(rows.map(({ dedupe_key }) => dedupe_key));
    },
    async prune(before, limit) {
      const oldest = db.selectFrom('told').select('dedupe_key').where('told_at', '<', before).limit(limit);
      const result = await db.deleteFrom('told').where('dedupe_key', 'in', oldest).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}
