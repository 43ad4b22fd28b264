import type { Kysely } from 'kysely';
import { inSlices } from '../domain/collections.ts';
import type { Answer, OwnerQuestion } from '../domain/owner-question.ts';
import type { OwnerQuestionRepo, ScopeMemberRepo } from '../ports/owners.ts';
import type { Database, NewRow, Row } from './schema.ts';

const ROWS_AT_ONCE = 500;

export function scopeMemberRepo(db: Kysely<Database>): ScopeMemberRepo {
  return {
    async replace(connectionId, members, now) {
      // Two admin keys of one organization list the same people: the row is of whichever came last.
      await db
        .updateTable('scope_members')
        .set({ left_at: now })
        .where('connection_id', '=', connectionId)
        .where('left_at', 'is', null)
        .execute();
      for (const slice of inSlices(members, ROWS_AT_ONCE)) {
        const rows = slice.map((member) => ({
          provider_id: member.providerId,
          provider_scope_id: member.scopeId,
          provider_user_id: member.providerUserId,
          connection_id: connectionId,
          name: member.name,
          email: member.email,
          left_at: null,
        }));
        await db
          .insertInto('scope_members')
          .values(rows)
          .onConflict((conflict) =>
            conflict.columns(['provider_id', 'provider_scope_id', 'provider_user_id']).doUpdateSet((eb) => ({
              connection_id: connectionId,
              name: eb.ref('excluded.name'),
              email: eb.ref('excluded.email'),
              left_at: null,
            })),
          )
          .execute();
      }
    },
    async all() {
      const query = db.selectFrom('scope_members').selectAll().orderBy('provider_id').orderBy('provider_scope_id');
      return (await query.orderBy('provider_user_id').execute()).map((row) => ({
        providerId: row.provider_id,
        scopeId: row.provider_scope_id,
        providerUserId: row.provider_user_id,
        name: row.name,
        email: row.email,
        leftAt: row.left_at,
      }));
    },
  };
}

export function ownerQuestionRepo(db: Kysely<Database>): OwnerQuestionRepo {
  const questions = () => db.selectFrom('owner_questions').selectAll().orderBy('ask_at').orderBy('lineage_id');
  return {
    async searches() {
      const rows = await db.selectFrom('owner_searches').selectAll().orderBy('lineage_id').execute();
      return rows.map((row) => ({ lineageId: row.lineage_id, beganAt: row.began_at, toldAt: row.told_at }));
    },
    async putSearch({ lineageId, beganAt, toldAt }) {
      const values = { began_at: beganAt, told_at: toldAt };
      await db
        .insertInto('owner_searches')
        .values({ lineage_id: lineageId, ...values })
        .onConflict((conflict) => conflict.column('lineage_id').doUpdateSet(values))
        .execute();
    },
    async endSearch(lineageId) {
      await db.deleteFrom('owner_searches').where('lineage_id', '=', lineageId).execute();
    },
    async insert(question) {
      await db.insertInto('owner_questions').values(fromQuestion(question)).execute();
    },
    async update(question) {
      await db
        .updateTable('owner_questions')
        .set(fromQuestion(question))
        .where('lineage_id', '=', question.lineageId)
        .where('user_id', '=', question.userId)
        .execute();
    },
    async get(lineageId, userId) {
      const row = await questions()
        .where('lineage_id', '=', lineageId)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return row && toQuestion(row);
    },
    ofAsk: async (askId) => (await questions().where('ask_id', '=', askId).execute()).map(toQuestion),
    ofUser: async (id) => (await questions().where('user_id', '=', id).execute()).map(toQuestion),
    ofLineage: async (id) => (await questions().where('lineage_id', '=', id).execute()).map(toQuestion),
    all: async () => (await questions().execute()).map(toQuestion),
  };
}

function fromQuestion(question: OwnerQuestion): NewRow<'owner_questions'> {
  return {
    lineage_id: question.lineageId,
    user_id: question.userId,
    ask_id: question.askId,
    evidence: JSON.stringify(question.evidence),
    asked_by: question.askedBy,
    ask_at: question.askAt,
    answer: question.answer,
    answered_at: question.answeredAt,
  };
}

function toQuestion(row: Row<'owner_questions'>): OwnerQuestion {
  return {
    lineageId: row.lineage_id,
    userId: row.user_id,
    askId: row.ask_id,
    evidence: JSON.parse(row.evidence),
    askedBy: row.asked_by,
    askAt: row.ask_at,
    answer: row.answer as Answer | null,
    answeredAt: row.answered_at,
  };
}
