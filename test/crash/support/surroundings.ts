import { MICRO_USD_PER_USD } from '../../../src/domain/money.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import { DrivenClock } from '../../../src/sandbox/driven-clock.ts';
import { type StandIn, startAnthropicStandIn, startOpenAiStandIn } from '../../../src/sandbox/providers/index.ts';
import { defaultWorkspace, type SlackStandIn, startSlackStandIn } from '../../../src/sandbox/slack/index.ts';
import { createWorld, type World } from '../../../src/sandbox/world/index.ts';
import { ObservedConsumer } from './consumer.ts';
import { startDeployer } from './deployer.ts';
import type { Gate } from './gate.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { type Relay, startRelay } from './relay.ts';
import { type Story, scenarioOf } from './story-type.ts';
import { PROVIDER_KEY, type Setting } from './wire.ts';

const LAG_MS = 5 * MINUTE_MS;

/** What the app finds around itself, and what outlives it: time, the workspace, the provider. */
export interface Surroundings {
  readonly clock: DrivenClock;
  readonly world: World;
  readonly slack: SlackStandIn;
  readonly provider: StandIn;
  readonly consumer: ObservedConsumer | undefined;
  /** By name; empty where the story has none. */
  readonly receivers: ReadonlyMap<string, Receiver>;
  /** Addresses for the app: each leads through the gate. */
  readonly addresses: Pick<Setting, 'slackUrl' | 'providerUrls' | 'outlets' | 'deployUrl'>;
  inFlight(): number;
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Another stand-in gets a relay of its own here, and its address in `addresses`. `folder`: the one of the database. */
export async function openSurroundings(story: Story, gate: Gate, folder: string): Promise<Surroundings> {
  const scenario = scenarioOf(story);
  const clock = new DrivenClock(story.startAt);
  const world = createWorld({ seed: 1, clock, scenario, leakProvider: 'anthropic' });
  capLeakingScope(world, story);
  const relays: Relay[] = [];
  const behindGate = async (name: string, target: () => string): Promise<string> => {
    const relay = await startRelay({ name, gate, target });
    relays.push(relay);
    return relay.url;
  };
  const slackUrl = await behindGate('slack', () => slack.url);
  const slack: SlackStandIn = await startSlackStandIn({
    clock,
    // A busy machine must not decide the story: here no gesture is too slow.
    wallNow: () => 0,
    ackTimeoutMs: 60_000,
    seed: story.workspace ?? defaultWorkspace,
    publicUrl: slackUrl,
  });
  const adminKeys = [{ value: PROVIDER_KEY, access: 'full' as const }];
  const spendLimits = story.capUsd === undefined ? 'off' : 'on';
  const own = { world, clock, lagMs: LAG_MS, adminKeys };
  const providerId = story.rotated?.provider ?? 'anthropic';
  const provider: StandIn =
    providerId === 'openai' ? await startOpenAiStandIn(own) : await startAnthropicStandIn({ ...own, spendLimits });
  const providerUrl = await behindGate('provider', () => provider.url);
  const consumer = story.rotated && new ObservedConsumer({ world, folder, ...story.rotated });
  const receivers = new Map<string, Receiver>();
  const receiverUrl = async (name: string): Promise<string> => {
    const receiver = await startReceiver();
    receivers.set(name, receiver);
    return behindGate(name, () => receiver.url);
  };
  const deployUrl = consumer && (await deployAddress());
  async function deployAddress(): Promise<string> {
    const deployer = await startDeployer({ clock, onDeploy: () => consumer?.restart() });
    receivers.set('deployments', deployer);
    return behindGate('deploy', () => deployer.url);
  }
  const outlets = story.outlets && {
    pagerDutyUrl: await receiverUrl('pagerduty'),
    webhookUrl: await receiverUrl('webhook'),
  };
  return {
    clock,
    world,
    slack,
    provider,
    consumer,
    receivers,
    addresses: {
      slackUrl,
      providerUrls: { [providerId]: providerUrl },
      ...(outlets ? { outlets } : {}),
      ...(deployUrl === undefined ? {} : { deployUrl }),
    },
    inFlight: () => [slack, provider, ...receivers.values()].reduce((sum, one) => sum + one.inFlight(), 0),
    async settled() {
      await Promise.all([slack.settled(), provider.settled()]);
    },
    async close() {
      await Promise.all([...relays, ...receivers.values(), slack, provider].map((one) => one.close()));
    },
  };
}

function capLeakingScope(world: World, { leak, capUsd }: Story): void {
  const leaking = leak && world.keys().find(({ key }) => key.provider === leak.provider && key.name === leak.keyName);
  if (leaking !== undefined && capUsd !== undefined) world.setCap(leaking.key.scopeId, capUsd * MICRO_USD_PER_USD);
}
