import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createApp, type KeystewardApp, type Overrides } from '../app.ts';
import type { Config, Secrets } from '../config/config.ts';
import { formatFaults } from '../config/faults.ts';
import type { OutletPart } from '../config/outlet-env.ts';
import { parsePolicy } from '../config/policy.ts';
import { detectorSections as detectors } from '../domain/detectors/index.ts';
import { Secret } from '../domain/secret.ts';
import type { Logger } from '../ports/logger.ts';
import { secretStores } from '../secret-stores/index.ts';
import { systemClock } from '../system/clock.ts';
import { countingIds } from '../system/ids.ts';
import { DrivenClock } from './driven-clock.ts';
import { lagOf } from './lag-of.ts';
import type { AnthropicStandInOptions } from './providers/anthropic-options.ts';
import { type StandIn, startAnthropicStandIn, startOpenAiStandIn } from './providers/index.ts';
import type { OpenAiStandInOptions } from './providers/openai-options.ts';
import { defaultWorkspace, type SlackHost, type SlackStandIn, startSlackStandIn } from './slack/index.ts';
import {
  createWorld,
  type LagPlan,
  type OutagePlan,
  type ProviderId,
  type Scenario,
  type SlackOutagePlan,
  type World,
} from './world/index.ts';

export interface StageOptions {
  readonly scenario: Scenario;
  readonly provider: ProviderId;
  readonly seed: number;
  readonly pollMinutes: number;
  readonly lagMinutes: number;
  readonly logger: Logger;
  /** `read`: the app gets no write key, so its buttons give console steps. */
  readonly access?: 'full' | 'read';
  /** Whether the providers' own event logs are switched on. Off by default. */
  readonly eventLogs?: 'on' | 'off';
  /** `jobs`: the minute's tick comes only when a job is due, since timers wake what else is due. */
  readonly ticks?: 'always' | 'jobs';
  /** More lines for the sandbox's policy.yml. */
  readonly policy?: string;
  readonly overrides?: Overrides;
  /** The ways out besides Slack. None by default. */
  readonly outlets?: OutletPart;
  /** Serves the workspace in place of a server of its own. */
  readonly slackHost?: SlackHost;
  /** Stands at the scenario's start; for whoever has to know the time before the stage does. */
  readonly clock?: DrivenClock;
  /** What is so at Acme before the app looks for the first time. */
  readonly prepare?: (world: World) => void;
  /** How the simulated providers differ from the usual. */
  readonly openai?: Pick<OpenAiStandInOptions, 'serviceAccountKeyDelete'>;
  readonly anthropic?: Pick<AnthropicStandInOptions, 'spendLimits'>;
}

const ADMIN_KEYS = { openai: 'sandbox-openai-admin-key', anthropic: 'sandbox-anthropic-admin-key' } as const;

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
  readonly app: KeystewardApp;
  readonly folder: string;
  /** What the providers themselves do in the scenario. */
  readonly outages: readonly OutagePlan[];
  readonly lags: readonly LagPlan[];
  readonly slackOutages: readonly SlackOutagePlan[];
  readonly #tick: () => void;
  readonly #ticks: NonNullable<StageOptions['ticks']>;
  #isClosed = false;
  #onClose: () => void = () => {};
  #busy = 0;

  constructor(parts: StageParts) {
    this.clock = parts.clock;
    this.world = parts.world;
    this.slack = parts.slack;
    this.openai = parts.openai;
    this.anthropic = parts.anthropic;
    this.app = parts.app;
    this.folder = parts.folder;
    this.outages = parts.outages;
    this.lags = parts.lags;
    this.slackOutages = parts.slackOutages;
    this.#tick = parts.tick;
    this.#ticks = parts.ticks ?? 'always';
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
      if (this.#isClosed || !(await onStep())) return;
      const next = this.#nextDueAt();
      if (next > at) break;
      const before = this.clock.now();
      this.clock.jumpTo(next);
      if (this.#ticks === 'always' || this.app.scheduler.nextDueAt() <= next) this.#tick();
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
    return Math.min(this.app.scheduler.nextDueAt(), this.clock.nextTimerAt() ?? Number.POSITIVE_INFINITY);
  }

  #inFlight(): boolean {
    const { slack, openai, anthropic, app } = this;
    return this.#busy > 0 || !app.idle() || slack.inFlight() + openai.inFlight() + anthropic.inFlight() > 0;
  }
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
  readonly ticks?: NonNullable<StageOptions['ticks']>;
}

/** Builds the stage and starts the app on it, at the scenario's start. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { scenario, provider, seed, access = 'full', eventLogs = 'off' } = options;
  const { clock = new DrivenClock(scenario.startAt) } = options;
  const world = createWorld({ seed, clock, scenario, leakProvider: provider });
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
  let tick: () => void = () => {};
  const app = await createApp({
    config: sandboxConfig(options, { slack, openai, anthropic, folder }),
    secrets: sandboxSecrets(options),
    installationSecret: new Secret('sandbox-installation-secret'),
    overrides: {
      clock,
      ids: countingIds(),
      logger: options.logger,
      durable: false,
      ticker: (onTick) => {
        tick = onTick;
        onTick();
        return () => {};
      },
      ...options.overrides,
    },
  });
  await app.start();
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
    tick: () => tick(),
    ...(options.ticks === undefined ? {} : { ticks: options.ticks }),
  });
}

interface Servers {
  readonly slack: SlackStandIn;
  readonly openai: StandIn;
  readonly anthropic: StandIn;
  readonly folder: string;
}

function sandboxConfig(options: StageOptions, { slack, openai, anthropic, folder }: Servers): Config {
  const connection = (providerId: ProviderId, title: string, url: string) => ({
    connectionId: providerId,
    providerId,
    title,
    address: { url, isDefault: false },
    writable: options.access !== 'read',
  });
  return {
    production: false,
    slack: { address: { url: slack.apiUrl, isDefault: false }, transport: { kind: 'socket', healthPort: undefined } },
    connections: [connection('openai', 'OpenAI', openai.url), connection('anthropic', 'Anthropic', anthropic.url)],
    databasePath: join(folder, 'keysteward.db'),
    policyPath: 'the sandbox',
    secretPath: 'the sandbox',
    logLevel: 'info',
    ...sandboxPolicy(options),
    ...(options.outlets === undefined ? {} : { outlets: options.outlets.config }),
  };
}

function sandboxPolicy({ pollMinutes, policy = '' }: StageOptions): Pick<Config, 'policy' | 'policySettings'> {
  const text = `
channels: { alerts: '#ai-keys' }
roles: { admins: [U0CHRIS], responders: [U0ANA] }
polling: { usage_minutes: ${pollMinutes}, inventory_minutes: 60 }
${policy}`;
  const parsed = parsePolicy(text, { file: 'sandbox policy', detectors, secretStores });
  if (!parsed.ok) throw new Error(formatFaults(parsed.faults));
  return { policy: parsed.policy, policySettings: parsed.settings };
}

function sandboxSecrets({ access = 'full', outlets }: StageOptions): Secrets {
  const keysOf = (id: ProviderId) => {
    const key = new Secret(ADMIN_KEYS[id]);
    return [id, { readKey: key, writeKey: access === 'full' ? key : undefined }] as const;
  };
  return {
    slack: {
      botToken: new Secret(defaultWorkspace.app.botToken),
      credential: { kind: 'socket', appToken: new Secret(defaultWorkspace.app.appToken) },
    },
    connections: new Map([keysOf('openai'), keysOf('anthropic')]),
    ...(outlets === undefined ? {} : { outlets: outlets.secrets }),
  };
}
