import type { Action, ActionKind, ActionState, Consent } from '../domain/action.ts';
import type { ActionParams } from '../domain/action-params.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { ActionRepo } from '../ports/store.ts';
import type { RepoContext } from './repo-context.ts';
import type { NewRow, Row } from './schema.ts';

type Context = Pick<RepoContext, 'db' | 'wake'>;

export function actionRepo(context: Context): ActionRepo {
  return { ...changes(context), ...queries(context) };
}

function changes({ db, wake }: Context): Pick<ActionRepo, 'insert' | 'update' | 'releaseRunning'> {
  return {
    async insert(action) {
      const result = await db
        .insertInto('actions')
        .values(fromAction(action))
        .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
        .executeTakeFirst();
      const inserted = Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
      if (inserted) wake('actions');
      return inserted;
    },
    async update(action) {
      await db.updateTable('actions').set(fromAction(action)).where('id', '=', action.id).execute();
      if (action.state === 'pending') wake('actions');
    },
    async releaseRunning() {
      const result = await db
        .updateTable('actions')
        .set({ state: 'pending' })
        .where('state', '=', 'running')
        .executeTakeFirst();
      return Number(result.numUpdatedRows);
    },
  };
}

function queries({ db }: Context): Omit<ActionRepo, 'insert' | 'update' | 'releaseRunning'> {
  return {
    async get(id) {
      const row = await db.selectFrom('actions').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toAction(row);
    },
    async byIdempotencyKey(key) {
      const row = await db.selectFrom('actions').selectAll().where('idempotency_key', '=', key).executeTakeFirst();
      return row && toAction(row);
    },
    async due(now) {
      const rows = await db
        .selectFrom('actions')
        .selectAll()
        .where('state', '=', 'pending')
        .where('not_before_at', '<=', now)
        .orderBy('requested_at')
        .orderBy('id')
        .execute();
      return rows.map(toAction);
    },
    async nextDueAt() {
      const row = await db
        .selectFrom('actions')
        .select((eb) => eb.fn.min('not_before_at').as('at'))
        .where('state', '=', 'pending')
        .executeTakeFirst();
      return row?.at === null || row?.at === undefined ? null : Number(row.at);
    },
    async unfinished() {
      const rows = await db
        .selectFrom('actions')
        .selectAll()
        .where('state', 'not in', ['verified', 'dismissed'])
        .orderBy('requested_at')
        .execute();
      return rows.map(toAction);
    },
    async confirmed() {
      const rows = await db
        .selectFrom('actions')
        .selectAll()
        .where('state', '=', 'confirmed')
        .orderBy('confirmed_at')
        .execute();
      return rows.map(toAction);
    },
    async ofKey(keyId) {
      const rows = await db.selectFrom('actions').selectAll().where('key_id', '=', keyId).orderBy('id').execute();
      return rows.map(toAction);
    },
    async ofAlert(alertId) {
      const rows = await db.selectFrom('actions').selectAll().where('alert_id', '=', alertId).orderBy('id').execute();
      return rows.map(toAction);
    },
  };
}

function fromAction(action: Action): NewRow<'actions'> {
  return {
    id: action.id,
    idempotency_key: action.idempotencyKey,
    kind: action.kind,
    key_id: action.keyId,
    alert_id: action.alertId,
    requested_by: action.requestedBy,
    reason: action.reason,
    state: action.state,
    attempts: action.attempts,
    not_before_at: action.notBeforeAt,
    requested_at: action.requestedAt,
    executed_at: action.executedAt,
    confirmed_at: action.confirmedAt,
    verified_at: action.verifiedAt,
    checked_until: action.checkedUntil,
    used_after_micro_usd: action.usedAfterMicroUsd,
    problem: action.problem,
    problem_code: action.problemCode,
    params: action.params === null ? null : JSON.stringify(action.params),
    consent: action.consent === null ? null : JSON.stringify(action.consent),
  };
}

function toAction(row: Row<'actions'>): Action {
  return {
    id: row.id,
    idempotencyKey: row.idempotency_key,
    kind: row.kind as ActionKind,
    keyId: row.key_id,
    alertId: row.alert_id,
    requestedBy: row.requested_by,
    reason: row.reason,
    state: row.state as ActionState,
    attempts: row.attempts,
    notBeforeAt: row.not_before_at,
    requestedAt: row.requested_at,
    executedAt: row.executed_at,
    confirmedAt: row.confirmed_at,
    verifiedAt: row.verified_at,
    checkedUntil: row.checked_until,
    usedAfterMicroUsd: row.used_after_micro_usd,
    problem: row.problem,
    problemCode: row.problem_code as ErrorCode | null,
    params: row.params === null ? null : (JSON.parse(row.params) as ActionParams),
    consent: row.consent === null ? null : (JSON.parse(row.consent) as Consent),
  };
}
