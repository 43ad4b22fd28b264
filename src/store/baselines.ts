import type { Kysely } from 'kysely';
import type { Baseline } from '../domain/baseline.ts';
import type { BaselineRepo, Baselines } from '../ports/baselines.ts';
import type { Breathe } from '../ports/breathe.ts';
import type { Database } from './schema.ts';

const REVISION = 'baselines';
// Each is a few kilobytes of JSON: so many are parsed in some milliseconds.
const PAGE = 250;
// What people say of an episode that changes what it teaches.
const WORDS = ['expected', 'not_expected', 'owner_denied'];

export function baselineRepo(db: Kysely<Database>): BaselineRepo {
  return {
    async put(lineageId, baseline) {
      const { value } = await db
        .updateTable('revisions')
        .set((eb) => ({ value: eb('value', '+', 1) }))
        .where('name', '=', REVISION)
        .returning('value')
        .executeTakeFirstOrThrow();
      const values = {
        computed_at: baseline.computedAt,
        until_at: baseline.until,
        learned: JSON.stringify(baseline),
        revision: Number(value),
      };
      await db
        .insertInto('baselines')
        .values({ lineage_id: lineageId, ...values })
        .onConflict((conflict) => conflict.column('lineage_id').doUpdateSet(values))
        .execute();
    },
    async get(lineageId) {
      const row = await db
        .selectFrom('baselines')
        .select('learned')
        .where('lineage_id', '=', lineageId)
        .executeTakeFirst();
      return row && (JSON.parse(row.learned) as Baseline);
    },
    async saidSince(since) {
      const rows = await db
        .selectFrom('alert_events')
        .innerJoin('alerts', 'alerts.id', 'alert_events.alert_id')
        .select(['alerts.lineage_id', (eb) => eb.fn.max<number>('alert_events.at').as('at')])
        .where('alert_events.at', '>', since)
        .where('alert_events.kind', 'in', WORDS)
        .groupBy('alerts.lineage_id')
        .execute();
      return new Map(rows.map(({ lineage_id, at }) => [lineage_id, at]));
    },
  };
}

/** The baselines as this process last read them. Writes are one at a time, so what is above the highest revision is new. */
export class BaselineMirror {
  readonly #known = new Map<string, Baseline>();
  #through = 0;
  #turn: Promise<unknown> = Promise.resolve();

  /** One read at a time. */
  read(db: Kysely<Database>, breathe: Breathe): Promise<Baselines> {
    const read = this.#turn.then(() => this.#caughtUp(db, breathe));
    this.#turn = read.catch(() => undefined);
    return read;
  }

  async #caughtUp(db: Kysely<Database>, breathe: Breathe): Promise<Baselines> {
    for (;;) {
      const rows = await db
        .selectFrom('baselines')
        .select(['lineage_id', 'learned', 'revision'])
        .where('revision', '>', this.#through)
        .orderBy('revision')
        .limit(PAGE)
        .execute();
      for (const { lineage_id, learned, revision } of rows) {
        this.#known.set(lineage_id, JSON.parse(learned) as Baseline);
        this.#through = revision;
      }
      if (rows.length < PAGE) return this.#known;
      await breathe();
    }
  }
}
