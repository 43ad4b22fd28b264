import { type Action, auditVerb, hangs } from '../../domain/action.ts';
import type { Actor } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import type { Repos } from '../../ports/store.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import type { Deps } from '../deps.ts';
import { auditSubject } from './audit-subject.ts';
import { announceRotationOf } from './tell-rotation.ts';

type CancelDeps = Pick<Deps, 'store' | 'clock' | 'ids'>;

/** A person gives up an act that hangs. What is being tried just now, or is done, is left alone. */
export async function cancelAction(
  deps: CancelDeps,
  { actor, actionId }: { readonly actor: Actor; readonly actionId: string },
): Promise<Action> {
  return deps.store.write(async (tx) => {
    const action = await tx.actions.get(actionId);
    if (action?.state !== 'pending' || !hangs(action)) throw notHanging(action);
    const cancelled: Action = { ...action, state: 'dismissed' };
    await tx.actions.update(cancelled);
    await tellSettled({ deps, tx, actor }, action, 'dismissed');
    return cancelled;
  });
}

/** In the audit log, and in the thread of the alert that it was asked from. */
export async function tellSettled(
  { deps, tx, actor }: { readonly deps: Pick<Deps, 'clock' | 'ids'>; readonly tx: Repos; readonly actor: Actor },
  action: Action,
  outcome: 'requested' | 'dismissed',
): Promise<void> {
  const detail = { kind: action.kind, keyId: action.keyId, reason: action.reason };
  const key = await tx.keys.get(action.keyId);
  await tx.audit.append({
    at: deps.clock.now(),
    actor,
    verb: auditVerb(action.kind, outcome),
    subject: key === undefined ? action.keyId : auditSubject(action, key),
    detail: { ...detail, actionId: action.id, requestedBy: action.requestedBy, problem: action.problem },
  });
  await announceRotationOf({ deps, tx }, action);
  if (action.alertId === null) return;
  const alert = { id: action.alertId };
  await addAlertEvent({ deps, tx }, alert, { kind: `action_${outcome}`, actor, detail });
  await announceAlert({ deps, tx }, alert);
}

function notHanging(action: Action | undefined): AppError {
  const publicMessage =
    action?.state === 'running'
      ? 'It is being tried just now. Look again in a moment: it may be done.'
      : 'Nothing was changed: there is nothing to stop any more. `/keys status` shows what is under way.';
  return new AppError({ code: 'conflict', message: `action ${action?.id} is ${action?.state}`, publicMessage });
}
