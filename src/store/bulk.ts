import { sql } from 'kysely';
import { inSlices } from '../domain/collections.ts';
import type { BulkRepo } from '../ports/bulk.ts';
import { appendAll } from './audit.ts';
import { fromKey, fromLineage } from './keys.ts';
import type { RepoContext } from './repo-context.ts';

// SQLite allows 32,766 bound values in one statement; a key has 21.
const CHUNK = 500;

export function bulkRepo(context: RepoContext): BulkRepo {
  const { db, touched, wake } = context;
  return {
    async putLineages(lineages) {
      for (const slice of inSlices(lineages, CHUNK)) {
        const rows = slice.map(fromLineage);
        const query = db.insertInto('lineages').values(rows);
        await query.onConflict((conflict) => conflict.column('id').doUpdateSet(newestOf(rows[0]))).execute();
        for (const { id } of slice) touched.lineages.add(id);
      }
    },
    async putKeys(keys) {
      for (const slice of inSlices(keys, CHUNK)) {
        const rows = slice.map(fromKey);
        const query = db.insertInto('keys').values(rows);
        await query.onConflict((conflict) => conflict.column('id').doUpdateSet(newestOf(rows[0]))).execute();
        for (const { id } of slice) touched.keys.add(id);
      }
      // A rotation waits for its old key to stop.
      if (keys.length > 0) wake('timers');
    },
    audit: (entries) => appendAll(context, entries),
  };
}

/** In an upsert: every column of the row that was not inserted because it is there. */
function newestOf(row: object | undefined) {
  const columns = Object.keys(row ?? {}).filter((column) => column !== 'id');
  return Object.fromEntries(columns.map((column) => [column, sql.ref(`excluded.${column}`)]));
}
