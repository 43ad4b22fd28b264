import { actorOf } from '../../domain/actor.ts';
import type { Approval } from '../../domain/approval.ts';
import { AppError } from '../../domain/errors.ts';
import { approveRequest, declineRequest, isAsker } from '../../services/actions/decide-approval.ts';
import { actOf } from '../../services/actions/describe-consent.ts';
import { allows, authorise, type Gesture, requireViewer } from '../authorise.ts';
import { decodeApproval } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, Click } from '../interaction.ts';
import { section } from '../views/blocks.ts';
import { escaped } from '../views/text.ts';
import { keyAndLineage } from './key-action-buttons.ts';

/** `Approve`, by a second person who could have asked for it. */
const approve: ButtonHandler = {
  kind: 'button',
  id: 'approval_approve',
  async run(context, click) {
    const { approval, lineage } = await approvalOf(context, click);
    const act = actOf(approval.kind);
    const actor = await authorise(context, { gesture: click, act, lineage });
    const asker = actorOf(approval.requestedBy);
    const askerMay = asker.kind === 'slack' && (await allows(context, { gesture: asker, act, lineage }));
    const after = await approveRequest(context.deps, { actor, approvalId: approval.id, askerMay });
    if (after.state !== 'approved') await click.reply(insteadOf(after));
  },
};

/** `Decline`, or taking it back. */
const decline: ButtonHandler = {
  kind: 'button',
  id: 'approval_decline',
  async run(context, click) {
    const { approval, lineage } = await approvalOf(context, click);
    const clicker = { kind: 'slack', userId: click.userId, teamId: click.teamId } as const;
    const act = isAsker(approval, clicker) ? 'look' : actOf(approval.kind);
    const actor = await authorise(context, { gesture: click, act, lineage });
    await declineRequest(context.deps, { actor, approvalId: approval.id });
  },
};

export const approvalButtons: readonly ButtonHandler[] = [approve, decline];

async function approvalOf(context: SlackContext, click: Click & Gesture) {
  const approvalId = decodeApproval(click.value);
  await requireViewer(context, click);
  const approval = await context.deps.store.read.approvals.get(approvalId);
  if (approval === undefined) {
    throw new AppError({
      code: 'not_found',
      message: `there is no approval ${approvalId}`,
      publicMessage: 'Nothing was done: this request is not on record here.',
    });
  }
  return { approval, ...(await keyAndLineage(context, approval.keyId)) };
}

/** Time or the world was faster than the click. */
function insteadOf({ state, problem }: Approval) {
  const why = state === 'expired' ? 'it came too late. Ask for it again if it is still wanted.' : (problem ?? state);
  const text = `Nothing was done: ${escaped(why)}`;
  return { text, blocks: [section(text)] };
}
