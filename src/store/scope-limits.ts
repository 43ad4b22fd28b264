import type { Kysely } from 'kysely';
import type { Availability, KnownLimits, ModelPermissions, RateLimit, ScopeLimits } from '../domain/limits.ts';
import type { ScopeLimitsRepo } from '../ports/limits.ts';
import type { Database, NewRow, Row } from './schema.ts';

export function scopeLimitsRepo(db: Kysely<Database>): ScopeLimitsRepo {
  return {
    async get(connectionId, scopeId) {
      const row = await db
        .selectFrom('scope_limits')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .where('provider_scope_id', '=', scopeId)
        .executeTakeFirst();
      return row && toKnown(row);
    },
    async put(known) {
      const values = fromKnown(known);
      await db
        .insertInto('scope_limits')
        .values(values)
        .onConflict((conflict) => conflict.columns(['connection_id', 'provider_scope_id']).doUpdateSet(values))
        .execute();
    },
    async ofConnection(connectionId) {
      const rows = await db
        .selectFrom('scope_limits')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .orderBy('provider_scope_id')
        .execute();
      return rows.map(toKnown);
    },
    async caps(connectionId) {
      const rows = await db
        .selectFrom('scope_limits')
        .select(['provider_scope_id', 'spend_monthly_micro_usd'])
        .where('connection_id', '=', connectionId)
        .where('spend_availability', '=', 'available')
        .where('spend_monthly_micro_usd', '>', 0)
        .execute();
      return new Map(rows.map((row) => [row.provider_scope_id, row.spend_monthly_micro_usd ?? 0]));
    },
  };
}

function fromKnown(known: KnownLimits): NewRow<'scope_limits'> {
  const spend = known.limits?.spendLimit;
  const enforcing = spend?.enforcing ?? null;
  return {
    connection_id: known.connectionId,
    provider_scope_id: known.scopeId,
    spend_availability: spend?.availability ?? null,
    spend_monthly_micro_usd: spend?.monthlyMicroUsd ?? null,
    spend_enforcing: enforcing === null ? null : Number(enforcing),
    rate_limits: known.limits === null ? null : JSON.stringify(known.limits.rateLimits),
    models: known.limits === null ? null : JSON.stringify(known.limits.models),
    revision: known.revision,
    read_at: known.readAt,
    not_before_at: known.notBeforeAt,
    cap_refused_at: known.capRefusedAt,
    problem: known.problem,
  };
}

function toKnown(row: Row<'scope_limits'>): KnownLimits {
  return {
    connectionId: row.connection_id,
    scopeId: row.provider_scope_id,
    limits: toLimits(row),
    revision: row.revision,
    readAt: row.read_at,
    notBeforeAt: row.not_before_at,
    capRefusedAt: row.cap_refused_at,
    problem: row.problem,
  };
}

function toLimits(row: Row<'scope_limits'>): ScopeLimits | null {
  if (row.spend_availability === null || row.rate_limits === null || row.models === null) return null;
  return {
    spendLimit: {
      availability: row.spend_availability as Availability,
      monthlyMicroUsd: row.spend_monthly_micro_usd,
      enforcing: row.spend_enforcing === null ? null : row.spend_enforcing === 1,
    },
    rateLimits: JSON.parse(row.rate_limits) as RateLimit[],
    models: JSON.parse(row.models) as ModelPermissions,
  };
}
