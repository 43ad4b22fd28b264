import type { Kysely } from 'kysely';
import { inSlices } from '../domain/collections.ts';
import { NEWS_PREFIX, type ToldRepo } from '../ports/told.ts';
import type { Database } from './schema.ts';

const KEYS_AT_ONCE = 500;
const NEWS = `${NEWS_PREFIX}%`;

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
      const rows = await db.selectFrom('told').select('dedupe_key').where('dedupe_key', 'not like', NEWS).execute();
      return new Set(rows.map(({ dedupe_key }) => dedupe_key));
    },
    async among(dedupeKeys) {
      const told = new Set<string>();
      for (const slice of inSlices(dedupeKeys, KEYS_AT_ONCE)) {
        const rows = await db.selectFrom('told').select('dedupe_key').where('dedupe_key', 'in', slice).execute();
        for (const { dedupe_key } of rows) told.add(dedupe_key);
      }
      return told;
    },
    async prune(before, limit) {
      return remove(db, olderThan(db, before).limit(limit));
    },
    async pruneNews(before, limit) {
      return remove(db, olderThan(db, before).where('dedupe_key', 'like', NEWS).limit(limit));
    },
  };
}

function olderThan(db: Kysely<Database>, before: number) {
  return db.selectFrom('told').select('dedupe_key').where('told_at', '<', before);
}

async function remove(db: Kysely<Database>, keys: ReturnType<typeof olderThan>): Promise<number> {
  const result = await db.deleteFrom('told').where('dedupe_key', 'in', keys).executeTakeFirst();
  return Number(result.numDeletedRows);
}
