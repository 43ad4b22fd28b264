import type { Config, Secrets } from './config/config.ts';
import { describeConfig } from './config/config.ts';
import { bindDetectors } from './domain/detectors/index.ts';
import { AppError } from './domain/errors.ts';
import { MINUTE_MS } from './domain/time.ts';
import type { Clock } from './ports/clock.ts';
import type { Ids } from './ports/ids.ts';
import type { Logger } from './ports/logger.ts';
import type { PriceTable } from './ports/price-table.ts';
import type { Provider, ProviderDefinition } from './ports/provider.ts';
import type { Store } from './ports/store.ts';
import type { Ticker } from './ports/ticker.ts';
import { providers as allProviders } from './providers/index.ts';
import { createPriceTable } from './providers/lib/price-table.ts';
import { jobs } from './scheduler/jobs/index.ts';
import { createPumps } from './scheduler/pumps.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { TickCounter } from './scheduler/tick-counter.ts';
import type { Deps } from './services/deps.ts';
import { askEventsAgain } from './services/events/read-events.ts';
import { refuseSharedChannel } from './services/notices/report-audience.ts';
import { closeOrphanedBlindness } from './services/notices/report-blindness.ts';
import { noteDowntime } from './services/notices/report-downtime.ts';
import { notReady } from './services/status/readiness.ts';
import { type BoltApp, createBoltApp } from './slack/bolt-app.ts';
import { subcommands } from './slack/commands/index.ts';
import type { SlackContext } from './slack/context.ts';
import { slackDirectory } from './slack/directory.ts';
import { HomeTabs } from './slack/home-tabs.ts';
import { sendDue } from './slack/outbox.ts';
import { OutboxMemory } from './slack/outbox-memory.ts';
import { messageUrl } from './slack/own-messages.ts';
import { countRunning, registerListeners } from './slack/router.ts';
import { ScopeWatch } from './slack/scope-watch.ts';
import { openStore } from './store/open.ts';
import { breathe } from './system/breathe.ts';
import { systemClock } from './system/clock.ts';
import { systemIds } from './system/ids.ts';
import { hmacHex } from './system/installation-secret.ts';
import { holderMayRun, leaseHolder } from './system/lease-holder.ts';
import { createLogger } from './system/logger.ts';
import { slackLogger } from './system/slack-logger.ts';
import { minuteTicker } from './system/ticker.ts';
import { connectHeartbeat, connectWebhooks } from './webhooks/index.ts';

// Renewed at each tick; a process on another host that died is waited for this long.
const LEASE_MS = 3 * MINUTE_MS;

/** What a test or the sandbox puts in place of the real thing. */
export interface Overrides {
  readonly clock?: Clock;
  readonly ids?: Ids;
  readonly logger?: Logger;
  readonly ticker?: Ticker;
  readonly providers?: readonly ProviderDefinition[];
  readonly prices?: PriceTable;
  /** False for throw-away databases. */
  readonly durable?: boolean;
}

export interface AppInput {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly installationSecret: Parameters<typeof hmacHex>[0];
  readonly overrides?: Overrides;
}

export interface KeystewardApp {
  readonly deps: Deps;
  readonly scheduler: Scheduler;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Nothing is being worked on: no job, listener, action or message. */
  idle(): boolean;
}

/** The composition root: builds every part in order, with plain constructors. */
export async function createApp({
  config,
  secrets,
  installationSecret,
  overrides = {},
}: AppInput): Promise<KeystewardApp> {
  const clock = overrides.clock ?? systemClock;
  const ids = overrides.ids ?? systemIds;
  const logger = overrides.logger ?? createLogger({ level: config.logLevel });
  const store = openStore({
    path: config.databasePath,
    ids,
    sign: (text) => hmacHex(installationSecret, text),
    durable: overrides.durable ?? true,
  });
  try {
    await claimDatabase(store, clock);
    const scopes = new ScopeWatch();
    const bolt = await createBoltApp({
      scopes,
      apiUrl: config.slack.address.url,
      botToken: secrets.slack.botToken,
      transport: transportOf(config, secrets),
      logger,
      slackLogger: slackLogger(logger),
      notReady: () => notReady(store, () => bolt.connected()),
    });
    const deps: Deps = {
      store,
      clock,
      ids,
      logger,
      breathe,
      policy: config.policy,
      providers: connectProviders({ config, secrets, logger, definitions: overrides.providers ?? allProviders }),
      prices: overrides.prices ?? createPriceTable({ overrides: config.policy.prices }),
      detectors: bindDetectors(config.policy.detectors),
      directory: slackDirectory(bolt.client, bolt.identity.teamId, config.policy.roles),
      outlets: outletsOf({ config, secrets, clock, bolt }),
    };
    scopes.attach(deps);
    return assemble({ config, deps, bolt, ticker: overrides.ticker ?? minuteTicker });
  } catch (error) {
    await store.dropLease(leaseHolder);
    await store.close();
    throw error;
  }
}

interface Parts {
  readonly config: Config;
  readonly deps: Deps;
  readonly bolt: BoltApp;
  readonly ticker: Ticker;
}

function assemble({ config, deps, bolt, ticker }: Parts): KeystewardApp {
  const { store, logger } = deps;
  const locale = {
    currency: config.policy.currency,
    timezone: config.policy.calendar.timeZone,
    workspaceUrl: bolt.identity.workspaceUrl,
  };
  const home = new HomeTabs({ deps, identity: bolt.identity, locale, client: bolt.client, bulk: bolt.bulk });
  const context: SlackContext = {
    deps,
    home,
    client: bolt.client,
    identity: bolt.identity,
    locale,
    subcommands,
    configLines: describeConfig(config),
    policySettings: config.policySettings ?? [],
  };
  const scheduler = new Scheduler(jobs, deps);
  const memory = new OutboxMemory();
  const sendMessages = () => sendDue({ deps, locale, bulk: bolt.bulk, memory });
  const { all: pumps, listen } = createPumps(deps, { sendMessages, home });
  const ticks = new TickCounter({ deps, scheduler, pumps, leaseAt });
  const listeners = countRunning(bolt.app);
  registerListeners(bolt.app, context);
  let stopped = false;
  const stops = [...listen()];

  return {
    deps,
    scheduler,
    idle: () => ticks.idle() && scheduler.idle() && pumps.every((pump) => pump.idle()) && listeners.running() === 0,
    async start() {
      await refuseSharedChannel(deps);
      await resume(deps);
      await closeOrphanedBlindness(deps);
      await noteDowntime(deps);
      await askEventsAgain(deps);
      await scheduler.start();
      await bolt.start();
      stops.push(ticker(() => void ticks.tick()));
      for (const pump of pumps) pump.wake();
      logger.info('started', { config: describeConfig(config) });
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      for (const stop of stops) stop();
      home.close();
      await bolt.stop();
      await scheduler.stop();
      for (const pump of pumps) await pump.stop();
      await store.dropLease(leaseHolder);
      await store.close();
      logger.info('stopped');
    },
  };
}

function leaseAt(now: number) {
  return { holder: leaseHolder, now, lengthMs: LEASE_MS, mayRun: holderMayRun };
}

/** What a crash left half done goes back to work: its outcome is unknown and is read back before it is repeated. */
async function resume({ store, logger }: Deps): Promise<void> {
  const { sending, running } = await store.write(async (tx) => ({
    sending: await tx.outbox.releaseSending(),
    running: await tx.actions.releaseRunning(),
  }));
  if (sending + running > 0) logger.warn('taking up what the last process left half done', { sending, running });
}

async function claimDatabase(store: Store, clock: Clock): Promise<void> {
  const other = await store.takeLease(leaseAt(clock.now()));
  if (other === null) return;
  throw new AppError({
    code: 'conflict',
    message: `the database is held by ${other}`,
    publicMessage: `Another Keysteward (${other}) works on this database. Stop it first; if it has died on another machine, wait three minutes.`,
  });
}

function transportOf({ slack }: Config, { slack: { credential } }: Secrets) {
  if (slack.transport.kind === 'http' && credential.kind === 'http') {
    return { kind: 'http' as const, port: slack.transport.port, signingSecret: credential.signingSecret };
  }
  if (slack.transport.kind === 'socket' && credential.kind === 'socket') {
    return { kind: 'socket' as const, appToken: credential.appToken, healthPort: slack.transport.healthPort };
  }
  throw new AppError({
    code: 'internal',
    message: 'transport and credential differ',
    publicMessage: 'The Slack settings contradict each other; see docs/configuration.md.',
  });
}

interface OutletsInput extends Pick<AppInput, 'config' | 'secrets'> {
  readonly clock: Clock;
  readonly bolt: BoltApp;
}

function outletsOf({ config, secrets, clock, bolt }: OutletsInput): Deps['outlets'] {
  const pagerDutyUrl = config.outlets?.pagerDuty?.url;
  return {
    webhooks: secrets.outlets ? connectWebhooks({ secrets: secrets.outlets, pagerDutyUrl, clock }) : [],
    heartbeat: secrets.outlets ? connectHeartbeat(secrets.outlets) : null,
    slackReached: () => bolt.connected(),
    messageUrl: (place) => messageUrl(bolt.identity.workspaceUrl, place),
  };
}

interface ConnectInput {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly logger: Logger;
  readonly definitions: readonly ProviderDefinition[];
}

/** One provider per configured connection, by connection id. */
export function connectProviders({
  config,
  secrets,
  logger,
  definitions,
}: ConnectInput): ReadonlyMap<string, Provider> {
  return new Map(
    config.connections.flatMap(({ connectionId, providerId, address }) => {
      const definition = definitions.find(({ id }) => id === providerId);
      const keys = secrets.connections.get(connectionId);
      if (definition === undefined || keys === undefined) return [];
      const provider = definition.connect({
        connectionId,
        readKey: keys.readKey,
        writeKey: keys.writeKey,
        baseUrl: address.url,
        logger: logger.child({ connection: connectionId }),
      });
      return [[connectionId, provider] as const];
    }),
  );
}
