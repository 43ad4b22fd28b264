import { userIdIn } from '../../domain/actor.ts';
import { blocksAfter, type CampaignMember, progressAtOf } from '../../domain/campaign.ts';
import { waitsForPerson } from '../../domain/campaign-reminders.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { Repos } from '../../ports/store.ts';
import { type CampaignContext, touchKey, touchOwner, touchRoot } from './announce-campaign.ts';

/** Writes down what a changed rotation means for its campaign: its standing there, and when somebody is reminded next. */
export async function noteProgress(context: CampaignContext, rotation: Rotation): Promise<void> {
  const { deps, tx } = context;
  const before = await tx.campaigns.memberOf(rotation.id);
  if (before === undefined) return;
  const now = deps.clock.now();
  const ownerId = userIdIn(rotation.driver) ?? before.ownerId;
  const state = rotation.state === 'open' ? ('open' as const) : ('over' as const);
  const known = { ...before, ownerId, state, blocks: blocksAfter(before.blocks, rotation, now) };
  const after = withProgress(known, rotation, { now, isAskedFor: await isAskedFor(tx, rotation) });
  await tx.campaigns.updateMember(after);
  const { campaignId } = after;
  if (rotation.campaignId === campaignId && after.isShown)
    await touchKey(context, { campaignId, rotationId: rotation.id });
  const campaign = await tx.campaigns.get(campaignId);
  if (campaign?.isGrouped) {
    for (const owner of new Set([before.ownerId, ownerId])) await touchOwner(context, campaignId, owner);
  }
  await touchRoot(context, campaignId);
}

/** Due at once: when the next rung is taken is still to be reckoned. */
export const TO_BE_RECKONED = 0;

/** The member as it follows from its rotation: progress, the end of a pause and of a block begin its ladder anew. */
export function withProgress(
  member: CampaignMember,
  rotation: Rotation,
  { now, isAskedFor = false }: { readonly now: number; readonly isAskedFor?: boolean },
): CampaignMember {
  const progressAt = progressAtOf(rotation);
  if (!waitsForPerson(rotation, isAskedFor)) return { ...member, progressAt, rung: 0, remindAt: null };
  const wasStill = member.remindAt === null && member.rung === 0 && member.progressAt !== null;
  const hasMoved = member.progressAt === null || progressAt > member.progressAt;
  if (!wasStill && !hasMoved) return member;
  return { ...member, progressAt: wasStill ? now : progressAt, rung: 0, remindAt: TO_BE_RECKONED };
}

/** Something of it is being done at the provider, or waits for a second person. */
async function isAskedFor({ actions, approvals }: Pick<Repos, 'actions' | 'approvals'>, { oldKeyId }: Rotation) {
  const isOfKey = ({ keyId }: { readonly keyId: string }) => keyId === oldKeyId;
  const isGoingOn = ({ state }: { readonly state: string }) => state === 'pending' || state === 'running';
  if ((await approvals.waiting()).some(isOfKey)) return true;
  return (await actions.ofKey(oldKeyId)).some(isGoingOn);
}
