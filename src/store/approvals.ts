import type { ActionKind } from '../domain/action.ts';
import type { ActionParams } from '../domain/action-params.ts';
import type { Approval, ApprovalState } from '../domain/approval.ts';
import type { ApprovalRepo } from '../ports/approvals.ts';
import type { RepoContext } from './repo-context.ts';
import type { NewRow, Row } from './schema.ts';

export function approvalRepo({ db, wake }: Pick<RepoContext, 'db' | 'wake'>): ApprovalRepo {
  return {
    async insert(approval) {
      await db.insertInto('approvals').values(fromApproval(approval)).execute();
      wake('timers');
    },
    async update(approval) {
      await db.updateTable('approvals').set(fromApproval(approval)).where('id', '=', approval.id).execute();
      wake('timers');
    },
    async get(id) {
      const row = await db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toApproval(row);
    },
    async waitingFor(idempotencyKey) {
      const row = await db
        .selectFrom('approvals')
        .selectAll()
        .where('idempotency_key', '=', idempotencyKey)
        .where('state', '=', 'waiting')
        .executeTakeFirst();
      return row && toApproval(row);
    },
    async waiting() {
      const rows = await db
        .selectFrom('approvals')
        .selectAll()
        .where('state', '=', 'waiting')
        .orderBy('expires_at')
        .orderBy('id')
        .execute();
      return rows.map(toApproval);
    },
    async requestedIn({ from, to }) {
      const rows = await db
        .selectFrom('approvals')
        .selectAll()
        .where('requested_at', '>=', from)
        .where('requested_at', '<', to)
        .orderBy('requested_at')
        .orderBy('id')
        .execute();
      return rows.map(toApproval);
    },
    async nextExpiryAt() {
      const row = await db
        .selectFrom('approvals')
        .select((eb) => eb.fn.min('expires_at').as('at'))
        .where('state', '=', 'waiting')
        .executeTakeFirst();
      return row?.at === null || row?.at === undefined ? null : Number(row.at);
    },
  };
}

function fromApproval(approval: Approval): NewRow<'approvals'> {
  return {
    id: approval.id,
    idempotency_key: approval.idempotencyKey,
    kind: approval.kind,
    key_id: approval.keyId,
    generation: approval.generation,
    params: approval.params === null ? null : JSON.stringify(approval.params),
    alert_id: approval.alertId,
    requested_by: approval.requestedBy,
    reason: approval.reason,
    state: approval.state,
    requested_at: approval.requestedAt,
    expires_at: approval.expiresAt,
    decided_by: approval.decidedBy,
    decided_at: approval.decidedAt,
    problem: approval.problem,
    action_id: approval.actionId,
  };
}

function toApproval(row: Row<'approvals'>): Approval {
  return {
    id: row.id,
    idempotencyKey: row.idempotency_key,
    kind: row.kind as ActionKind,
    keyId: row.key_id,
    generation: row.generation,
    params: row.params === null ? null : (JSON.parse(row.params) as ActionParams),
    alertId: row.alert_id,
    requestedBy: row.requested_by,
    reason: row.reason,
    state: row.state as ApprovalState,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    problem: row.problem,
    actionId: row.action_id,
  };
}
