import { auditVerb } from '../../domain/action.ts';
import { type Actor, actorText, systemActor } from '../../domain/actor.ts';
import { type Approval, type ApprovalEvent, nextApprovalState } from '../../domain/approval.ts';
import { AppError } from '../../domain/errors.ts';
import { announceAlert } from '../alerts/announce.ts';
import { touchAsks } from '../campaigns/announce-campaign.ts';
import { threadOf as threadOfRotation } from '../rotation/announce-rotation.ts';
import { type ApprovalPlace, placeOfApproval } from './approval-place.ts';
import type { RequestContext } from './record-request.ts';
import { announceRotationOf } from './tell-rotation.ts';

export interface Settled {
  readonly event: ApprovalEvent;
  /** Null: time or the world decided. */
  readonly actor: Actor | null;
  readonly problem?: string | null;
  readonly actionId?: string | null;
}

/** Ends an approval that waits, with its audit entry; its message is edited to what became of it. */
export async function settleApproval(
  { deps, tx }: RequestContext,
  approval: Approval,
  { event, actor, problem = null, actionId = null }: Settled,
): Promise<Approval> {
  const state = nextApprovalState(approval.state, event);
  if (state === null || state === 'waiting') throw decidedBefore(approval);
  const now = deps.clock.now();
  const decidedBy = actor === null ? null : actorText(actor);
  const after: Approval = { ...approval, state, decidedBy, decidedAt: now, problem, actionId };
  await tx.approvals.update(after);
  await tx.audit.append({
    at: now,
    actor: actor ?? systemActor('approvals'),
    verb: auditVerb(approval.kind, state),
    subject: approval.keyId,
    detail: { approvalId: approval.id, requestedBy: approval.requestedBy, ...(problem === null ? {} : { problem }) },
  });
  await announceApproval({ deps, tx }, after);
  return after;
}

/** The outbox's name for a request's own message. */
export const APPROVAL_KIND = 'approval';

/** Puts its message on the way: it is posted, or edited to what is true when it is sent. */
export async function announceApproval({ deps, tx }: RequestContext, approval: Approval): Promise<void> {
  const { id, alertId } = approval;
  const place = await placeOfApproval(tx, approval);
  if (place.kind === 'campaign') await touchAsks({ deps, tx }, place);
  const hasOwn = place.kind !== 'campaign' || (await tx.messages.get(APPROVAL_KIND, id)) !== undefined;
  if (hasOwn) {
    const createdAt = deps.clock.now();
    const row = { kind: APPROVAL_KIND, subjectId: id, threadKey: threadKeyOf(place, id), createdAt };
    await tx.outbox.enqueue({ ...row, id: deps.ids.next('out') });
  }
  if (alertId !== null) await announceAlert({ deps, tx }, { id: alertId });
  // The step of a rotation says what it waits for.
  await announceRotationOf({ deps, tx }, approval);
}

/** After the message that it replies to. */
function threadKeyOf(place: ApprovalPlace, id: string): string {
  if (place.kind === 'alert') return `alert:${place.alertId}`;
  return place.kind === 'rotation' ? threadOfRotation(place.rotation.id) : `approval:${id}`;
}

const DECIDED: Readonly<Record<Approval['state'], string>> = {
  waiting: 'is still waiting',
  approved: 'was approved already',
  declined: 'was declined already',
  expired: 'has expired',
  cancelled: 'was withdrawn',
  overtaken: 'was overtaken by what happened to the key',
};

export function decidedBefore({ id, state }: Pick<Approval, 'id' | 'state'>): AppError {
  return new AppError({
    code: 'conflict',
    message: `approval ${id} is ${state}`,
    publicMessage: `Nothing was done: this request ${DECIDED[state]}.`,
  });
}
