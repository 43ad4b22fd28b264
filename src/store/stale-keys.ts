import type { Kysely } from 'kysely';
import type { LadderEnd, LadderRecord, LadderState } from '../domain/stale-ladder.ts';
import type { StaleRepo } from '../ports/stale.ts';
import type { Database, NewRow, Row } from './schema.ts';

export function staleRepo(db: Kysely<Database>): StaleRepo {
  const all = () => db.selectFrom('stale_keys').selectAll().orderBy('since_at').orderBy('key_id');
  return {
    async get(keyId) {
      const row = await db.selectFrom('stale_keys').selectAll().where('key_id', '=', keyId).executeTakeFirst();
      return row && toRecord(row);
    },
    async put(record) {
      const { key_id, ...values } = fromRecord(record);
      await db
        .insertInto('stale_keys')
        .values({ key_id, ...values })
        .onConflict((conflict) => conflict.column('key_id').doUpdateSet(values))
        .execute();
    },
    all: async () => (await all().execute()).map(toRecord),
    asked: async (round) => (await all().where('ask_round', '=', round).execute()).map(toRecord),
    proposed: async (round) => (await all().where('proposal_round', '=', round).execute()).map(toRecord),
  };
}

function fromRecord(record: LadderRecord): NewRow<'stale_keys'> {
  return {
    key_id: record.keyId,
    state: record.state,
    since_at: record.sinceAt,
    asked_to: record.askedTo,
    asked_at: record.askedAt,
    ask_round: record.askRound,
    proposed_at: record.proposedAt,
    act_at: record.actAt,
    proposal_round: record.proposalRound,
    deletable_by: record.deletableBy,
    kept_until: record.keptUntil,
    kept_by: record.keptBy,
    kept_reason: record.keptReason,
    acted_at: record.actedAt,
    undo_until: record.undoUntil,
    action_id: record.actionId,
    ended_why: record.end,
    ended_at: record.endedAt,
    revision: record.revision,
  };
}

function toRecord(row: Row<'stale_keys'>): LadderRecord {
  return {
    keyId: row.key_id,
    state: row.state as LadderState,
    sinceAt: row.since_at,
    askedTo: row.asked_to,
    askedAt: row.asked_at,
    askRound: row.ask_round,
    proposedAt: row.proposed_at,
    actAt: row.act_at,
    proposalRound: row.proposal_round,
    deletableBy: row.deletable_by,
    keptUntil: row.kept_until,
    keptBy: row.kept_by,
    keptReason: row.kept_reason,
    actedAt: row.acted_at,
    undoUntil: row.undo_until,
    actionId: row.action_id,
    end: row.ended_why as LadderEnd | null,
    endedAt: row.ended_at,
    revision: row.revision,
  };
}
