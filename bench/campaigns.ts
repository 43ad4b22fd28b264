import type { Actor } from '../src/domain/actor.ts';
import { stepOf } from '../src/domain/rotation.ts';
import { MINUTE_MS } from '../src/domain/time.ts';
import { createFleet, type Fleet } from '../src/sandbox/campaign/fleet.ts';
import { type FleetStage, openFleetStage } from '../src/sandbox/campaign/fleet-stage.ts';
import { DAY_MS } from '../src/sandbox/world/index.ts';
import { approveRequest } from '../src/services/actions/decide-approval.ts';
import { requestAction } from '../src/services/actions/request-action.ts';
import {
  CAMPAIGN_KEY,
  CAMPAIGN_KIND,
  CAMPAIGN_OWNER,
  keySubject,
  ownerSubject,
} from '../src/services/campaigns/announce-campaign.ts';
import { runCampaigns } from '../src/services/campaigns/run-campaigns.ts';
import { startByHand } from '../src/services/campaigns/start-campaign.ts';
import { syncInventory } from '../src/services/inventory/sync-inventory.ts';
import { changeStep } from '../src/services/rotation/change-step.ts';
import { followVerifications } from '../src/services/rotation/follow-verification.ts';
import { joinVerifiedKeys } from '../src/services/rotation/join-lineage.ts';
import { openRotation } from '../src/services/rotation/open-rotation.ts';
import { pollUsage } from '../src/services/usage/poll-usage.ts';
import { outboxRenderers } from '../src/slack/outbox-renderers.ts';
import { createLogger } from '../src/system/logger.ts';
import { type Figure, quantile, type Suite } from './suite.ts';

const START = Date.UTC(2026, 9, 5, 6);
const KEYS = 500;
const RENDERED = 20;
const ROTATED = 10;
const ANA: Actor = { kind: 'slack', teamId: 'T0ACME', userId: 'U0ANA' };
const CHRIS: Actor = { kind: 'slack', teamId: 'T0ACME', userId: 'U0CHRIS' };

/** What a rotation that goes by itself takes of our own time, and what the messages of a large campaign do. */
export const campaigns: Suite = {
  id: 'campaigns',
  title: `an automated rotation, and the messages of a campaign of ${KEYS} keys`,
  async run() {
    return [...(await rotating()), ...(await rendering())];
  },
};

/** The app with nothing that comes by the clock; all keys are known. */
async function onStage<Result>(fleet: Fleet, body: (place: FleetStage) => Promise<Result>): Promise<Result> {
  const logger = createLogger({ level: 'error' });
  const place = await openFleetStage({ fleet, seed: 1, startAt: START, endsAt: START + DAY_MS, jobs: [], logger });
  const { stage } = place;
  try {
    for (const provider of stage.app.deps.providers.values()) await syncInventory(stage.app.deps, provider);
    await stage.settle();
    return await body(place);
  } finally {
    await stage.close();
  }
}

/** From the database and built anew, as each edit is. */
function rendering(): Promise<readonly Figure[]> {
  return onStage(createFleet(KEYS, 1), async ({ stage }) => {
    const { deps } = stage.app;
    const { id } = await startByHand(deps, ANA, { environment: 'production', filter: '' });
    await runCampaigns(deps);
    const [rotation] = await deps.store.read.rotations.allOpen();
    const { currency, calendar } = deps.policy;
    const locale = { currency, timezone: calendar.timeZone, workspaceUrl: 'https://acme.slack.com/' };
    const figure = async (name: string, kind: string, subject: string): Promise<Figure> => {
      const renderer = outboxRenderers.find((one) => one.kind === kind);
      const took = await times(RENDERED, async () => {
        if ((await renderer?.render({ deps, locale }, subject)) == null) throw new Error(`nothing is shown of ${kind}`);
      });
      return { name: `${KEYS} keys: ${name}, median of ${RENDERED}`, value: quantile(took, 0.5), unit: 'ms' };
    };
    return [
      await figure('the campaign’s message', CAMPAIGN_KIND, id),
      await figure('an owner’s message', CAMPAIGN_OWNER, ownerSubject(id, 'U0ANA')),
      await figure('a key’s message', CAMPAIGN_KEY, keySubject(id, rotation?.id ?? '')),
    ];
  });
}

/** Keysteward makes and stores the key, sees it verified and ends the old one; the provider answers at once. */
function rotating(): Promise<readonly Figure[]> {
  const fleet = createFleet(4 * ROTATED, 1);
  const bots = fleet.keys.filter(({ holder }) => holder.kind === 'service_account');
  return onStage({ ...fleet, keys: bots }, async (place) => {
    let next = 0;
    const took: number[] = [];
    for (const { keyId } of bots.slice(0, ROTATED)) {
      next += 1;
      took.push(await rotate(place, keyId));
    }
    return [{ name: `own time of a rotation, median of ${next}`, value: quantile(took, 0.5), unit: 'ms' }];
  });
}

/** All but what the consumers and the quiet days take, messages in Slack included. */
async function rotate({ stage, world }: FleetStage, fleetKeyId: string): Promise<number> {
  const { deps } = stage.app;
  const { keys, rotations, approvals } = deps.store.read;
  const own = new OwnTime(() => stage.settle());
  const keyId = (await keys.all()).find(({ providerKeyId }) => providerKeyId === fleetKeyId)?.id ?? '';
  const purpose = { isAutomatic: true };
  const asked = { actor: ANA, keyId, alertId: null, reason: 'bench', purpose };
  const { rotation } = await own.time(() => openRotation(deps, asked));
  const now = async () => (await rotations.get(rotation.id)) ?? rotation;
  const { newKeyId } = await now();
  const fresh = newKeyId === null ? undefined : await keys.get(newKeyId);
  if (fresh === undefined) throw new Error('no key was made');
  world.redeploy(fleetKeyId, fresh.providerKeyId);
  const { revision } = stepOf(await now(), 'redeploy');
  const done = { actor: ANA, rotationId: rotation.id, step: 'redeploy', event: 'complete', revision } as const;
  await own.time(() => changeStep(deps, { ...done, reason: null }));
  const provider = deps.providers.get(fresh.connectionId);
  if (provider === undefined) throw new Error('no provider');
  while (stepOf(await now(), 'verify').state !== 'done') {
    stage.clock.jumpTo(stage.clock.now() + DAY_MS);
    await stage.settle();
    await pollUsage(deps, provider);
    await own.time(() => followVerifications(deps, provider));
    await own.time(() => joinVerifiedKeys(deps));
  }
  const old = await keys.get(keyId);
  const lineage = old && (await deps.store.read.lineages.get(old.lineageId));
  const end = { actor: ANA, keyId, alertId: null, reason: 'verified', typedSlug: lineage?.slug ?? null };
  await own.time(() => requestAction(deps, { ...end, kind: 'revoke', generation: old?.generation ?? 0 }));
  for (const { id } of await approvals.waiting()) {
    await own.time(() => approveRequest(deps, { actor: CHRIS, approvalId: id, askerMay: true }));
  }
  stage.clock.jumpTo(stage.clock.now() + MINUTE_MS);
  await stage.settle();
  if (stepOf(await now(), 'revoke').state !== 'done') throw new Error('the old key has not ended');
  return own.ms;
}

/** Adds up what is done, and what follows from it at once. */
class OwnTime {
  ms = 0;
  readonly #settle: () => Promise<void>;

  constructor(settle: () => Promise<void>) {
    this.#settle = settle;
  }

  async time<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = performance.now();
    const result = await work();
    await this.#settle();
    this.ms += performance.now() - before;
    return result;
  }
}

async function times(runs: number, work: () => Promise<void>): Promise<readonly number[]> {
  const took: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const before = performance.now();
    await work();
    took.push(performance.now() - before);
  }
  return took;
}
