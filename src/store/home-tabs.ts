import type { Kysely } from 'kysely';
import type { HomeTab, HomeTabRepo } from '../ports/home.ts';
import type { Database, Row } from './schema.ts';

export function homeTabRepo(db: Kysely<Database>): HomeTabRepo {
  return {
    async get(userId) {
      const row = await db.selectFrom('home_tabs').selectAll().where('user_id', '=', userId).executeTakeFirst();
      return row && toTab(row);
    },
    async put(tab) {
      const values = {
        opened_at: tab.openedAt,
        page: tab.page,
        published_at: tab.publishedAt,
        content_hash: tab.contentHash,
        view_hash: tab.viewHash,
      };
      await db
        .insertInto('home_tabs')
        .values({ user_id: tab.userId, ...values })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet(values))
        .execute();
    },
    async openedSince(since) {
      const rows = await db
        .selectFrom('home_tabs')
        .selectAll()
        .where('opened_at', '>=', since)
        .orderBy('user_id')
        .execute();
      return rows.map(toTab);
    },
  };
}

function toTab(row: Row<'home_tabs'>): HomeTab {
  return {
    userId: row.user_id,
    openedAt: row.opened_at,
    page: row.page,
    publishedAt: row.published_at,
    contentHash: row.content_hash,
    viewHash: row.view_hash,
  };
}
