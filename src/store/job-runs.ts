import { type Kysely, sql } from 'kysely';
import type { JobRun, JobRunRepo } from '../ports/store.ts';
import type { Database, Row } from './schema.ts';

export function jobRunRepo(db: Kysely<Database>): JobRunRepo {
  return {
    async put(run) {
      const values = {
        job: run.job,
        due_at: run.dueAt,
        started_at: run.startedAt,
        finished_at: run.finishedAt,
        outcome: run.outcome,
        problem: run.problem,
      };
      await db
        .insertInto('job_runs')
        .values({ id: run.id, ...values })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
    },
    async latest() {
      const rows = await db
        .selectFrom('job_runs')
        .selectAll()
        .where(
          sql<boolean>`NOT EXISTS (SELECT 1 FROM job_runs AS later WHERE later.job = job_runs.job
            AND (later.started_at > job_runs.started_at
              OR (later.started_at = job_runs.started_at AND later.id > job_runs.id)))`,
        )
        .execute();
      return new Map(rows.map((row) => [row.job, toRun(row)]));
    },
    async prune(before) {
      await db.deleteFrom('job_runs').where('started_at', '<', before).where('outcome', '!=', 'running').execute();
    },
  };
}

function toRun(row: Row<'job_runs'>): JobRun {
  return {
    id: row.id,
    job: row.job,
    dueAt: row.due_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome as JobRun['outcome'],
    problem: row.problem,
  };
}
