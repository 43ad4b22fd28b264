import type { Kysely } from 'kysely';
import type { Availability } from '../domain/limits.ts';
import type { KnownSpendAlerts, SpendAlert } from '../domain/spend-alert.ts';
import type { SpendAlertRepo } from '../ports/limits.ts';
import type { Database, Row } from './schema.ts';

/** In the place of a scope's id; a key column holds no null. */
const ORGANIZATION = '';

export function spendAlertRepo(db: Kysely<Database>): SpendAlertRepo {
  return {
    async put({ connectionId, scopeId, report, readAt, askedAt }) {
      const values = {
        connection_id: connectionId,
        provider_scope_id: scopeId ?? ORGANIZATION,
        availability: report?.availability ?? null,
        alerts: report === null ? null : JSON.stringify(report.alerts),
        read_at: readAt,
        asked_at: askedAt,
      };
      await db
        .insertInto('spend_alerts')
        .values(values)
        .onConflict((conflict) => conflict.columns(['connection_id', 'provider_scope_id']).doUpdateSet(values))
        .execute();
    },
    async get(connectionId, scopeId) {
      const row = await db
        .selectFrom('spend_alerts')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .where('provider_scope_id', '=', scopeId ?? ORGANIZATION)
        .executeTakeFirst();
      return row && toKnown(row);
    },
    async ofConnection(connectionId) {
      const rows = await db
        .selectFrom('spend_alerts')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .orderBy('provider_scope_id')
        .execute();
      return rows.map(toKnown);
    },
  };
}

function toKnown(row: Row<'spend_alerts'>): KnownSpendAlerts {
  return {
    connectionId: row.connection_id,
    scopeId: row.provider_scope_id === ORGANIZATION ? null : row.provider_scope_id,
    report:
      row.availability === null
        ? null
        : {
            availability: row.availability as Availability,
            alerts: JSON.parse(row.alerts ?? '[]') as SpendAlert[],
          },
    readAt: row.read_at,
    askedAt: row.asked_at,
  };
}
