import { actorText, systemActor } from '../../domain/actor.ts';
import { type Campaign, withEvent } from '../../domain/campaign.ts';
import type { RotationTurn } from '../../domain/rotation-calendar.ts';
import { CALENDAR_ENVIRONMENTS, type CalendarEnvironment } from '../../domain/rotation-policy.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { postRoot } from './announce-campaign.ts';
import { type ChooseDeps, nextTurnOf } from './choose-campaign.ts';

const ACTOR = systemActor('plan-campaigns');
// Three environments, once a month, since the one that was started before its day.
const LOOK_BACK = 20;
const SWITCHED_OFF = 'campaigns are switched off in policy.yml';

type PlanDeps = ChooseDeps & Pick<Deps, 'ids'>;

/**
 * Keeps the next campaign of each environment written down, so that one that nobody was there to start is known to be
 * missed. What policy has moved is moved.
 */
export async function planCampaigns(deps: PlanDeps): Promise<void> {
  const now = deps.clock.now();
  for (const environment of CALENDAR_ENVIRONMENTS) {
    const isOn = deps.policy.rotation.campaigns;
    const turn = isOn ? await nextTurnOf(deps, environment, await doneUntil(deps, environment)) : null;
    await deps.store.write(async (tx) => {
      const ahead = (await tx.campaigns.standing()).find(
        (one) => one.environment === environment && one.state !== 'running',
      );
      if (ahead === undefined) {
        if (turn !== null) await plan({ deps, tx }, environment, turn);
      } else if (!isOn) await drop({ deps, tx }, ahead);
      // What is due by now is started, not moved.
      else if (ahead.startsAt > now && turn !== null) await move({ deps, tx }, ahead, turn);
    });
  }
}

/** One that a person has started before its day was that day's. */
async function doneUntil({ store, clock }: PlanDeps, environment: CalendarEnvironment): Promise<number> {
  const { campaigns } = store.read;
  const all = [...(await campaigns.standing()), ...(await campaigns.closed(LOOK_BACK))];
  const started = all.filter((one) => one.environment === environment && one.startedAt !== null);
  return Math.max(clock.now(), ...started.map(({ startsAt }) => startsAt));
}

interface PlanContext {
  readonly deps: PlanDeps;
  readonly tx: Repos;
}

async function plan({ deps, tx }: PlanContext, environment: CalendarEnvironment, turn: RotationTurn): Promise<void> {
  const campaign = newCampaign({
    id: deps.ids.next('camp'),
    environment,
    filter: '',
    startsAt: turn.at,
    moved: turn.moved,
  });
  await tx.campaigns.insert(campaign);
  const detail = { environment, startsAt: turn.at, movedFrom: turn.moved?.from ?? null };
  await tx.audit.append({ at: deps.clock.now(), actor: ACTOR, verb: 'campaign.planned', subject: campaign.id, detail });
}

async function move({ deps, tx }: PlanContext, ahead: Campaign, { at, moved }: RotationTurn): Promise<void> {
  // One that was missed has a day of its own.
  if (ahead.startsAt === at || ahead.lateMs > 0) return;
  const now = deps.clock.now();
  const after = withEvent(ahead, { event: 'move', at: now, by: actorText(ACTOR) });
  if (after === null) return;
  await tx.campaigns.update({ ...after, startsAt: at, moved });
  const detail = { from: ahead.startsAt, to: at, why: moved?.why ?? null };
  await tx.audit.append({ at: now, actor: ACTOR, verb: 'campaign.moved', subject: ahead.id, detail });
  if (ahead.state === 'announced') await postRoot({ deps, tx }, ahead.id);
}

async function drop({ deps, tx }: PlanContext, ahead: Campaign): Promise<void> {
  const now = deps.clock.now();
  const after = withEvent(ahead, { event: 'cancel', at: now, by: actorText(ACTOR), reason: SWITCHED_OFF });
  if (after === null) return;
  await tx.campaigns.update(after);
  const detail = { reason: SWITCHED_OFF };
  await tx.audit.append({ at: now, actor: ACTOR, verb: 'campaign.cancelled', subject: ahead.id, detail });
  if (ahead.state === 'announced') await postRoot({ deps, tx }, ahead.id);
}

export function newCampaign(
  fields: Pick<Campaign, 'id' | 'environment' | 'filter' | 'startsAt'> & Partial<Pick<Campaign, 'moved'>>,
): Campaign {
  return {
    moved: null,
    ...fields,
    state: 'planned',
    announcedAt: null,
    startedAt: null,
    startedBy: null,
    lateMs: 0,
    dueAt: null,
    isGrouped: false,
    closedAt: null,
    closedBy: null,
    closeReason: null,
    report: null,
    revision: 1,
  };
}
