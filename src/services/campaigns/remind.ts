import { systemActor } from '../../domain/actor.ts';
import type { CampaignMember } from '../../domain/campaign.ts';
import type { RungKind } from '../../domain/campaign-reminders.ts';
import { groupBy } from '../../domain/collections.ts';
import { HOUR_MS, zoneDayText } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';
import {
  CAMPAIGN_CALL,
  CAMPAIGN_DM,
  CAMPAIGN_NUDGE,
  type CampaignContext,
  enqueue,
  ownerSubject,
  POST_GAP_MS,
  threadOf,
  touchKey,
  touchOwner,
  touchRoot,
} from './announce-campaign.ts';
import { reminderAt, rungOf } from './next-rung.ts';
import { TO_BE_RECKONED } from './note-progress.ts';

const ACTOR = systemActor('campaign-reminders');
// What is due later on the same day goes along: one message a day, not one per key.
const ALONG_MS = 8 * HOUR_MS;
// Rungs that were missed are not made up for at once.
const NEXT_AFTER_MS = 20 * HOUR_MS;

type RemindDeps = CampaignContext['deps'] & Pick<Deps, 'store' | 'policy'>;

interface RemindContext extends CampaignContext {
  readonly deps: RemindDeps;
}

interface Due {
  readonly member: CampaignMember;
  readonly kind: RungKind;
}

/** Takes every rung that is due: one message for all keys of a person, or of a campaign. */
export async function remindDue(deps: RemindDeps): Promise<void> {
  const now = deps.clock.now();
  if ((await deps.store.read.campaigns.membersToRemind(now)).length === 0) return;
  await deps.store.write(async (tx) => {
    const soon = await tx.campaigns.membersToRemind(now + ALONG_MS);
    for (const member of soon.filter(({ remindAt }) => remindAt === TO_BE_RECKONED)) {
      await tx.campaigns.updateMember({ ...member, remindAt: await reminderAt({ deps, tx }, member, now) });
    }
    const known = soon.filter(({ remindAt }) => remindAt !== TO_BE_RECKONED);
    const rungs = known.map((member) => dueOf(deps, member)).filter((one) => one !== null);
    const isDue = ({ member }: Due) => member.remindAt !== null && member.remindAt <= now;
    const targets = new Set(rungs.filter(isDue).map(targetOf));
    const taken = rungs.filter((due) => targets.has(targetOf(due)));
    for (const group of groupBy(taken, targetOf).values()) await tell({ deps, tx }, group);
    await climb({ deps, tx }, taken);
  });
}

function dueOf(deps: RemindDeps, member: CampaignMember): Due | null {
  const rung = rungOf(deps, member);
  return rung === undefined ? null : { member, kind: rung.kind };
}

/** Who gets one message: a person; a person in a thread; the responders in a thread. */
function targetOf({ member: { campaignId, ownerId }, kind }: Due): string {
  if (kind === 'owner') return `owner/${ownerId}`;
  return kind === 'thread' ? `thread/${campaignId}/${ownerId}` : `responders/${campaignId}`;
}

async function tell(context: RemindContext, group: readonly Due[]): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  const { deps, tx } = context;
  const { member, kind } = first;
  const { campaignId, ownerId } = member;
  const day = zoneDayText(deps.clock.now(), deps.policy.calendar.timeZone);
  const row = {
    owner: { kind: CAMPAIGN_DM, subjectId: `${ownerId}/${day}`, threadKey: `dm:${ownerId}` },
    thread: {
      kind: CAMPAIGN_NUDGE,
      subjectId: `${ownerSubject(campaignId, ownerId)}:${day}`,
      threadKey: `${threadOf(campaignId)}:nudge`,
    },
    responders: { kind: CAMPAIGN_CALL, subjectId: `${campaignId}:${day}`, threadKey: `${threadOf(campaignId)}:nudge` },
  }[kind];
  await enqueue(context, row);
  const detail = { to: kind, ownerId: kind === 'responders' ? null : ownerId, keys: group.length };
  await tx.audit.append({ at: deps.clock.now(), actor: ACTOR, verb: 'campaign.reminded', subject: campaignId, detail });
}

/** The ladder of each key goes on, and what shows it is edited, a second and a half apart. */
async function climb(context: RemindContext, taken: readonly Due[]): Promise<void> {
  const { deps, tx } = context;
  const notBefore = deps.clock.now() + NEXT_AFTER_MS;
  let edits = 0;
  for (const { member } of taken) {
    const next = { ...member, rung: member.rung + 1, reminded: member.reminded + 1 };
    await tx.campaigns.updateMember({ ...next, remindAt: await reminderAt(context, next, notBefore) });
    const { campaignId, rotationId, isShown, isJoined } = member;
    if (rotationId === null || !isShown || isJoined) continue;
    edits += 1;
    await touchKey(context, { campaignId, rotationId, inMs: edits * POST_GAP_MS });
  }
  for (const [campaignId, members] of groupBy(
    taken.map(({ member }) => member),
    (member) => member.campaignId,
  )) {
    await touchRoot(context, campaignId);
    if (!(await tx.campaigns.get(campaignId))?.isGrouped) continue;
    for (const ownerId of new Set(members.map((member) => member.ownerId))) {
      await touchOwner(context, campaignId, ownerId);
    }
  }
}
