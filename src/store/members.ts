import type { Kysely } from 'kysely';
import type { Member, MemberRepo } from '../ports/store.ts';
import type { Database, Row } from './schema.ts';

export function memberRepo(db: Kysely<Database>): MemberRepo {
  return {
    async upsert(member) {
      const values = {
        team_id: member.teamId,
        name: member.name,
        email: member.email,
        timezone: member.timezone,
        active_full_member: member.isActiveFullMember ? 1 : 0,
        deactivated: member.isDeactivated ? 1 : 0,
        last_seen_at: member.lastSeenAt,
      };
      await db
        .insertInto('members')
        .values({ user_id: member.userId, ...values })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet(values))
        .execute();
    },
    async all() {
      const rows = await db.selectFrom('members').selectAll().orderBy('user_id').execute();
      return rows.map(toMember);
    },
    async get(userId) {
      const row = await db.selectFrom('members').selectAll().where('user_id', '=', userId).executeTakeFirst();
      return row && toMember(row);
    },
  };
}

function toMember(row: Row<'members'>): Member {
  return {
    userId: row.user_id,
    teamId: row.team_id,
    name: row.name,
    email: row.email,
    timezone: row.timezone,
    isActiveFullMember: row.active_full_member === 1,
    ...(row.deactivated === 1 ? { isDeactivated: true } : {}),
    lastSeenAt: row.last_seen_at,
  };
}
