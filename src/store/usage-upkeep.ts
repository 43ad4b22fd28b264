import { type Kysely, sql } from 'kysely';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../domain/time.ts';
import type { ScopeSightRepo, UsageHistory, UsageHistoryRepo, UsageUpkeep } from '../ports/usage-upkeep.ts';
import type { RepoContext } from './repo-context.ts';
import type { Database } from './schema.ts';
import { recountDays } from './usage-days.ts';
import { recountModels } from './usage-models.ts';

// Buckets are aligned to their width, so what reaches over an instant has one of these starts. Widest first.
const WIDTHS_MS = [DAY_MS, HOUR_MS, 15 * MINUTE_MS, MINUTE_MS];
const INSERT_CHUNK = 5_000;

export function usageUpkeep({ db, digests, touched }: Pick<RepoContext, 'db' | 'digests' | 'touched'>): UsageUpkeep {
  return {
    async move(from, to) {
      digests.clear();
      await sql`
        DELETE FROM usage WHERE connection_id = ${from.connectionId} AND key_id = ${from.keyId} AND EXISTS (
          SELECT 1 FROM usage AS same
          WHERE same.connection_id = ${to.connectionId} AND same.key_id = ${to.keyId} AND same.start_at = usage.start_at
            AND same.width_ms = usage.width_ms AND same.model = usage.model AND same.endpoint = usage.endpoint
            AND same.variant = usage.variant)`.execute(db);
      await db
        .updateTable('usage')
        .set({ connection_id: to.connectionId, key_id: to.keyId })
        .where('connection_id', '=', from.connectionId)
        .where('key_id', '=', from.keyId)
        .execute();
      const moved = [...new Set([from.keyId, to.keyId])];
      await recountDays({ db, touched }, moved);
      await recountModels({ db, touched }, moved);
    },
    async bucketStart(connectionId, at) {
      for (const widthMs of WIDTHS_MS) {
        const start = floorTo(at, widthMs);
        if (start === at) continue;
        const row = await db
          .selectFrom('usage')
          .select('start_at')
          .where('connection_id', '=', connectionId)
          .where('start_at', '=', start)
          .where('width_ms', '=', widthMs)
          .limit(1)
          .executeTakeFirst();
        if (row !== undefined) return start;
      }
      return at;
    },
    async oldestStartOf(connectionId) {
      const row = await db
        .selectFrom('usage')
        .select('start_at')
        .where('connection_id', '=', connectionId)
        .orderBy('start_at')
        .limit(1)
        .executeTakeFirst();
      return row?.start_at ?? null;
    },
  };
}

export function usageHistoryRepo(db: Kysely<Database>): UsageHistoryRepo {
  return {
    async get(connectionId) {
      const row = await db
        .selectFrom('usage_history')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .executeTakeFirst();
      return (
        row && {
          connectionId: row.connection_id,
          fromAt: row.from_at,
          toAt: row.to_at,
          state: row.state as UsageHistory['state'],
          problem: row.problem,
          updatedAt: row.updated_at,
        }
      );
    },
    async put({ connectionId, fromAt, toAt, state, problem, updatedAt }) {
      const values = { from_at: fromAt, to_at: toAt, state, problem, updated_at: updatedAt };
      await db
        .insertInto('usage_history')
        .values({ connection_id: connectionId, ...values })
        .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(values))
        .execute();
    },
  };
}

export function scopeSightRepo(db: Kysely<Database>): ScopeSightRepo {
  return {
    async replace(connectionId, sights) {
      await db.deleteFrom('scope_sights').where('connection_id', '=', connectionId).execute();
      for (let start = 0; start < sights.length; start += INSERT_CHUNK) {
        const rows = sights.slice(start, start + INSERT_CHUNK).map(({ providerId, scopeId }) => ({
          connection_id: connectionId,
          provider_id: providerId,
          provider_scope_id: scopeId,
        }));
        await db.insertInto('scope_sights').values(rows).execute();
      }
    },
    async all() {
      const rows = await db
        .selectFrom('scope_sights')
        .selectAll()
        .orderBy('connection_id')
        .orderBy('provider_scope_id')
        .execute();
      return rows.map((row) => ({
        connectionId: row.connection_id,
        providerId: row.provider_id,
        scopeId: row.provider_scope_id,
      }));
    },
  };
}
