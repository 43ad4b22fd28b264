import { Secret } from '../../domain/secret.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Job } from '../../scheduler/job.ts';
import { compactUsageJob } from '../../scheduler/jobs/compact-usage.ts';
import { logAuditHeadJob } from '../../scheduler/jobs/log-audit-head.ts';
import { pollUsageJob } from '../../scheduler/jobs/poll-usage.ts';
import { pruneJob } from '../../scheduler/jobs/prune.ts';
import { syncInventoryJob } from '../../scheduler/jobs/sync-inventory.ts';
import { syncMembersJob } from '../../scheduler/jobs/sync-members.ts';
import { openStage, type Stage } from '../stage.ts';
import {
  ANTHROPIC_WORKLOADS,
  type Company,
  createCompany,
  OPENAI_WORKLOADS,
  type ProviderId,
  type Scenario,
} from '../world/index.ts';
import { Consumer } from './consumer.ts';
import { type Deployer, startDeployer } from './deployer.ts';
import type { Gate } from './gate.ts';
import { beginLife, type Mortal } from './life.ts';
import { People } from './people.ts';
import { type Played, playedOf } from './played.ts';
import { watchServers } from './watch.ts';

export interface PlayOptions {
  readonly provider: ProviderId;
  readonly seed: number;
  readonly logger: Logger;
  /** Kills the app here and there; another one takes over a minute later. */
  readonly gate?: Gate;
  readonly graceDays: number;
}

const KEY_NAMES = { openai: 'prod-api', anthropic: 'prod-assistant' } as const;
/** A Monday morning. */
export const START = Date.UTC(2026, 9, 12, 8);
const MOST_DAYS = 25;
const POLL_MINUTES = 60;
// Whoever is asked to approve has half an hour; where nothing is to be done people look ever more seldom.
const LOOK_MS = 20 * MINUTE_MS;
const MOST_LOOK_MS = 3 * HOUR_MS;
const DOWN_MS = MINUTE_MS;
/** What has nothing to do with a rotation, such as reading what is long past, takes no part in it. */
const JOBS: readonly Job[] = [
  every(3 * HOUR_MS, syncInventoryJob),
  every(3 * HOUR_MS, pollUsageJob),
  syncMembersJob,
  compactUsageJob,
  logAuditHeadJob,
  pruneJob,
];
const HOOK = 'web';

const scenario: Scenario = {
  id: 'rotation',
  title: 'One key is rotated from beginning to end',
  startAt: START,
  endsAt: START + MOST_DAYS * DAY_MS,
  pollMinutes: POLL_MINUTES,
  leaks: () => [],
};

/** One rotation from beginning to end: the real app between the stand-ins, people in Slack, a consumer that calls. */
export async function playRotation(options: PlayOptions): Promise<Played> {
  const { provider, gate } = options;
  let consumer: Consumer | undefined;
  const deployer = await startDeployer({
    onDeploy: () => consumer?.restart(),
    cutOf: () => gate?.arrive('deploy') ?? null,
  });
  const stage = await openRotationStage(options, deployer);
  try {
    const { world, folder } = stage;
    consumer = new Consumer({ world, folder, provider, keyName: KEY_NAMES[provider] });
    await stage.playUntil(START + 2 * MINUTE_MS);
    const rotation = new Play(stage, consumer, gate);
    await rotation.run();
    return await playedOf(stage, consumer, rotation.startedAt);
  } finally {
    await stage.close();
    await deployer.close();
  }
}

class Play {
  readonly startedAt: number;
  readonly #stage: Stage;
  readonly #people: People;
  readonly #gate: Gate | undefined;
  #mortal: Mortal | undefined;

  constructor(stage: Stage, consumer: Consumer, gate: Gate | undefined) {
    this.#stage = stage;
    this.#people = new People(stage, consumer);
    this.#gate = gate;
    this.startedAt = stage.clock.now();
  }

  async run(): Promise<void> {
    const { clock } = this.#stage;
    if (this.#gate !== undefined) {
      watchServers(this.#stage, this.#gate);
      await this.#stage.app.stop();
      await this.#restart(this.#gate);
    }
    for (let lookMs = LOOK_MS; clock.now() < scenario.endsAt && !(await this.#isOver()); ) {
      const hasActed = await this.#people.act();
      lookMs = hasActed ? LOOK_MS : Math.min(MOST_LOOK_MS, 2 * lookMs);
      await this.#playOn(lookMs);
    }
    // What is still to be said about it.
    await this.#playOn(HOUR_MS);
  }

  /** Killed in the middle of it, another app goes on. */
  async #playOn(lengthMs: number): Promise<void> {
    const until = this.#stage.clock.now() + lengthMs;
    do {
      if (this.#gate?.isDead) await this.#restart(this.#gate);
      await this.#stage.playUntil(until);
    } while (this.#gate?.isDead);
  }

  /** As a supervisor does; what dies at its start is started again. */
  async #restart(gate: Gate): Promise<void> {
    for (;;) {
      await this.#mortal?.bury();
      await this.#stage.settle();
      this.#stage.clock.jumpTo(this.#stage.clock.now() + DOWN_MS);
      this.#mortal = await beginLife(this.#stage.clock, this.#stage, { gate, onKill: () => this.#stage.forsake() });
      try {
        await this.#stage.reboot(this.#mortal.life);
        if (!gate.isDead) return;
      } catch (error) {
        if (!gate.isDead) throw error;
      }
    }
  }

  async #isOver(): Promise<boolean> {
    const { rotations } = this.#stage.app.deps.store.read;
    return (await rotations.allOpen()).length === 0 && (await rotations.closedSince(START)).length > 0;
  }
}

function openRotationStage({ provider, seed, logger, graceDays }: PlayOptions, { url }: Deployer): Promise<Stage> {
  const isMade = provider === 'openai';
  const credentials = new Map([
    ['URL', new Secret(url)],
    ['SECRET', new Secret('sandbox-deploy-secret')],
  ]);
  return openStage({
    scenario,
    provider,
    seed,
    logger,
    pollMinutes: POLL_MINUTES,
    lagMinutes: 5,
    ticks: 'jobs',
    company: companyOf(seed, provider),
    connections: [provider],
    overrides: { jobs: JOBS },
    policy: policyOf(graceDays, isMade),
    ...(isMade ? { deployHooks: new Map([[HOOK, credentials]]) } : {}),
  });
}

/** Where the key is made by Keysteward it is rolled out by it, too. */
function policyOf(graceDays: number, isMade: boolean): string {
  const hook = `deploy_hooks: { ${HOOK}: { kind: webhook } }
redeploy: [{ match: '*', hooks: [${HOOK}] }]
`;
  return `environments: [{ match: '*', environment: production }]
secrets: [{ match: '*', store: local, reference: '{slug}.env#API_KEY' }]
rotation: { grace_days: ${graceDays} }
${isMade ? hook : ''}`;
}

/** A week is to be played in seconds. */
function every(ms: number, { paceMs: _hot, ...job }: Job): Job {
  return { ...job, everyMs: () => ms };
}

/** A company of one key, with as little traffic as still tells a quiet key from a busy one. */
function companyOf(seed: number, provider: ProviderId): Company {
  const acme = createCompany(seed, START);
  const { lines } = provider === 'openai' ? OPENAI_WORKLOADS.stagingCi : ANTHROPIC_WORKLOADS.stagingCi;
  const shape = { rhythm: 'daily', silent: 0, days: 0.1, hours: 0.2, bursts: 0, clumps: 0.2 } as const;
  const keys = acme.keys
    .filter(({ key }) => key.provider === provider && key.name === KEY_NAMES[provider])
    .map((one) => ({ ...one, workload: { shape, usdPerMonth: 110, lines } }));
  const scopes = acme.scopes.filter(({ name, isDefault }) => name === 'Production' || isDefault);
  return { ...acme, scopes, keys };
}
