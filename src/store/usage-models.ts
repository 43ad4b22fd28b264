import { type Kysely, sql } from 'kysely';
import { inSlices } from '../domain/collections.ts';
import { DAY_MS, floorTo } from '../domain/time.ts';
import type { ModelSight } from '../ports/inventory.ts';
import type { RepoContext } from './repo-context.ts';
import type { Database, NewRow } from './schema.ts';

const CHUNK = 5_000;

type Context = Pick<RepoContext, 'db' | 'touched'>;
type Called = Pick<NewRow<'usage'>, 'key_id' | 'model' | 'endpoint' | 'start_at'>;

/**
 * Remembers which models were called. A row that vanishes from usage again leaves its mark: that a call was once reported
 * is worth more to whoever looks for a leak than a list without it.
 */
export async function noteModels({ db, touched }: Context, written: readonly Called[]): Promise<void> {
  const newest = new Map<string, NewRow<'usage_models'>>();
  for (const { key_id, model, endpoint, start_at } of written) {
    const name = `${key_id}\u0000${model}\u0000${endpoint}`;
    const last_day_at = floorTo(start_at, DAY_MS);
    if ((newest.get(name)?.last_day_at ?? -1) >= last_day_at) continue;
    newest.set(name, { key_id, model, endpoint, last_day_at });
  }
  for (const slice of inSlices([...newest.values()], CHUNK)) {
    const changed = await db
      .insertInto('usage_models')
      .values(slice)
      .onConflict((conflict) =>
        conflict
          .columns(['key_id', 'model', 'endpoint'])
          .doUpdateSet({ last_day_at: sql<number>`excluded.last_day_at` })
          .whereRef('excluded.last_day_at', '>', 'usage_models.last_day_at'),
      )
      .returning('key_id')
      .execute();
    for (const { key_id } of changed) touched.models.add(key_id);
  }
}

/** Finds out anew what these keys called. */
export async function recountModels({ db, touched }: Context, keyIds: readonly string[]): Promise<void> {
  const ids = sql.join(keyIds);
  await sql`DELETE FROM usage_models WHERE key_id IN (${ids})`.execute(db);
  await sql`
    INSERT INTO usage_models (key_id, model, endpoint, last_day_at)
    SELECT key_id, model, endpoint, (MAX(start_at) / ${sql.lit(DAY_MS)}) * ${sql.lit(DAY_MS)} FROM usage
    WHERE key_id IN (${ids}) GROUP BY 1, 2, 3`.execute(db);
  for (const id of keyIds) touched.models.add(id);
}

/** What keys called on the day `since` or later, by name; null: of all keys. */
export async function modelsPerKey(
  db: Kysely<Database>,
  since: number,
  keyIds: readonly string[] | null = null,
): Promise<ReadonlyMap<string, readonly ModelSight[]>> {
  const found = new Map<string, ModelSight[]>();
  for (const slice of keyIds === null ? [null] : inSlices(keyIds, CHUNK)) {
    const rows = await db
      .selectFrom('usage_models')
      .select(['key_id', 'model', 'endpoint'])
      .where('last_day_at', '>=', since)
      .$if(slice !== null, (query) => query.where('key_id', 'in', slice ?? []))
      .orderBy('key_id')
      .orderBy('model')
      .orderBy('endpoint')
      .execute();
    for (const { key_id, model, endpoint } of rows) {
      const of = found.get(key_id);
      if (of === undefined) found.set(key_id, [{ model, endpoint }]);
      else of.push({ model, endpoint });
    }
  }
  return found;
}
