import { type Actor, actorOf, actorText, systemActor } from '../../domain/actor.ts';
import { type Campaign, type CampaignMember, GROUPED_ABOVE, withEvent } from '../../domain/campaign.ts';
import type { Choice } from '../../domain/campaign-members.ts';
import { AppError, isAppError } from '../../domain/errors.ts';
import { freeInstant } from '../../domain/rotation-calendar.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { openRotationIn } from '../rotation/open-rotation.ts';
import {
  CAMPAIGN_KEY,
  CAMPAIGN_OWNER,
  type CampaignContext,
  enqueue,
  keySubject,
  ownerSubject,
  POST_GAP_MS,
  postRoot,
  threadOf,
  touchRoot,
} from './announce-campaign.ts';
import { type CampaignAim, type ChooseDeps, chooseCampaign, turnOfCampaign } from './choose-campaign.ts';
import { closeIn } from './close-campaign.ts';
import { withProgress } from './note-progress.ts';
import { newCampaign } from './plan-campaigns.ts';

const ACTOR = systemActor('run-campaigns');
// Later than this is told: nothing ran when it should have begun.
const LATE_MS = HOUR_MS;
// Rotations that are begun in one transaction: others write in between.
const OPENED_AT_ONCE = 10;

export type StartDeps = ChooseDeps & Pick<Deps, 'ids' | 'outlets' | 'breathe' | 'logger'>;

/** A campaign because a person says so: the one that is ahead for the environment begins now, or a new one. */
export async function startByHand(deps: StartDeps, actor: Actor, aim: CampaignAim): Promise<Campaign> {
  const choices = await chooseCampaign(deps, { ...aim, startsAt: null });
  if (choices.every(({ skip }) => skip !== null)) throw nothingToRotate();
  return deps.store.write(async (tx) => {
    const standing = await tx.campaigns.standing();
    const same = standing.filter((one) => one.environment === aim.environment && one.filter === aim.filter);
    const running = same.find(({ state }) => state === 'running');
    if (running !== undefined) throw alreadyRunning(running);
    const ahead = aim.environment === null ? undefined : same[0];
    const fresh = newCampaign({ id: deps.ids.next('camp'), ...aim, startsAt: deps.clock.now() });
    if (ahead === undefined) await tx.campaigns.insert(fresh);
    return start({ deps, tx }, ahead ?? fresh, { actor, choices });
  });
}

/** One whose instant has come. After a day on which nothing ran it waits for a day on which it may begin. */
export async function startByCalendar(deps: StartDeps, campaign: Campaign): Promise<void> {
  const now = deps.clock.now();
  const { calendar, rotation } = deps.policy;
  const freeAt = freeInstant(now, { timeZone: calendar.timeZone, policy: rotation });
  const choices = freeAt > now ? [] : await chooseCampaign(deps, turnOfCampaign(campaign));
  await deps.store.write(async (tx) => {
    const before = await tx.campaigns.get(campaign.id);
    if (before === undefined || before.revision !== campaign.revision) return;
    if (freeAt > now)
      await tx.campaigns.update({
        ...before,
        startsAt: freeAt,
        lateMs: before.lateMs + freeAt - before.startsAt,
        revision: before.revision + 1,
      });
    else if (choices.every(({ skip }) => skip !== null)) {
      await closeIn({ deps, tx }, before, { event: 'cancel', actor: ACTOR, reason: 'no key was to be rotated' });
    } else await start({ deps, tx }, before, { actor: ACTOR, choices });
  });
}

interface Beginning {
  readonly actor: Actor;
  readonly choices: readonly Choice[];
}

async function start(
  { deps, tx }: { readonly deps: StartDeps; readonly tx: Repos },
  before: Campaign,
  { actor, choices }: Beginning,
): Promise<Campaign> {
  const now = deps.clock.now();
  await endFormer({ deps, tx }, before);
  const started = withEvent(before, { event: 'start', at: now, by: actorText(actor) });
  if (started === null) throw new RangeError(`campaign ${before.id} cannot start from ${before.state}`);
  const keys = choices.filter(({ skip }) => skip === null).length;
  const lateMs = before.lateMs + Math.max(0, now - before.startsAt);
  const campaign: Campaign = {
    ...started,
    dueAt: now + deps.policy.rotation.dueMs,
    isGrouped: keys > GROUPED_ABOVE,
    lateMs: lateMs > LATE_MS ? lateMs : 0,
  };
  await tx.campaigns.update(campaign);
  await tx.campaigns.insertMembers(choices.map((choice) => memberOf(campaign, choice)));
  const { environment, filter } = campaign;
  const detail = { environment, filter, keys, skipped: choices.length - keys, lateMs: campaign.lateMs };
  await tx.audit.append({ at: now, actor, verb: 'campaign.started', subject: campaign.id, detail });
  await postRoot({ deps, tx }, campaign.id);
  if (campaign.isGrouped) await postOwners({ deps, tx }, campaign, choices);
  return campaign;
}

/** Of an environment one runs at a time: what is left of the former one goes on in this one. */
async function endFormer(
  { deps, tx }: { readonly deps: StartDeps; readonly tx: Repos },
  next: Campaign,
): Promise<void> {
  if (next.environment === null) return;
  for (const one of await tx.campaigns.standing()) {
    if (one.state !== 'running' || one.environment !== next.environment) continue;
    await closeIn({ deps, tx }, one, { event: 'finish', actor: ACTOR, reason: 'the next campaign has begun' });
  }
}

function memberOf({ id, isGrouped }: Campaign, choice: Choice): CampaignMember {
  return {
    ...choice,
    campaignId: id,
    state: choice.skip === null ? 'waiting' : 'skipped',
    isShown: choice.skip === null && !isGrouped,
    progressAt: null,
    rung: 0,
    reminded: 0,
    remindAt: null,
    blocks: [],
  };
}

async function postOwners(context: CampaignContext, { id }: Campaign, choices: readonly Choice[]): Promise<void> {
  const owners = new Set(choices.filter(({ skip }) => skip === null).map(({ ownerId }) => ownerId));
  let number = 0;
  for (const ownerId of owners) {
    number += 1;
    const subjectId = ownerSubject(id, ownerId);
    await enqueue(context, { kind: CAMPAIGN_OWNER, subjectId, threadKey: threadOf(id), inMs: number * POST_GAP_MS });
  }
}

/** Begins the rotations that wait for it, a few at a time. May be cut off anywhere and goes on from there. */
export async function openWaiting(deps: StartDeps, campaign: Campaign): Promise<void> {
  for (;;) {
    const waiting = await deps.store.read.campaigns.waiting(campaign.id, OPENED_AT_ONCE);
    if (waiting.length === 0) return;
    await deps.store.write(async (tx) => {
      for (const member of waiting) await openMember({ deps, tx }, campaign, member);
      await touchRoot({ deps, tx }, campaign.id);
    });
    await deps.breathe();
  }
}

async function openMember(
  context: { readonly deps: StartDeps; readonly tx: Repos },
  campaign: Campaign,
  member: CampaignMember,
): Promise<void> {
  const { deps, tx } = context;
  const opened = await openIn(context, campaign, member);
  if (opened === null) {
    await tx.campaigns.updateMember({ ...member, state: 'skipped', skip: 'suspended' });
    return;
  }
  const { rotation, isNew } = opened;
  const known: CampaignMember = { ...member, state: 'open', rotationId: rotation.id, isJoined: !isNew };
  await tx.campaigns.updateMember(withProgress(known, rotation, { now: deps.clock.now() }));
  if (!known.isShown) return;
  const before = await tx.campaigns.left(campaign.id);
  const subjectId = keySubject(campaign.id, rotation.id);
  // In the order of the list, a second and a half apart.
  const inMs = Math.max(0, (campaign.startedAt ?? 0) + before.open * POST_GAP_MS - deps.clock.now());
  await enqueue({ deps, tx }, { kind: CAMPAIGN_KEY, subjectId, threadKey: threadOf(campaign.id), inMs });
}

/** Null: the key has gone since it was chosen. */
async function openIn(
  context: { readonly deps: StartDeps; readonly tx: Repos },
  campaign: Campaign,
  member: CampaignMember,
) {
  const { deps, tx } = context;
  const owner = member.ownerId === null ? undefined : await tx.members.get(member.ownerId);
  const driver =
    owner === undefined ? actorText(ACTOR) : actorText({ kind: 'slack', teamId: owner.teamId, userId: owner.userId });
  const purpose = {
    kind: 'planned' as const,
    isAutomatic: deps.policy.rotation.automatic,
    campaignId: campaign.id,
    dueAt: campaign.dueAt,
    driver,
  };
  const actor = actorOf(campaign.startedBy ?? actorText(ACTOR));
  const reason = campaign.environment === null ? 'a campaign of picked keys' : `the ${campaign.environment} campaign`;
  try {
    return await openRotationIn(context, { actor, keyId: member.keyId, alertId: null, reason, purpose });
  } catch (error) {
    if (!isAppError(error, 'invalid_input')) throw error;
    deps.logger.warn('a key left the inventory before its rotation began', { key: member.keyId, error });
    return null;
  }
}

function nothingToRotate(): AppError {
  return new AppError({
    code: 'invalid_input',
    message: 'a campaign without keys',
    publicMessage: 'Nothing was started: no key of these is to be rotated now. `/keys list` takes the same filters.',
  });
}

export function alreadyRunning({ id }: Pick<Campaign, 'id'>): AppError {
  return new AppError({
    code: 'conflict',
    message: `campaign ${id} runs already`,
    publicMessage: 'Nothing was started: this campaign is under way already. `/keys rotate report` says how far it is.',
  });
}
