import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createApp, type KeystewardApp, type Overrides } from '../app.ts';
import { Secret } from '../domain/secret.ts';
import type { Logger } from '../ports/logger.ts';
import { systemClock } from '../system/clock.ts';
import { countingIds } from '../system/ids.ts';
import { DrivenClock } from './driven-clock.ts';
import { lagOf } from './lag-of.ts';
import type { AnthropicStandInOptions } from './providers/anthropic-options.ts';
import { type StandIn, startAnthropicStandIn, startOpenAiStandIn } from './providers/index.ts';
import type { OpenAiStandInOptions } from './providers/openai-options.ts';
import { ADMIN_KEYS, type Addresses, type SandboxSettings, sandboxConfig, sandboxSecrets } from './sandbox-config.ts';
import { defaultWorkspace, type SlackHost, type SlackStandIn, startSlackStandIn } from './slack/index.ts';
import {
  type Company,
  createWorld,
  type LagPlan,
  type OutagePlan,
  type ProviderId,
  type Scenario,
  type SlackOutagePlan,
  type World,
} from './world/index.ts';

export interface StageOptions extends SandboxSettings {
  readonly scenario: Scenario;
  readonly provider: ProviderId;
  readonly seed: number;
  readonly lagMinutes: number;
  readonly logger: Logger;
  /** Whether the providers' own event logs are switched on. Off by default. */
  readonly eventLogs?: 'on' | 'off';
  /** `jobs`: the minute's tick comes only when a job is due, since timers wake what else is due. */
  readonly ticks?: 'always' | 'jobs';
  readonly overrides?: Overrides;
  /** Serves the workspace in place of a server of its own. */
  readonly slackHost?: SlackHost;
  /** Whose keys they are; Acme's, if not given. */
  readonly company?: Company;
  /** Stands at the scenario's start; for whoever has to know the time before the stage does. */
  readonly clock?: DrivenClock;
  /** What is so at Acme before the app looks for the first time. */
  readonly prepare?: (world: World) => void;
  /** What an installation that has run for long has kept; before its app starts. */
  readonly past?: (app: KeystewardApp) => Promise<void>;
  /** How the simulated providers differ from the usual. */
  readonly openai?: Pick<OpenAiStandInOptions, 'serviceAccountKeyDelete'>;
  readonly anthropic?: Pick<AnthropicStandInOptions, 'spendLimits'>;
}

/**
 * The real app between a stand-in workspace and simulated providers, on driven time. Time moves only when nothing is in
 * flight: no job, request, unacknowledged envelope or message on its way.
 */
export class Stage {
  readonly clock: DrivenClock;
  readonly world: World;
  readonly slack: SlackStandIn;
  readonly openai: StandIn;
  readonly anthropic: StandIn;
  readonly folder: string;
  /** What the providers themselves do in the scenario. */
  readonly outages: readonly OutagePlan[];
  readonly lags: readonly LagPlan[];
  readonly slackOutages: readonly SlackOutagePlan[];
  #running: Running;
  readonly #boot: (life: Life) => Promise<Running>;
  readonly #ticks: NonNullable<StageOptions['ticks']>;
  #isForsaken = false;
  #isClosed = false;
  #onClose: () => void = () => {};
  #busy = 0;

  constructor(parts: StageParts) {
    this.clock = parts.clock;
    this.world = parts.world;
    this.slack = parts.slack;
    this.openai = parts.openai;
    this.anthropic = parts.anthropic;
    this.folder = parts.folder;
    this.outages = parts.outages;
    this.lags = parts.lags;
    this.slackOutages = parts.slackOutages;
    this.#running = { app: parts.app, tick: parts.tick };
    this.#boot = parts.boot ?? refuseBoot;
    this.#ticks = parts.ticks ?? 'always';
  }

  get app(): KeystewardApp {
    return this.#running.app;
  }

  /** The app is gone, by no doing of its own: nobody waits for it any more. */
  forsake(): void {
    this.#isForsaken = true;
  }

  /** Another app takes over, on the same database and between the same stand-ins. */
  async reboot(life: Life = {}): Promise<void> {
    this.#running = await this.#boot(life);
    this.#isForsaken = false;
  }

  /** Runs something that a person does; time stands still until it has ended. */
  async during<Result>(gesture: () => Promise<Result>): Promise<Result> {
    this.#busy += 1;
    try {
      return await gesture();
    } finally {
      this.#busy -= 1;
    }
  }

  /** Resolves when nothing is in flight any more. */
  async settle(): Promise<void> {
    let quietTurns = 0;
    // Two quiet turns in a row: what one turn ends may start something in the next.
    while (quietTurns < 2 && !this.#isClosed) {
      quietTurns = this.#inFlight() ? 0 : quietTurns + 1;
      await nextTurn();
    }
  }

  /** Plays on to `at`, one due instant after the other. `onStep` sees each, after all it caused has ended. */
  async playUntil(at: number, onStep: () => Promise<boolean> | boolean = () => true): Promise<void> {
    for (;;) {
      await this.settle();
      if (this.#isClosed || this.#isForsaken || !(await onStep())) return;
      const next = this.#nextDueAt();
      if (next > at) break;
      const before = this.clock.now();
      this.clock.jumpTo(next);
      if (this.#ticks === 'always' || this.app.scheduler.nextDueAt() <= next) this.#running.tick();
      if (this.slackOutages.some(({ to }) => before < to && to <= next)) await this.#slackIsBack();
    }
    this.clock.jumpTo(at);
    await this.settle();
  }

  /** Ends the play, wherever it is. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#onClose();
    await this.app.stop();
    await Promise.all([this.slack.close(), this.openai.close(), this.anthropic.close()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The app opens its socket again in its own, real time. */
  #slackIsBack(): Promise<void> {
    return new Promise((resolve) => {
      const check = (): boolean => {
        if (this.slack.connections() === 0 && !this.#isClosed) return false;
        resolve();
        return true;
      };
      if (check()) return;
      const stop = this.slack.onConnections(() => check() && stop());
      this.#onClose = () => check() && stop();
    });
  }

  #nextDueAt(): number {
    const appAt = this.#isForsaken ? Number.POSITIVE_INFINITY : this.app.scheduler.nextDueAt();
    return Math.min(appAt, this.clock.nextTimerAt() ?? Number.POSITIVE_INFINITY);
  }

  #inFlight(): boolean {
    const { slack, openai, anthropic, app } = this;
    return (
      this.#busy > 0 ||
      !(this.#isForsaken || app.idle()) ||
      slack.inFlight() + openai.inFlight() + anthropic.inFlight() > 0
    );
  }
}

/** One run of the app, from its start to its end. */
interface Running {
  readonly app: KeystewardApp;
  readonly tick: () => void;
}

/** What is another for one run of the app than for the next. */
export interface Life {
  readonly overrides?: Overrides;
  readonly addresses?: Omit<Addresses, 'folder'>;
  /** Gets the app before it starts. */
  readonly onApp?: (app: KeystewardApp) => Promise<void> | void;
}

function refuseBoot(): never {
  throw new Error('this stage cannot start another app');
}

interface StageParts {
  readonly clock: DrivenClock;
  readonly world: World;
  readonly slack: SlackStandIn;
  readonly openai: StandIn;
  readonly anthropic: StandIn;
  readonly app: KeystewardApp;
  readonly folder: string;
  readonly outages: readonly OutagePlan[];
  readonly lags: readonly LagPlan[];
  readonly slackOutages: readonly SlackOutagePlan[];
  readonly tick: () => void;
  /** Missing: there is one app only. */
  readonly boot?: (life: Life) => Promise<Running>;
  readonly ticks?: NonNullable<StageOptions['ticks']>;
}

/** Builds the stage and starts the app on it, at the scenario's start. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { scenario, provider, seed, access = 'full', eventLogs = 'off' } = options;
  const { clock = new DrivenClock(scenario.startAt) } = options;
  const company = options.company === undefined ? {} : { company: options.company };
  const world = createWorld({ seed, clock, scenario, leakProvider: provider, ...company });
  const keysOf = (id: ProviderId) => [{ value: ADMIN_KEYS[id], access }];
  options.prepare?.(world);
  const host = options.slackHost === undefined ? {} : { host: options.slackHost };
  const slack = await startSlackStandIn({ clock, wallNow: () => systemClock.now(), seed: defaultWorkspace, ...host });
  const settings = (id: ProviderId) => ({ world, clock, ...lagOf(options, id), adminKeys: keysOf(id) });
  const openai = await startOpenAiStandIn({ ...settings('openai'), auditLog: eventLogs, ...options.openai });
  const anthropic = await startAnthropicStandIn({
    ...settings('anthropic'),
    activityFeed: eventLogs,
    ...options.anthropic,
  });
  const standIns = { openai, anthropic };
  const outages = scenario.outages?.(provider) ?? [];
  const lags = scenario.lags?.(provider) ?? [];
  for (const outage of outages) standIns[outage.provider].faults.dark(outage);
  const slackOutages = scenario.slackOutages ?? [];
  for (const outage of slackOutages) slack.goDark(outage);
  const folder = await mkdtemp(join(tmpdir(), 'keysteward-sandbox-'));
  // One for all apps of the stage: a later one must not give out the ids of an earlier one.
  const ids = countingIds();
  const boot = ({ overrides, addresses = { slack, openai, anthropic }, onApp }: Life) => {
    const life = { clock, ids, ...options.overrides, ...overrides };
    return bootApp({ options, life, addresses: { ...addresses, folder }, onApp });
  };
  const { app, tick } = await boot(options.past === undefined ? {} : { onApp: options.past });
  return new Stage({
    clock,
    world,
    slack,
    openai,
    anthropic,
    app,
    folder,
    outages,
    lags,
    slackOutages,
    tick,
    boot,
    ...(options.ticks === undefined ? {} : { ticks: options.ticks }),
  });
}

interface Booting {
  readonly options: StageOptions;
  readonly life: Overrides;
  readonly addresses: Addresses;
  readonly onApp: Life['onApp'];
}

async function bootApp({ options, life, addresses, onApp }: Booting): Promise<Running> {
  let tick: () => void = () => {};
  const app = await createApp({
    config: sandboxConfig(options, addresses),
    secrets: sandboxSecrets(options),
    installationSecret: new Secret('sandbox-installation-secret'),
    overrides: {
      logger: options.logger,
      durable: false,
      ticker: (onTick) => {
        tick = onTick;
        onTick();
        return () => {};
      },
      ...life,
    },
  });
  await onApp?.(app);
  await app.start();
  return { app, tick: () => tick() };
}
