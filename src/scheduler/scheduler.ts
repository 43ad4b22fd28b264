import { publicMessageOf, toError } from '../domain/errors.ts';
import { DAY_MS, floorTo } from '../domain/time.ts';
import type { JobRun } from '../ports/store.ts';
import type { Deps } from '../services/deps.ts';
import type { Job } from './job.ts';

const KEEP_RUNS_MS = 7 * DAY_MS;

/**
 * Decides at each tick what is due. Jobs never overlap themselves; a failing job is recorded and tried at its next
 * turn. Time comes from outside: production ticks every minute, tests and the sandbox call `tick` when they like.
 */
export class Scheduler {
  readonly #jobs: readonly Job[];
  readonly #deps: Deps;
  /** The last due instant that each job was started for. */
  readonly #lastDueAt = new Map<string, number>();
  /** What each job with a pace of its own asked for last. */
  readonly #paceMs = new Map<string, number>();
  readonly #running = new Map<string, Promise<void>>();
  #stopped = false;

  constructor(jobs: readonly Job[], deps: Deps) {
    this.#jobs = jobs.filter((job) => job.isWanted?.(deps) ?? true);
    this.#deps = deps;
  }

  /** Reads when each job last ran, so that a missed run is caught up once and a finished one not repeated. */
  async start(): Promise<void> {
    const latest = await this.#deps.store.read.jobRuns.latest();
    for (const run of latest.values()) {
      if (run.outcome === 'running') await this.#record({ ...run, outcome: 'abandoned', problem: 'the process ended' });
      // An abandoned run did not happen: it stays due, however often the process ends before it is made up for.
      if (run.outcome === 'ok' || run.outcome === 'failed') this.#lastDueAt.set(run.job, run.dueAt);
    }
    for (const job of this.#jobs) await this.#readPace(job);
  }

  /** Starts what is due; resolves when all that it started has ended. */
  async tick(now = this.#deps.clock.now()): Promise<void> {
    if (this.#stopped) return;
    const started = this.#jobs.filter((job) => this.#isDue(job, now)).map((job) => this.#start(job, now));
    await Promise.all(started);
  }

  /** When the next job is due; now or earlier while one is overdue. */
  nextDueAt(): number {
    const now = this.#deps.clock.now();
    return Math.min(...this.#jobs.map((job) => this.#nextDueAt(job, now)));
  }

  idle(): boolean {
    return this.#running.size === 0;
  }

  /** Starts nothing more and waits for what runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running.values());
  }

  #nextDueAt(job: Job, now: number): number {
    const last = this.#lastDueAt.get(job.name);
    if (last === undefined) return now;
    const everyMs = this.#everyMs(job);
    // A clock that was far ahead and has been set right must not silence the job until it is there again.
    if (last > now + everyMs) return now;
    return floorTo(last, everyMs) + everyMs;
  }

  #isDue(job: Job, now: number): boolean {
    return !this.#running.has(job.name) && this.#nextDueAt(job, now) <= now;
  }

  #start(job: Job, now: number): Promise<void> {
    const dueAt = floorTo(now, this.#everyMs(job));
    this.#lastDueAt.set(job.name, dueAt);
    const running = this.#run(job, dueAt)
      .then(() => this.#readPace(job))
      .finally(() => this.#running.delete(job.name));
    this.#running.set(job.name, running);
    return running;
  }

  #everyMs(job: Job): number {
    return this.#paceMs.get(job.name) ?? job.everyMs(this.#deps.policy);
  }

  /** A job whose pace cannot be read keeps the one that it had. */
  async #readPace(job: Job): Promise<void> {
    if (job.paceMs === undefined) return;
    try {
      this.#paceMs.set(job.name, await job.paceMs(this.#deps));
    } catch (error) {
      this.#deps.logger.error('job pace not read', { job: job.name, error: toError(error) });
    }
  }

  async #run(job: Job, dueAt: number): Promise<void> {
    const { clock, ids, logger } = this.#deps;
    const run: JobRun = {
      id: ids.next('run'),
      job: job.name,
      dueAt,
      startedAt: clock.now(),
      finishedAt: null,
      outcome: 'running',
      problem: null,
    };
    try {
      await this.#record(run);
      await job.run(this.#deps);
      await this.#finish({ ...run, finishedAt: clock.now(), outcome: 'ok' });
    } catch (error) {
      logger.error('job failed', { job: job.name, error: toError(error) });
      await this.#finish({ ...run, finishedAt: clock.now(), outcome: 'failed', problem: publicMessageOf(error) }).catch(
        (unrecorded: unknown) => logger.error('job run not recorded', { job: job.name, error: toError(unrecorded) }),
      );
    }
  }

  async #record(run: JobRun): Promise<void> {
    await this.#deps.store.write((tx) => tx.jobRuns.put(run));
  }

  async #finish(run: JobRun): Promise<void> {
    await this.#deps.store.write(async (tx) => {
      await tx.jobRuns.put(run);
      await tx.jobRuns.prune(this.#deps.clock.now() - KEEP_RUNS_MS);
    });
  }
}
