import { type Kysely, sql } from 'kysely';
import { inSlices } from '../domain/collections.ts';
import { DAY_MS, floorTo } from '../domain/time.ts';
import type { UsageRange } from '../ports/store.ts';
import type { DaySpan } from '../ports/usage.ts';
import type { RepoContext } from './repo-context.ts';
import type { Database } from './schema.ts';

// SQLite allows 32,766 bound values in one statement.
const CHUNK = 5_000;

type Context = Pick<RepoContext, 'db' | 'touched'>;

interface Costing {
  readonly key_id: string;
  readonly start_at: number;
  readonly cost_micro_usd: number;
}

/** What a write of usage does to the sums by day: collected row by row, written once. No bucket reaches over midnight. */
export class DayChanges {
  readonly #byKey = new Map<string, Map<number, number>>();

  add(row: Costing, sign: 1 | -1 = 1): void {
    const days = this.#byKey.get(row.key_id) ?? new Map<number, number>();
    const day = floorTo(row.start_at, DAY_MS);
    this.#byKey.set(row.key_id, days.set(day, (days.get(day) ?? 0) + sign * row.cost_micro_usd));
  }

  async write({ db, touched }: Context): Promise<void> {
    const rows = [...this.#byKey].flatMap(([key_id, days]) =>
      [...days]
        .filter(([, change]) => change !== 0)
        .map(([day_at, change]) => ({ key_id, day_at, cost_micro_usd: change })),
    );
    for (const slice of inSlices(rows, CHUNK)) {
      await db
        .insertInto('usage_days')
        .values(slice)
        .onConflict((conflict) =>
          conflict.columns(['key_id', 'day_at']).doUpdateSet({
            cost_micro_usd: sql<number>`usage_days.cost_micro_usd + excluded.cost_micro_usd`,
          }),
        )
        .execute();
    }
    for (const { key_id } of rows) touched.costs.add(key_id);
  }
}

/** Adds the days of these keys up anew. */
export async function recountDays({ db, touched }: Context, keyIds: readonly string[]): Promise<void> {
  const ids = sql.join(keyIds);
  await sql`DELETE FROM usage_days WHERE key_id IN (${ids})`.execute(db);
  await sql`
    INSERT INTO usage_days (key_id, day_at, cost_micro_usd)
    SELECT key_id, (start_at / ${sql.lit(DAY_MS)}) * ${sql.lit(DAY_MS)}, SUM(cost_micro_usd) FROM usage
    WHERE key_id IN (${ids}) GROUP BY 1, 2`.execute(db);
  for (const id of keyIds) touched.costs.add(id);
}

/** Cost by key over whole UTC days; null: of all keys. Keys without cost are left out. */
export async function dayCostPerKey(
  db: Kysely<Database>,
  { from, to }: UsageRange,
  keyIds: readonly string[] | null = null,
): Promise<ReadonlyMap<string, number>> {
  const costs = new Map<string, number>();
  for (const slice of keyIds === null ? [null] : inSlices(keyIds, CHUNK)) {
    const rows = await db
      .selectFrom('usage_days')
      .select(['key_id', (eb) => eb.fn.sum<number>('cost_micro_usd').as('cost')])
      .where('day_at', '>=', from)
      .where('day_at', '<', to)
      .$if(slice !== null, (query) => query.where('key_id', 'in', slice ?? []))
      .groupBy('key_id')
      .execute();
    for (const { key_id, cost } of rows) if (Number(cost) !== 0) costs.set(key_id, Number(cost));
  }
  return costs;
}

/** Cost by key over whole UTC days, and the first of them on which there was any. */
export async function daySpanPerKey(
  db: Kysely<Database>,
  { from, to }: UsageRange,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, DaySpan>> {
  const spans = new Map<string, DaySpan>();
  for (const slice of inSlices(keyIds, CHUNK)) {
    const rows = await db
      .selectFrom('usage_days')
      .select(['key_id', (eb) => eb.fn.sum<number>('cost_micro_usd').as('cost')])
      .select((eb) => eb.fn.min('day_at').as('first_at'))
      .where('day_at', '>=', from)
      .where('day_at', '<', to)
      .where('cost_micro_usd', '>', 0)
      .where('key_id', 'in', slice)
      .groupBy('key_id')
      .execute();
    for (const { key_id, cost, first_at } of rows) {
      spans.set(key_id, { costMicroUsd: Number(cost), firstDayAt: Number(first_at) });
    }
  }
  return spans;
}

/** What was spent over whole UTC days, with a key or without. */
export async function dayCostTotal(db: Kysely<Database>, { from, to }: UsageRange): Promise<number> {
  const row = await db
    .selectFrom('usage_days')
    .select((eb) => eb.fn.sum<number>('cost_micro_usd').as('cost'))
    .where('day_at', '>=', from)
    .where('day_at', '<', to)
    .executeTakeFirst();
  return Number(row?.cost ?? 0);
}
