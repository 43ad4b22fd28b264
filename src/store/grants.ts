import type { Grant, GrantChange, GrantKind, GrantOutcome } from '../domain/grant.ts';
import type { GrantRepo } from '../ports/limits.ts';
import type { RepoContext } from './repo-context.ts';
import type { NewRow, Row } from './schema.ts';

export function grantRepo({ db, wake }: Pick<RepoContext, 'db' | 'wake'>): GrantRepo {
  return {
    async insert(grant) {
      await db.insertInto('grants').values(fromGrant(grant)).execute();
      wake('timers');
    },
    async update(grant) {
      await db.updateTable('grants').set(fromGrant(grant)).where('id', '=', grant.id).execute();
      wake('timers');
    },
    async get(id) {
      const row = await db.selectFrom('grants').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toGrant(row);
    },
    async idsOfKeys(keyIds) {
      const rows = await db.selectFrom('grants').select('id').where('key_id', 'in', keyIds).execute();
      return rows.map(({ id }) => id);
    },
    async open() {
      const rows = await db
        .selectFrom('grants')
        .selectAll()
        .where('ended_at', 'is', null)
        .orderBy('granted_at')
        .orderBy('id')
        .execute();
      return rows.map(toGrant);
    },
  };
}

function fromGrant(grant: Grant): NewRow<'grants'> {
  return {
    id: grant.id,
    kind: grant.kind,
    target: grant.target,
    key_id: grant.keyId,
    alert_id: grant.alertId,
    change: JSON.stringify(grant.change),
    until_at: grant.untilAt,
    granted_by: grant.grantedBy,
    reason: grant.reason,
    granted_at: grant.grantedAt,
    action_id: grant.actionId,
    restore_action_id: grant.restoreActionId,
    warned_at: grant.warnedAt,
    ended_at: grant.endedAt,
    outcome: grant.outcome,
  };
}

function toGrant(row: Row<'grants'>): Grant {
  return {
    id: row.id,
    kind: row.kind as GrantKind,
    target: row.target,
    keyId: row.key_id,
    alertId: row.alert_id,
    change: JSON.parse(row.change) as GrantChange,
    untilAt: row.until_at,
    grantedBy: row.granted_by,
    reason: row.reason,
    grantedAt: row.granted_at,
    actionId: row.action_id,
    restoreActionId: row.restore_action_id,
    warnedAt: row.warned_at,
    endedAt: row.ended_at,
    outcome: row.outcome as GrantOutcome | null,
  };
}
