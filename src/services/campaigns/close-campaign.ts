import { type Actor, actorText } from '../../domain/actor.ts';
import { type Campaign, countsOf, type MemberRow, nextStep, withEvent } from '../../domain/campaign.ts';
import { type CampaignReport, stepTimes } from '../../domain/campaign-report.ts';
import { groupBy } from '../../domain/collections.ts';
import { AppError } from '../../domain/errors.ts';
import { isOver } from '../../domain/rotation.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { cleanReason } from '../rotation/open-rotation.ts';
import { CAMPAIGN_KIND, CAMPAIGN_REPORT, enqueue, postRoot, threadOf } from './announce-campaign.ts';
import { couldAutomate, type Walked } from './could-automate.ts';

export type CloseDeps = Pick<Deps, 'clock' | 'ids' | 'policy' | 'providers'>;

export interface Closing {
  readonly event: 'finish' | 'cancel';
  readonly actor: Actor;
  readonly reason: string | null;
}

/** Ends a campaign because a person says so. Rotations that were begun go on; nobody is reminded of them any more. */
export async function endCampaign(
  deps: CloseDeps & Pick<Deps, 'store'>,
  { actor, campaignId, reason }: { readonly actor: Actor; readonly campaignId: string; readonly reason: string },
): Promise<Campaign> {
  const why = cleanReason(reason);
  return deps.store.write(async (tx) => {
    const before = await tx.campaigns.get(campaignId);
    if (before === undefined) throw noCampaign(campaignId);
    const event = before.state === 'running' ? 'finish' : 'cancel';
    const after = await closeIn({ deps, tx }, before, { event, actor, reason: why });
    if (after === null) throw closedAlready(before);
    return after;
  });
}

/** In a transaction: the end with its report, which is posted and kept. Null: it is over already. */
export async function closeIn(
  { deps, tx }: { readonly deps: CloseDeps; readonly tx: Repos },
  before: Campaign,
  { event, actor, reason }: Closing,
): Promise<Campaign | null> {
  const at = deps.clock.now();
  const closed = withEvent(before, { event, at, by: actorText(actor), reason });
  if (closed === null) return null;
  const rows = await rowsOf(tx, before.id);
  const hasRun = before.startedAt !== null;
  const report = hasRun ? await reportOf({ deps, tx }, { campaign: before, rows }) : null;
  const after = { ...closed, report };
  await tx.campaigns.update(after);
  const { keys, done, overdue } = countsOf(rows, at, before.dueAt);
  const detail = { reason, keys, done, overdue };
  const verb = event === 'finish' ? 'campaign.done' : 'campaign.cancelled';
  await tx.audit.append({ at, actor, verb, subject: before.id, detail });
  const isTold = hasRun || (await tx.messages.get(CAMPAIGN_KIND, before.id)) !== undefined;
  if (isTold) await postRoot({ deps, tx }, before.id);
  if (hasRun) {
    await enqueue({ deps, tx }, { kind: CAMPAIGN_REPORT, subjectId: before.id, threadKey: threadOf(before.id) });
  }
  return after;
}

/** The members of a campaign with their rotations, by slug. */
export async function rowsOf(
  { campaigns, rotations }: Pick<Repos, 'campaigns' | 'rotations'>,
  campaignId: string,
): Promise<readonly MemberRow[]> {
  const members = await campaigns.members(campaignId);
  const found = await rotations.some(members.flatMap(({ rotationId }) => rotationId ?? []));
  const byId = new Map(found.map((rotation) => [rotation.id, rotation]));
  return members.map((member) => ({
    member,
    rotation: (member.rotationId === null ? undefined : byId.get(member.rotationId)) ?? null,
  }));
}

/** Who, what, how long, what was in the way, and what could go by itself the next time. */
export async function reportOf(
  { deps, tx }: { readonly deps: CloseDeps; readonly tx: Pick<Repos, 'keys' | 'rotationConsumers'> },
  { campaign, rows }: { readonly campaign: Campaign; readonly rows: readonly MemberRow[] },
): Promise<CampaignReport> {
  const now = deps.clock.now();
  const taken = rows.filter(({ member }) => member.state !== 'skipped');
  const withRotation = taken.flatMap(({ member, rotation }) => (rotation === null ? [] : [{ member, rotation }]));
  const done = withRotation.filter(({ rotation }) => rotation.state === 'done');
  const owners = [...groupBy(taken, ({ member }) => member.ownerId)].map(([ownerId, group]) => ({
    ownerId,
    keys: group.length,
    done: group.filter(({ rotation }) => rotation?.state === 'done').length,
  }));
  return {
    keys: taken.length,
    done: done.length,
    lengthMs: now - (campaign.startedAt ?? now),
    reminders: taken.reduce((sum, { member }) => sum + member.reminded, 0),
    owners: owners.toSorted((a, b) => b.keys - a.keys),
    steps: stepTimes(done.map(({ rotation }) => rotation)),
    blocked: taken.flatMap(({ member }) =>
      member.blocks.map(({ step, reason, at, until }) => ({
        slug: member.slug,
        step,
        reason,
        lengthMs: (until ?? now) - at,
      })),
    ),
    overrides: withRotation.flatMap(overridesOf),
    cancelled: withRotation.flatMap(({ member, rotation }) =>
      rotation.state === 'cancelled' ? [{ slug: member.slug, reason: rotation.closeReason ?? '' }] : [],
    ),
    open: taken.flatMap(({ member, rotation }) =>
      rotation === null || rotation.state === 'open'
        ? [{ slug: member.slug, step: (rotation && nextStep(rotation)) ?? 'generate' }]
        : [],
    ),
    skipped: rows.flatMap(({ member }) => (member.skip === null ? [] : [{ slug: member.slug, why: member.skip }])),
    ...(await couldAutomate({ deps, tx }, done)),
  };
}

function overridesOf({ member, rotation }: Walked): CampaignReport['overrides'] {
  return rotation.steps.flatMap(({ name, state, reason, by }) =>
    isOver(state) && reason !== null && by !== null ? [{ slug: member.slug, step: name, by, reason }] : [],
  );
}

export function noCampaign(campaignId: string): AppError {
  return new AppError({
    code: 'not_found',
    message: `no campaign ${campaignId}`,
    publicMessage: 'There is no such campaign. `/keys rotate report` lists the latest.',
  });
}

function closedAlready({ id, state }: Campaign): AppError {
  return new AppError({
    code: 'conflict',
    message: `campaign ${id} is ${state}`,
    publicMessage: `Nothing was changed: this campaign is ${state} already.`,
  });
}
