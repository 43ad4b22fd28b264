import type { Kysely } from 'kysely';
import type { ChannelTrouble, ChannelTroubleRepo } from '../ports/outbox.ts';
import type { OutletRepo, PageKind, PageRepo } from '../ports/webhook.ts';
import type { Database, Row } from './schema.ts';

export function channelTroubleRepo(db: Kysely<Database>): ChannelTroubleRepo {
  return {
    async get(id) {
      const row = await db.selectFrom('channel_troubles').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toTrouble(row);
    },
    async open() {
      const rows = await db.selectFrom('channel_troubles').selectAll().where('ended_at', 'is', null).execute();
      return rows.map(toTrouble);
    },
    async put(trouble) {
      const values = {
        channel: trouble.channel,
        problem: trouble.problem,
        since_at: trouble.sinceAt,
        ended_at: trouble.endedAt,
      };
      await db
        .insertInto('channel_troubles')
        .values({ id: trouble.id, ...values })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
    },
  };
}

function toTrouble(row: Row<'channel_troubles'>): ChannelTrouble {
  return {
    id: row.id,
    channel: row.channel,
    problem: row.problem,
    sinceAt: row.since_at,
    endedAt: row.ended_at,
  };
}

export function pageRepo(db: Kysely<Database>): PageRepo {
  return {
    async get(target, alertId) {
      const row = await db
        .selectFrom('pages')
        .select('kind')
        .where('target', '=', target)
        .where('alert_id', '=', alertId)
        .executeTakeFirst();
      return row === undefined ? null : (row.kind as PageKind);
    },
    async put({ target, alertId, kind, sentAt }) {
      await db
        .insertInto('pages')
        .values({ target, alert_id: alertId, kind, sent_at: sentAt })
        .onConflict((conflict) => conflict.columns(['target', 'alert_id']).doUpdateSet({ kind, sent_at: sentAt }))
        .execute();
    },
  };
}

export function outletRepo(db: Kysely<Database>): OutletRepo {
  return {
    async get(id) {
      const row = await db.selectFrom('outlets').selectAll().where('id', '=', id).executeTakeFirst();
      return row && { id, sentAt: row.sent_at, failingSince: row.failing_since, problem: row.problem };
    },
    async put({ id, sentAt, failingSince, problem }) {
      const values = { sent_at: sentAt, failing_since: failingSince, problem };
      await db
        .insertInto('outlets')
        .values({ id, ...values })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
    },
  };
}
