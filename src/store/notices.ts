import type { Kysely } from 'kysely';
import type { Notice, NoticeKind, NoticeOf } from '../domain/notice.ts';
import type { NoticeRepo } from '../ports/watch.ts';
import type { Database, NewRow, Row } from './schema.ts';

export function noticeRepo(db: Kysely<Database>): NoticeRepo {
  const openOf = (kind: NoticeKind) =>
    db.selectFrom('notices').selectAll().where('kind', '=', kind).where('closed_at', 'is', null);
  return {
    async insert(notice) {
      await db.insertInto('notices').values(fromNotice(notice)).execute();
    },
    async update(notice) {
      await db.updateTable('notices').set(fromNotice(notice)).where('id', '=', notice.id).execute();
    },
    async get(id) {
      const row = await db.selectFrom('notices').selectAll().where('id', '=', id).executeTakeFirst();
      return row && (toNotice(row) as Notice);
    },
    async latest<Kind extends NoticeKind>(kind: Kind, subject: string) {
      const row = await db
        .selectFrom('notices')
        .selectAll()
        .where('kind', '=', kind)
        .where('subject', '=', subject)
        .orderBy('opened_at', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && toNotice<Kind>(row);
    },
    async open<Kind extends NoticeKind>(kind: Kind, subject: string) {
      const row = await openOf(kind).where('subject', '=', subject).executeTakeFirst();
      return row && toNotice<Kind>(row);
    },
    async count(kind, subject) {
      const row = await db
        .selectFrom('notices')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('kind', '=', kind)
        .where('subject', '=', subject)
        .executeTakeFirst();
      return Number(row?.count ?? 0);
    },
    async allOpen<Kind extends NoticeKind>(kind: Kind) {
      return (await openOf(kind).orderBy('id').execute()).map((row) => toNotice<Kind>(row));
    },
    async since<Kind extends NoticeKind>(kind: Kind, at: number) {
      const rows = await db
        .selectFrom('notices')
        .selectAll()
        .where('kind', '=', kind)
        .where((eb) => eb.or([eb('closed_at', 'is', null), eb('closed_at', '>', at)]))
        .orderBy('opened_at')
        .orderBy('id')
        .execute();
      return rows.map((row) => toNotice<Kind>(row));
    },
  };
}

function fromNotice(notice: Notice): NewRow<'notices'> {
  return {
    id: notice.id,
    kind: notice.kind,
    subject: notice.subject,
    detail: JSON.stringify(notice.detail),
    opened_at: notice.openedAt,
    updated_at: notice.updatedAt,
    closed_at: notice.closedAt,
  };
}

function toNotice<Kind extends NoticeKind>(row: Row<'notices'>): NoticeOf<Kind> {
  return {
    id: row.id,
    kind: row.kind as Kind,
    subject: row.subject,
    detail: JSON.parse(row.detail) as NoticeOf<Kind>['detail'],
    openedAt: row.opened_at,
    updatedAt: row.updated_at,
    closedAt: row.closed_at,
  };
}
