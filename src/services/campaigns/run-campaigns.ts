import { actorText, systemActor } from '../../domain/actor.ts';
import { type Campaign, withEvent } from '../../domain/campaign.ts';
import { groupBy } from '../../domain/collections.ts';
import { inWorkHours } from '../../domain/work-hours.ts';
import type { Deps } from '../deps.ts';
import { CAMPAIGN_AHEAD, enqueue, postRoot, touchRoot } from './announce-campaign.ts';
import { chooseCampaign, turnOfCampaign } from './choose-campaign.ts';
import { closeIn } from './close-campaign.ts';
import { remindDue } from './remind.ts';
import { openWaiting, type StartDeps, startByCalendar } from './start-campaign.ts';

const ACTOR = systemActor('run-campaigns');

/** The earliest instant at which a campaign has something to do; null for none. */
export async function nextCampaignWork(deps: Pick<Deps, 'store' | 'clock' | 'policy'>): Promise<number | null> {
  const { campaigns } = deps.store.read;
  const times = [await campaigns.nextReminderAt()];
  for (const campaign of await campaigns.standing()) times.push(await nextWorkOf(deps, campaign));
  const known = times.filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Announces, starts, reminds and ends what is due. May be run at any time. */
export async function runCampaigns(deps: StartDeps): Promise<void> {
  const now = deps.clock.now();
  for (const campaign of await deps.store.read.campaigns.standing()) {
    if ((await nextWorkOf(deps, campaign)) !== now) continue;
    if (campaign.state === 'running') await goOn(deps, campaign);
    else if (campaign.startsAt <= now) await startByCalendar(deps, campaign);
    else await announce(deps, campaign);
  }
  // What has just started is begun in the same run.
  for (const campaign of await deps.store.read.campaigns.standing()) {
    if (campaign.state === 'running') await openWaiting(deps, campaign);
  }
  await remindDue(deps);
}

/** Never before now, so that what is overdue is told from what is ahead. */
async function nextWorkOf(
  { store, clock, policy }: Pick<Deps, 'store' | 'clock' | 'policy'>,
  { id, state, startsAt, dueAt }: Campaign,
): Promise<number | null> {
  const now = clock.now();
  if (state === 'planned') return Math.max(now, startsAt - policy.rotation.announceMs);
  if (state === 'announced') return Math.max(now, startsAt);
  const { waiting, open } = await store.read.campaigns.left(id);
  if (waiting > 0 || open === 0) return now;
  if (dueAt === null || (await store.read.told.among([overdueKey(id)])).size > 0) return null;
  return Math.max(now, dueAt + 1);
}

/** Its message says what is overdue from then on, also where nobody does anything. */
async function tellOverdue(deps: StartDeps, { id, dueAt }: Campaign): Promise<void> {
  const now = deps.clock.now();
  if (dueAt === null || now <= dueAt) return;
  await deps.store.write(async (tx) => {
    if ((await tx.told.among([overdueKey(id)])).size > 0) return;
    await tx.told.add(overdueKey(id), now);
    await touchRoot({ deps, tx }, id);
  });
}

function overdueKey(campaignId: string): string {
  return `campaign-overdue:${campaignId}`;
}

async function goOn(deps: StartDeps, campaign: Campaign): Promise<void> {
  await openWaiting(deps, campaign);
  await tellOverdue(deps, campaign);
  await deps.store.write(async (tx) => {
    const { waiting, open } = await tx.campaigns.left(campaign.id);
    const now = await tx.campaigns.get(campaign.id);
    if (now?.state !== 'running' || waiting + open > 0) return;
    await closeIn({ deps, tx }, now, { event: 'finish', actor: ACTOR, reason: null });
  });
}

/** One message, and one to each owner in their own working hours. */
async function announce(deps: StartDeps, campaign: Campaign): Promise<void> {
  const now = deps.clock.now();
  const taken = (await chooseCampaign(deps, turnOfCampaign(campaign))).filter(({ skip }) => skip === null);
  const owners = groupBy(taken, ({ ownerId }) => ownerId);
  await deps.store.write(async (tx) => {
    const before = await tx.campaigns.get(campaign.id);
    const after = before && withEvent(before, { event: 'announce', at: now, by: actorText(ACTOR) });
    if (!after) return;
    await tx.campaigns.update(after);
    const detail = { keys: taken.length, owners: owners.size, startsAt: after.startsAt };
    await tx.audit.append({ at: now, actor: ACTOR, verb: 'campaign.announced', subject: campaign.id, detail });
    // Nothing to rotate is nothing to tell; keys that come until then are rotated all the same.
    if (taken.length === 0) return;
    await postRoot({ deps, tx }, campaign.id);
    const { calendar, rotation } = deps.policy;
    for (const ownerId of owners.keys()) {
      if (ownerId === null) continue;
      const timeZone = (await tx.members.get(ownerId))?.timezone ?? calendar.timeZone;
      const inMs = inWorkHours(now, { timeZone, holidays: rotation.holidays }) - now;
      const row = { kind: CAMPAIGN_AHEAD, subjectId: `${campaign.id}/${ownerId}`, threadKey: `dm:${ownerId}`, inMs };
      await enqueue({ deps, tx }, row);
    }
  });
}
