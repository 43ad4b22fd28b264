import { MINUTE_MS } from '../../../src/domain/time.ts';
import { DrivenClock } from '../../../src/sandbox/driven-clock.ts';
import { type StandIn, startAnthropicStandIn } from '../../../src/sandbox/providers/index.ts';
import { defaultWorkspace, type SlackStandIn, startSlackStandIn } from '../../../src/sandbox/slack/index.ts';
import { createWorld, type World } from '../../../src/sandbox/world/index.ts';
import type { Gate } from './gate.ts';
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
  /** Addresses for the app: each leads through the gate. */
  readonly addresses: Pick<Setting, 'slackUrl' | 'providerUrls'>;
  inFlight(): number;
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Another stand-in gets a relay of its own here, and its address in `addresses`. */
export async function openSurroundings(story: Story, gate: Gate): Promise<Surroundings> {
  const scenario = scenarioOf(story);
  const clock = new DrivenClock(story.startAt);
  const world = createWorld({ seed: 1, clock, scenario, leakProvider: 'anthropic' });
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
  const provider = await startAnthropicStandIn({ world, clock, lagMs: LAG_MS, adminKeys });
  const anthropic = await behindGate('provider', () => provider.url);
  return {
    clock,
    world,
    slack,
    provider,
    addresses: { slackUrl, providerUrls: { anthropic } },
    inFlight: () => slack.inFlight() + provider.inFlight(),
    async settled() {
      await Promise.all([slack.settled(), provider.settled()]);
    },
    async close() {
      await Promise.all([...relays, slack, provider].map((one) => one.close()));
    },
  };
}
