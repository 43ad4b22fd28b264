import { setImmediate as nextTurn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { parsePolicy } from '../../../src/config/policy.ts';
import { detectors } from '../../../src/domain/detectors/index.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import {
  defaultWorkspace,
  type SlackStandIn,
  startSlackStandIn,
  type WorkspaceSeed,
} from '../../../src/sandbox/slack/index.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { recordFinding } from '../../../src/services/alerts/record-finding.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { type BoltApp, createBoltApp, type Patience } from '../../../src/slack/bolt-app.ts';
import { subcommands } from '../../../src/slack/commands/index.ts';
import { slackDirectory } from '../../../src/slack/directory.ts';
import { HomeTabs } from '../../../src/slack/home-tabs.ts';
import { sendDue } from '../../../src/slack/outbox.ts';
import { OutboxMemory } from '../../../src/slack/outbox-memory.ts';
import { countRunning, registerListeners } from '../../../src/slack/router.ts';
import { ScopeWatch } from '../../../src/slack/scope-watch.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { slackLogger } from '../../../src/system/slack-logger.ts';
import { type Bench, openBench, present } from '../../support/bench-deps.ts';
import { type FakeProviderOptions, fakeKey } from '../../support/fake-provider.ts';
import { LOCALE, NOW } from './cards.ts';

const SETTINGS = [
  { key: 'channels.alerts', value: '#ai-keys', line: 1 },
  { key: 'polling.usage_minutes', value: '5', line: null },
];

export interface Running extends Bench {
  readonly deps: Deps;
  readonly slack: SlackStandIn;
  readonly bolt: BoltApp;
  readonly home: HomeTabs;
  /** Resolves when no gesture is being worked on. */
  settled(): Promise<void>;
  /** Works off what is due of the outbox now. */
  send(): Promise<void>;
  /** Works off actions and outbox until nothing is due now, a second apart, as Slack's rate asks. */
  drain(): Promise<void>;
  /** Opens an alert of `staging-ci`, or of another key, and posts it; returns the message's ts. */
  leak(providerKeyId?: string): Promise<string>;
}

export interface RunningOptions {
  readonly provider?: FakeProviderOptions;
  readonly roles?: string;
  readonly channel?: string;
  readonly seed?: WorkspaceSeed;
  readonly enforceRateLimit?: boolean;
  readonly patience?: Patience;
  readonly ackWithinMs?: number;
  /** Secret stores and where the keys are kept. */
  readonly keeping?: Partial<Pick<Deps, 'secretStores' | 'places'>>;
}

/** The Slack half of the app in Socket Mode between a stand-in workspace, a real store and a provider in memory. */
export async function startRunning(options: RunningOptions = {}): Promise<Running> {
  const {
    roles = '{ admins: [U0CHRIS], responders: [U0ANA] }',
    channel = '#ai-keys',
    seed = defaultWorkspace,
  } = options;
  const bench = openBench({ now: NOW, id: 'anthropic', title: 'Anthropic', ...options.provider });
  const slack = await startSlackStandIn({
    clock: bench.clock,
    wallNow: () => systemClock.now(),
    seed,
    enforceRateLimit: options.enforceRateLimit ?? true,
  });
  const scopes = new ScopeWatch();
  const bolt = await createBoltApp({
    scopes,
    apiUrl: slack.apiUrl,
    botToken: new Secret(seed.app.botToken),
    transport: { kind: 'socket', appToken: new Secret(seed.app.appToken) },
    logger: bench.logger,
    slackLogger: slackLogger(bench.logger),
    meter: bench.deps.meter,
    ...(options.patience === undefined ? {} : { patience: options.patience }),
  });
  const policy = policyOf(roles, channel);
  const directory = slackDirectory(bolt.client, bolt.identity.teamId, policy.roles);
  const deps: Deps = { ...bench.deps, ...options.keeping, policy, directory };
  const locale = { ...LOCALE, workspaceUrl: bolt.identity.workspaceUrl };
  const listeners = countRunning(bolt.app);
  scopes.attach(deps);
  const parts = { deps, client: bolt.client, identity: bolt.identity, locale };
  const home = new HomeTabs({ ...parts, bulk: bolt.bulk });
  const context = { ...parts, home, subcommands, policySettings: SETTINGS };
  const timing = options.ackWithinMs === undefined ? {} : { ackWithinMs: options.ackWithinMs };
  registerListeners(bolt.app, { ...context, configLines: ['Alerts: #ai-keys'] }, timing);
  await bolt.start();
  onTestFinished(async () => {
    await bolt.stop();
    await slack.close();
  });

  const settled = async (): Promise<void> => {
    for (let quiet = 0; quiet < 2; ) {
      quiet = listeners.running() > 0 || slack.inFlight() > 0 ? 0 : quiet + 1;
      await nextTurn();
    }
  };
  const memory = new OutboxMemory();
  const send = () => sendDue({ deps, locale, bulk: bolt.bulk, memory });
  const drain = async (): Promise<void> => {
    for (;;) {
      await runDueActions(deps);
      await send();
      const next = await nextWork(deps);
      if (next === null || next > bench.clock.now() + MINUTE_MS) return;
      bench.clock.jumpTo(Math.max(next, bench.clock.now()));
    }
  };
  bench.provider.put(fakeKey('apikey_1', { label: 'staging-ci' }), fakeKey('apikey_2', { label: 'prod-api' }));
  await bench.sync();
  const leak = async (providerKeyId = 'apikey_1'): Promise<string> => {
    const key = await bench.keyOf(providerKeyId);
    const alert = present(await recordFinding(deps, findingOf(key.lineageId, key.id)));
    await drain();
    return (await deps.store.read.messages.get('alert', alert.id))?.ts ?? '';
  };
  return { ...bench, deps, home, slack, bolt, settled, send, drain, leak };
}

async function nextWork({ store }: Deps): Promise<number | null> {
  const times = [await store.read.actions.nextDueAt(), await store.read.outbox.nextDueAt()];
  const due = times.filter((at) => at !== null);
  return due.length === 0 ? null : Math.min(...due);
}

export function findingOf(lineageId: string, keyId: string | null, fields: Partial<Finding> = {}): Finding {
  return {
    detectorId: 'spend-acceleration',
    lineageId,
    keyId,
    severity: 'critical',
    startedAt: NOW - 10 * MINUTE_MS,
    observedUntil: NOW - 5 * MINUTE_MS,
    costMicroUsd: 22_000_000,
    headline: ['spending 560x its usual hour'],
    reason: [{ money: 22_000_000 }, ' in ', { lengthMs: 5 * MINUTE_MS }, '.'],
    evidence: {},
    dedupeKey: lineageId,
    ...fields,
  };
}

function policyOf(roles: string, channel: string): Deps['policy'] {
  const parsed = parsePolicy(`channels: { alerts: '${channel}' }\nroles: ${roles}\n`, {
    file: 'policy.yml',
    detectors,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.policy;
}
