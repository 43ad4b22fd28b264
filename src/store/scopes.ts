import type { Scope, ScopeRepo } from '../ports/store.ts';
import type { RepoContext } from './repo-context.ts';
import type { Row } from './schema.ts';

export function scopeRepo({ db, touched }: Pick<RepoContext, 'db' | 'touched'>): ScopeRepo {
  return {
    async upsert(scope) {
      touched.scopes = true;
      const values = {
        connection_id: scope.connectionId,
        kind: scope.kind,
        name: scope.name,
        archived: scope.archived ? 1 : 0,
        last_seen_at: scope.lastSeenAt,
      };
      await db
        .insertInto('scopes')
        .values({
          id: `${scope.providerId}:${scope.id}`,
          provider_id: scope.providerId,
          provider_scope_id: scope.id,
          ...values,
        })
        .onConflict((conflict) => conflict.columns(['provider_id', 'provider_scope_id']).doUpdateSet(values))
        .execute();
    },
    async all() {
      return (await db.selectFrom('scopes').selectAll().orderBy('name').execute()).map(toScope);
    },
  };
}

function toScope(row: Row<'scopes'>): Scope {
  return {
    id: row.provider_scope_id,
    connectionId: row.connection_id,
    providerId: row.provider_id,
    kind: row.kind as Scope['kind'],
    name: row.name,
    archived: row.archived === 1,
  };
}
