import {
  connectDeployHooks,
  connectProviders,
  connectSecretStores,
  httpServerOf,
  outletsOf,
  portOf,
  transportOf,
} from './app-parts.ts';
import type { Config, Secrets } from './config/config.ts';
import { describeConfig } from './config/config.ts';
import { bindDetectors } from './domain/detectors/index.ts';
import { AppError, toError } from './domain/errors.ts';
import { MINUTE_MS, SECOND_MS } from './domain/time.ts';
import { createMetrics } from './http/metrics.ts';
import type { HttpServer } from './http/server.ts';
import type { Clock } from './ports/clock.ts';
import type { Ids } from './ports/ids.ts';
import type { Logger } from './ports/logger.ts';
import type { PriceTable } from './ports/price-table.ts';
import type { ProviderDefinition } from './ports/provider.ts';
import type { Store } from './ports/store.ts';
import type { Ticker } from './ports/ticker.ts';
import { providers as allProviders } from './providers/index.ts';
import { createPriceTable } from './providers/lib/price-table.ts';
import type { Job } from './scheduler/job.ts';
import { jobs as allJobs } from './scheduler/jobs/index.ts';
import type { Pump } from './scheduler/pump.ts';
import { createPumps } from './scheduler/pumps.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { TickCounter } from './scheduler/tick-counter.ts';
import type { Deps } from './services/deps.ts';
import { askEventsAgain } from './services/events/read-events.ts';
import { resume } from './services/housekeeping/resume.ts';
import { refuseSharedChannel } from './services/notices/report-audience.ts';
import { closeOrphanedBlindness } from './services/notices/report-blindness.ts';
import { noteDowntime } from './services/notices/report-downtime.ts';
import { placesOf } from './services/rotation/places-by-policy.ts';
import { notReady } from './services/status/readiness.ts';
import { sheets } from './sheets/sheets.ts';
import { type BoltApp, createBoltApp } from './slack/bolt-app.ts';
import { subcommands } from './slack/commands/index.ts';
import type { SlackContext } from './slack/context.ts';
import { slackDirectory } from './slack/directory.ts';
import { HomeTabs } from './slack/home-tabs.ts';
import { sendDue } from './slack/outbox.ts';
import { OutboxMemory } from './slack/outbox-memory.ts';
import { countRunning, registerListeners } from './slack/router.ts';
import { ScopeWatch } from './slack/scope-watch.ts';
import { openStore } from './store/open.ts';
import { breathe } from './system/breathe.ts';
import { systemClock } from './system/clock.ts';
import { systemIds } from './system/ids.ts';
import { fingerprint, hmacHex } from './system/installation-secret.ts';
import { holderMayRun, leaseHolder } from './system/lease-holder.ts';
import { createLogger } from './system/logger.ts';
import { slackLogger } from './system/slack-logger.ts';
import { endsWithin } from './system/stopping.ts';
import { minuteTicker } from './system/ticker.ts';

// Renewed at each tick; a process on another host that died is waited for this long.
const LEASE_MS = 3 * MINUTE_MS;
// Docker kills after ten seconds, and the rest of a stop wants some of them.
const DRAIN_WITHIN_MS = 7 * SECOND_MS;

/** What a test or the sandbox puts in place of the real thing. */
export interface Overrides {
  readonly clock?: Clock;
  readonly ids?: Ids;
  readonly logger?: Logger;
  readonly ticker?: Ticker;
  readonly providers?: readonly ProviderDefinition[];
  readonly prices?: PriceTable;
  /** The jobs that run; all of them, if not given. */
  readonly jobs?: readonly Job[];
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
  /** The port that is open; null for none. */
  port(): number | null;
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
  const { clock = systemClock, ids = systemIds, jobs = allJobs, ticker = minuteTicker } = overrides;
  const logger = overrides.logger ?? createLogger({ level: config.logLevel });
  const store = openStore({
    path: config.databasePath,
    ids,
    sign: (text) => hmacHex(installationSecret, text),
    durable: overrides.durable ?? true,
  });
  try {
    await claimDatabase(store, clock);
    const unready = () => notReady(store, () => bolt.connected());
    const { connections, policy, databasePath } = config;
    const ofProcess = portOf(config) !== undefined;
    const metrics = createMetrics({ store, clock, connections, notReady: unready, ofProcess });
    const { meter } = metrics;
    const scopes = new ScopeWatch();
    const bolt: BoltApp = await createBoltApp({
      scopes,
      apiUrl: config.slack.address.url,
      botToken: secrets.slack.botToken,
      transport: transportOf(config, secrets),
      logger,
      slackLogger: slackLogger(logger),
      meter,
    });
    const deps: Deps = {
      store,
      clock,
      ids,
      logger,
      meter,
      breathe,
      policy: config.policy,
      providers: connectProviders({ config, secrets, logger, meter, definitions: overrides.providers ?? allProviders }),
      prices: overrides.prices ?? createPriceTable({ overrides: config.policy.prices }),
      detectors: bindDetectors(config.policy.detectors),
      directory: slackDirectory(bolt.client, bolt.identity.teamId, config.policy.roles),
      outlets: outletsOf({ config, secrets, clock, bolt }),
      secretStores: await connectSecretStores({ policy, credentials: secrets.stores, databasePath, logger }),
      deployHooks: await connectDeployHooks({ config, secrets, logger, clock }),
      sheets,
      places: placesOf(policy),
      fingerprint: (value) => fingerprint(installationSecret, value),
    };
    scopes.attach(deps);
    const http = httpServerOf({ config, secrets, deps, bolt, metrics, notReady: unready });
    return assemble({ config, deps, bolt, http, jobs, ticker });
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
  readonly http: HttpServer | null;
  readonly jobs: readonly Job[];
  readonly ticker: Ticker;
}

function assemble({ config, deps, bolt, http, jobs, ticker }: Parts): KeystewardApp {
  const { store, logger } = deps;
  const locale = {
    currency: config.policy.currency,
    timezone: config.policy.calendar.timeZone,
    workspaceUrl: bolt.identity.workspaceUrl,
  };
  const { client, bulk, identity } = bolt;
  const home = new HomeTabs({ deps, identity, locale, client, bulk });
  const own = { subcommands, configLines: describeConfig(config), policySettings: config.policySettings ?? [] };
  const context: SlackContext = { deps, home, client, identity, locale, ...own };
  const scheduler = new Scheduler(jobs, deps);
  const memory = new OutboxMemory();
  const sendMessages = () => sendDue({ deps, locale, bulk, memory });
  const { all: pumps, listen } = createPumps(deps, { sendMessages, home });
  const ticks = new TickCounter({ deps, scheduler, pumps, leaseAt });
  const listeners = countRunning(bolt.app);
  registerListeners(bolt.app, context);
  const stops = listen();
  let stopTicking = (): void => {};
  let port: number | null = null;
  let stopping: Promise<void> | undefined;
  const halt = async () => {
    stopTicking();
    home.close();
    await drain({ bolt, http, listeners, scheduler, logger, pumps });
    for (const stopWaking of stops) stopWaking();
    await store.dropLease(leaseHolder);
    await store.close();
    logger.info('stopped');
  };

  return {
    deps,
    scheduler,
    port: () => port,
    idle: () => ticks.idle() && scheduler.idle() && pumps.every((pump) => pump.idle()) && listeners.running() === 0,
    async start() {
      await takeUp(deps);
      await scheduler.start();
      port = (await http?.start()) ?? null;
      await bolt.start();
      stopTicking = ticker(() => void ticks.tick());
      for (const pump of pumps) pump.wake();
      logger.info('started', { config: describeConfig(config) });
    },
    async stop() {
      stopping ??= halt();
      await stopping;
    },
  };
}

/** Goes on where the last process was. */
async function takeUp(deps: Deps): Promise<void> {
  await refuseSharedChannel(deps);
  await resume(deps);
  await closeOrphanedBlindness(deps);
  await noteDowntime(deps);
  await askEventsAgain(deps);
}

interface Working extends Pick<Parts, 'bolt' | 'http'> {
  readonly listeners: ReturnType<typeof countRunning>;
  readonly scheduler: Scheduler;
  readonly logger: Logger;
  readonly pumps: readonly Pump[];
}

/** Takes nothing new and lets what is under way end, for so long; the next start takes up what did not. */
async function drain({ bolt, http, listeners, scheduler, logger, pumps }: Working): Promise<void> {
  const ending = async () => {
    await Promise.all([bolt.stop(), http?.stop()]);
    await listeners.settled();
    await scheduler.stop();
    for (const pump of pumps) await pump.finish();
  };
  const ended = ending().catch((error: unknown) => logger.error('the stop met an error', { error: toError(error) }));
  if (!(await endsWithin(DRAIN_WITHIN_MS, ended))) {
    logger.warn('stopping with work under way; the next start takes it up');
    void scheduler.stop();
    for (const pump of pumps) void pump.stop();
  }
  http?.cut();
}

function leaseAt(now: number) {
  return { holder: leaseHolder, now, lengthMs: LEASE_MS, mayRun: holderMayRun };
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
