import { userIdIn } from '../../domain/actor.ts';
import { blocksAfter, type CampaignMember, progressAtOf } from '../../domain/campaign.ts';
import { ladderOf, type Rung, waitsForPerson } from '../../domain/campaign-reminders.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { inWorkHours } from '../../domain/work-hours.ts';
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
  const after = await withReminder(context, known, rotation);
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

/** The member with its ladder as it follows from the rotation: progress, a pause and a block begin it anew. */
export async function withReminder(
  context: CampaignContext,
  member: CampaignMember,
  rotation: Rotation,
): Promise<CampaignMember> {
  const now = context.deps.clock.now();
  const progressAt = progressAtOf(rotation);
  if (!waitsForPerson(rotation)) return { ...member, progressAt, rung: 0, remindAt: null };
  const wasStill = member.remindAt === null && member.rung === 0 && member.progressAt !== null;
  const hasMoved = member.progressAt === null || progressAt > member.progressAt;
  const base = wasStill ? now : hasMoved ? progressAt : (member.progressAt ?? progressAt);
  const fresh = { ...member, progressAt: base, rung: hasMoved || wasStill ? 0 : member.rung };
  return { ...fresh, remindAt: await reminderAt(context, fresh, { notBefore: now }) };
}

/** The rung that is next for a key; undefined where its ladder is over. */
export function rungOf({ deps }: Pick<CampaignContext, 'deps'>, { ownerId, rung }: CampaignMember): Rung | undefined {
  return ladderOf(deps.policy.rotation.reminders, ownerId !== null)[rung];
}

/** When the next rung is taken: in the working hours of those whom it reaches. */
export async function reminderAt(
  { deps, tx }: CampaignContext,
  member: CampaignMember,
  { notBefore }: { readonly notBefore: number },
): Promise<number | null> {
  const rung = rungOf({ deps }, member);
  if (rung === undefined || member.progressAt === null) return null;
  const { calendar, rotation } = deps.policy;
  const person =
    rung.kind === 'responders' || member.ownerId === null ? undefined : await tx.members.get(member.ownerId);
  const timeZone = person?.timezone ?? calendar.timeZone;
  return inWorkHours(Math.max(notBefore, member.progressAt + rung.afterMs), { timeZone, holidays: rotation.holidays });
}
