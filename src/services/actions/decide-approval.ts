import { isKeyAct } from '../../domain/action.ts';
import { ownerDeletion, retirement } from '../../domain/action-params.ts';
import { type Actor, actorOf, actorText, userIdIn } from '../../domain/actor.ts';
import { type Approval, isBoundTo } from '../../domain/approval.ts';
import { AppError } from '../../domain/errors.ts';
import type { Key } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';

import { toldIn } from '../rotation/early-end.ts';
import { seenOf } from './account.ts';
import { insertAction, type RequestDeps, standingAction, type Wanted } from './record-request.ts';
import { decideKeyAct } from './request-action.ts';
import { decideOwnerDeletion } from './request-owner-deletion.ts';
import { decideRetirement } from './request-retirement.ts';
import { decidedBefore, settleApproval } from './settle-approval.ts';

export interface DecideInput {
  /** Whoever passes this on has checked that the person may do the act. */
  readonly actor: Actor;
  readonly approvalId: string;
}

export interface ApproveInput extends DecideInput {
  /** Whether the one who asked may still do the act: two people have to have the right at the end, not one. */
  readonly askerMay: boolean;
}

/**
 * The second person says yes: the action is recorded in the same transaction. What is not as it was agreed on any more is
 * overtaken, and what came too late has expired; the state of what is returned says which.
 */
export async function approveRequest(
  deps: RequestDeps,
  { actor, approvalId, askerMay }: ApproveInput,
): Promise<Approval> {
  return deps.store.write(async (tx) => {
    const approval = await waitingApproval(tx, approvalId);
    if (isAsker(approval, actor)) throw ownRequest(approval);
    if (approval.expiresAt <= deps.clock.now()) {
      return settleApproval({ deps, tx }, approval, { event: 'expire', actor: null });
    }
    const checked = askerMay ? await recheck(deps, tx, approval) : 'Whoever asked may not do this any more.';
    if (typeof checked === 'string') {
      return settleApproval({ deps, tx }, approval, { event: 'overtake', actor: null, problem: checked });
    }
    const { alertId, reason } = approval;
    const consent = { kind: 'approved', by: actorText(actor) } as const;
    const asker = actorOf(approval.requestedBy);
    const request = { ...checked.wanted, actor: asker, alertId, reason, consent };
    const action = await insertAction({ deps, tx }, request, checked.key);
    return settleApproval({ deps, tx }, approval, { event: 'approve', actor, actionId: action.id });
  });
}

/** Says no; from the one who asked it is taken back. */
export async function declineRequest(deps: RequestDeps, { actor, approvalId }: DecideInput): Promise<Approval> {
  return deps.store.write(async (tx) => {
    const approval = await waitingApproval(tx, approvalId);
    const event = isAsker(approval, actor) ? 'withdraw' : 'decline';
    return settleApproval({ deps, tx }, approval, { event, actor });
  });
}

/** Ends what nobody has decided in time. */
export async function expireApprovals(deps: RequestDeps): Promise<void> {
  const now = deps.clock.now();
  for (const { id, expiresAt } of await deps.store.read.approvals.waiting()) {
    if (expiresAt > now) return;
    await deps.store.write(async (tx) => {
      const approval = await tx.approvals.get(id);
      if (approval?.state === 'waiting') await settleApproval({ deps, tx }, approval, { event: 'expire', actor: null });
    });
  }
}

export function isAsker({ requestedBy }: Approval, actor: Actor): boolean {
  return actor.kind === 'slack' && userIdIn(requestedBy) === actor.userId;
}

async function waitingApproval(tx: Repos, id: string): Promise<Approval> {
  const approval = await tx.approvals.get(id);
  if (approval === undefined) {
    throw new AppError({
      code: 'not_found',
      message: `there is no approval ${id}`,
      publicMessage: 'Nothing was done: this request is not on record here.',
    });
  }
  if (approval.state !== 'waiting') throw decidedBefore(approval);
  return approval;
}

function ownRequest({ id }: Approval): AppError {
  return new AppError({
    code: 'forbidden',
    message: `approval ${id} by the one who asked`,
    publicMessage: 'Nothing was done: you asked for this, so somebody else has to approve it.',
  });
}

type Checked = { readonly wanted: Wanted; readonly key: Key };

/** What would be done now, if that is still what was asked for; else why not. */
async function recheck(deps: RequestDeps, tx: Repos, approval: Approval): Promise<Checked | string> {
  const key = await tx.keys.get(approval.keyId);
  const lineage = key && (await tx.lineages.get(key.lineageId));
  if (key === undefined || lineage === undefined) return 'The key is not in the inventory any more.';
  try {
    const now = await decideAgain(deps, approval)({ tx, key, lineage });
    if (!isBoundTo(approval, { ...now, keyId: key.id, generation: key.generation })) {
      return `${lineage.slug} is not as it was when it was asked for; look again and decide anew.`;
    }
    if ((await standingAction(tx, now.idempotencyKey)) !== null) return 'It is under way, or done, already.';
    return { wanted: now, key };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'database') throw error;
    return error.publicMessage;
  }
}

function decideAgain(deps: RequestDeps, { kind, generation, params }: Approval) {
  // What the two agree on is what was told when it was asked for: more than that has to be asked for anew.
  const told = toldIn({ params });
  if (isKeyAct(kind)) return decideKeyAct(deps, { kind, generation, told });
  if (kind === 'retire') return decideRetirement(deps, retirement.parse(params));
  const { keyIds } = ownerDeletion.parse(params);
  return decideOwnerDeletion(deps, { generation, seen: seenOf(keyIds), told });
}
