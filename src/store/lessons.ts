import type { Kysely } from 'kysely';
import type { LearnedSpan, LessonRepo } from '../ports/noise.ts';
import type { Database } from './schema.ts';

export function lessonRepo(db: Kysely<Database>): LessonRepo {
  return {
    async episodesToLearn(lineageId, range) {
      const spans = [...(await legitimate(db, lineageId, range)), ...(await windows(db, lineageId, range))];
      return spans.toSorted((a, b) => a.startedAt - b.startedAt);
    },
    async incidentDays(lineageId, { from, to }) {
      const said = db.selectFrom('alert_events').select('alert_id').where('kind', '=', 'owner_denied');
      // What policy stopped by itself nobody has confirmed.
      const stopped = db
        .selectFrom('alert_events')
        .select('alert_id')
        .where('kind', '=', 'action_requested')
        .where((eb) => eb.or([eb('actor', 'like', 'slack:%'), eb('actor', 'like', 'cli:%')]));
      const rows = await db
        .selectFrom('alerts')
        .select(['started_at', 'closed_at'])
        .where('lineage_id', '=', lineageId)
        .where('verdict', 'is', null)
        .where('test_of', 'is', null)
        .where('started_at', '<', to)
        .where((eb) => eb.or([eb('closed_at', 'is', null), eb('closed_at', '>', from)]))
        .where((eb) =>
          eb.or([eb('id', 'in', said), eb.and([eb('contained_at', 'is not', null), eb('id', 'in', stopped)])]),
        )
        .orderBy('started_at')
        .execute();
      return rows.map((row) => ({ startedAt: row.started_at, closedAt: row.closed_at ?? to }));
    },
  };
}

interface Range {
  readonly from: number;
  readonly to: number;
}

async function legitimate(db: Kysely<Database>, lineageId: string, { from, to }: Range): Promise<LearnedSpan[]> {
  const rows = await db
    .selectFrom('alerts')
    .select(['started_at', 'closed_at'])
    .where('lineage_id', '=', lineageId)
    .where('verdict', '=', 'legitimate')
    .where('started_at', '<', to)
    .where('closed_at', '>', from)
    .execute();
  return rows.map(({ started_at: startedAt, closed_at: closedAt }) => ({
    kind: 'legitimate',
    startedAt,
    closedAt: closedAt ?? startedAt,
  }));
}

async function windows(db: Kysely<Database>, lineageId: string, { from, to }: Range): Promise<LearnedSpan[]> {
  const rows = await db
    .selectFrom('holds')
    .select(['from_at', 'until_at', 'ended_at', 'exceeded_at'])
    .where('lineage_id', '=', lineageId)
    .where('kind', '=', 'expect')
    .where('from_at', '<', to)
    .execute();
  const spans = rows.map((row) => ({
    kind: 'window' as const,
    startedAt: row.from_at,
    // What went beyond is not what was expected: whether it is normal a person says on its alert.
    closedAt: Math.min(row.exceeded_at ?? row.until_at, row.ended_at ?? row.until_at),
  }));
  return spans.filter(({ closedAt }) => closedAt > from);
}
