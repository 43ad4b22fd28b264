import { systemActor } from '../../domain/actor.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/time.ts';
import { CAMPAIGN_KEY, keySubject } from '../../services/campaigns/announce-campaign.ts';
import { planCampaigns } from '../../services/campaigns/plan-campaigns.ts';
import { changeLineage } from '../../services/inventory/change-lineage.ts';
import type { Stage } from '../stage.ts';
import type { Scenario, World } from '../world/index.ts';
import { ANTHROPIC_WORKLOADS } from '../world/workloads.ts';

const CHANNEL = 'ai-keys';
/** The second Tuesday of October, at ten in Berlin. */
const TEN_O_CLOCK = Date.UTC(2026, 9, 13, 8);
/** People have been at it for so long when the story opens. */
const OPENS_AT = TEN_O_CLOCK + 28 * MINUTE_MS;

export const campaignDay: Scenario = {
  id: 'campaign',
  title: 'Every production key gets a new one, as every quarter',
  startAt: TEN_O_CLOCK - 5 * MINUTE_MS,
  endsAt: TEN_O_CLOCK + 4 * DAY_MS,
  pollMinutes: 5,
  leaks: () => [],
};

/** Twelve keys with three people; what is on its way out is left out. */
export const CAMPAIGN_POLICY = `
calendar: { timezone: Europe/Berlin }
rotation:
  campaigns: true
  overrides:
    - { match: 'franks-scripts', every: never }
    - { match: 'old-prototype', every: never }
    - { match: 'pilot-2025', every: never }
secrets:
  - { match: prod-api, store: local }
  - { match: nightly-batch, store: local }
owners:
  prod-api: U0ANA
  nightly-*: U0DEE
  legacy-webhook: U0BEN
  notebooks: U0BEN
  long-docs: U0BEN
`;

const WHY_BLOCKED = 'the vendor changes the key by hand, on Thursdays only';

const CONSUMERS: Readonly<Record<string, readonly string[]>> = {
  'prod-api': ['api', 'checkout worker'],
  'prod-assistant': ['assistant web app'],
  'support-chat': ['support desk'],
  'nightly-batch': ['nightly job'],
  'coding-agents': ['laptops of engineering', 'CI runners'],
};

/** `make`: in the provider's console. `deploy`: who uses it reads the new value. `tick`: the button of the step. */
type Deed = 'make' | 'deploy' | 'tick' | 'block';

interface Turn {
  /** Since ten o'clock. */
  readonly minute: number;
  readonly who: string;
  readonly slug: string;
  readonly deeds: readonly Deed[];
}

const [ANA, BEN, DEE] = ['U0ANA', 'U0BEN', 'U0DEE'] as const;
/** What people do, in the order of the clock; `prod-api` and `spare-prod` are left to whoever watches. */
const TURNS: readonly Turn[] = [
  { minute: 2, who: ANA, slug: 'prod-assistant', deeds: ['make'] },
  { minute: 3, who: BEN, slug: 'legacy-webhook', deeds: ['block'] },
  { minute: 5, who: ANA, slug: 'prod-assistant', deeds: ['tick'] },
  { minute: 6, who: ANA, slug: 'coding-agents', deeds: ['make'] },
  { minute: 7, who: ANA, slug: 'prod-assistant', deeds: ['deploy', 'tick'] },
  { minute: 8, who: DEE, slug: 'nightly-batch', deeds: ['deploy', 'tick'] },
  { minute: 9, who: BEN, slug: 'long-docs', deeds: ['make'] },
  { minute: 10, who: ANA, slug: 'coding-agents', deeds: ['tick'] },
  { minute: 12, who: ANA, slug: 'coding-agents', deeds: ['deploy', 'tick'] },
  { minute: 13, who: BEN, slug: 'long-docs', deeds: ['tick'] },
  { minute: 14, who: DEE, slug: 'weekly-evals', deeds: ['make'] },
  { minute: 20, who: ANA, slug: 'prod-api', deeds: ['deploy'] },
  // From here on somebody watches.
  { minute: 30, who: BEN, slug: 'support-chat', deeds: ['make'] },
  { minute: 40, who: BEN, slug: 'support-chat', deeds: ['tick'] },
  { minute: 45, who: BEN, slug: 'support-chat', deeds: ['deploy', 'tick'] },
  { minute: 60, who: DEE, slug: 'nightly-summaries', deeds: ['make'] },
  { minute: 70, who: DEE, slug: 'nightly-summaries', deeds: ['tick'] },
  { minute: 75, who: DEE, slug: 'weekly-evals', deeds: ['tick'] },
  { minute: 90, who: BEN, slug: 'long-docs', deeds: ['deploy', 'tick'] },
  { minute: 100, who: DEE, slug: 'nightly-summaries', deeds: ['deploy', 'tick'] },
  { minute: 150, who: DEE, slug: 'weekly-evals', deeds: ['deploy', 'tick'] },
];

/** Something that nobody wrote down calls with Ana's key, day and night. */
export function forgetConsumer(world: World): void {
  const key = world.findKey('anthropic', 'prod-assistant');
  if (key !== undefined) world.addForgotten(key.id, ANTHROPIC_WORKLOADS.forgottenPoller);
}

/** The campaign begins by the calendar, and people go through their keys; resolves in the middle of the morning. */
export async function beginCampaign(stage: Stage): Promise<void> {
  await stage.playUntil(TEN_O_CLOCK - MINUTE_MS);
  await nameConsumers(stage);
  // This installation is minutes old; one that has run for weeks has known the day for as long.
  await planCampaigns(stage.app.deps);
  for (const turn of TURNS) {
    stage.clock.timer(TEN_O_CLOCK + turn.minute * MINUTE_MS, () => void take(stage, turn));
  }
  await stage.playUntil(OPENS_AT);
}

/** It was written down long ago. */
async function nameConsumers({ app: { deps } }: Stage): Promise<void> {
  const actor = systemActor('import');
  for (const { id, slug } of await deps.store.read.lineages.all()) {
    const consumers = CONSUMERS[slug];
    if (consumers !== undefined)
      await changeLineage(deps, { actor, lineageId: id, revision: null, change: { consumers } });
  }
}

async function take(stage: Stage, { who, slug, deeds }: Turn): Promise<void> {
  const now = await standingOf(stage, slug);
  // Whoever watches was faster, or has ended it.
  if (now === undefined) return;
  for (const deed of deeds) {
    if (deed === 'make') make(stage, now);
    else if (deed === 'deploy') deploy(stage, now);
    else await press(stage, who, { ...now, actionId: deed === 'block' ? 'rotation_block' : 'rotation_done' });
  }
}

interface Standing {
  readonly rotation: Rotation;
  readonly oldId: string;
  /** As the provider knows it; null: not made yet. */
  readonly newId: string | null;
}

async function standingOf({ app }: Stage, slug: string): Promise<Standing | undefined> {
  const { keys, lineages, rotations } = app.deps.store.read;
  const lineage = (await lineages.all()).find((one) => one.slug === slug);
  const rotation = lineage && (await rotations.openOfLineage(lineage.id));
  const old = rotation && (await keys.get(rotation.oldKeyId));
  if (rotation === undefined || old === undefined) return undefined;
  const fresh = rotation.newKeyId === null ? undefined : await keys.get(rotation.newKeyId);
  return { rotation, oldId: old.providerKeyId, newId: fresh?.providerKeyId ?? null };
}

/** In the provider's console, under the name that the message asks for. */
function make({ world }: Stage, { rotation, oldId, newId }: Standing): void {
  const old = world.key(oldId);
  if (old === undefined || newId !== null || rotation.newName === null) return;
  const { provider, scopeId, owner } = old;
  world.createKey({ provider, scopeId, owner, name: rotation.newName });
}

function deploy({ world }: Stage, { oldId, newId }: Standing): void {
  if (newId !== null) world.redeploy({ fromKeyId: oldId, toKeyId: newId });
}

/** A button of the key's message, where it is there and they have no dialog open. */
async function press(
  stage: Stage,
  who: string,
  { rotation, actionId }: Standing & { readonly actionId: string },
): Promise<void> {
  const { app, slack } = stage;
  const subject = keySubject(rotation.campaignId ?? '', rotation.id);
  const place = await app.deps.store.read.messages.get(CAMPAIGN_KEY, subject);
  const person = slack.person(who);
  if (place === undefined || person.views.length > 0) return;
  const message = person.messages(CHANNEL).find(({ ts }) => ts === place.ts);
  if (!JSON.stringify(message?.blocks ?? []).includes(`"${actionId}"`)) return;
  await stage.during(() => person.click({ channel: place.channel, ts: place.ts, actionId }));
  await stage.settle();
  const form = person.views.at(-1);
  if (form === undefined) return;
  await stage.during(() => person.submit(form.id, { reason: { value: WHY_BLOCKED } }));
  await stage.settle();
  const after = person.views.at(-1);
  if (after !== undefined) await stage.during(() => person.closeView(after.id, { all: true }));
}
