import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import type { JobRun } from '../../src/ports/store.ts';
import { DrivenClock } from '../../src/sandbox/driven-clock.ts';
import type { Job } from '../../src/scheduler/job.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import type { Deps } from '../../src/services/deps.ts';
import { NOON, openBench } from '../support/bench-deps.ts';
import { openTestStore, temporaryFolder } from '../support/store.ts';
import { gate } from './gate.ts';

const FIVE_MS = 5 * MINUTE_MS;

/** Writes down when it ran. */
function jobOf(name: string, everyMs: number, work: (runs: number) => Promise<void> = async () => {}) {
  const ranAt: number[] = [];
  const job: Job = {
    name,
    everyMs: () => everyMs,
    async run({ clock }) {
      ranAt.push(clock.now());
      await work(ranAt.length);
    },
  };
  return { job, ranAt };
}

async function startScheduler(jobs: readonly Job[], deps: Deps): Promise<Scheduler> {
  const scheduler = new Scheduler(jobs, deps);
  await scheduler.start();
  return scheduler;
}

const lastRun = async (deps: Deps, job: string) => (await deps.store.read.jobRuns.latest()).get(job);

/** Lets everything that waits for the database go on. */
const turn = (deps: Deps) => deps.store.write(async () => {});

describe('what is due', () => {
  test('a job that never ran runs at once, then at each round moment of its period', async () => {
    const { deps, clock } = openBench({ now: NOON + 3 * MINUTE_MS });
    const { job, ranAt } = jobOf('poll', FIVE_MS);
    const scheduler = await startScheduler([job], deps);

    for (let minute = 3; minute <= 16; minute += 1) {
      clock.jumpTo(NOON + minute * MINUTE_MS + 1_234);
      await scheduler.tick();
    }

    expect(ranAt.map((at) => Math.floor((at - NOON) / MINUTE_MS))).toEqual([3, 5, 10, 15]);
    expect(await lastRun(deps, 'poll')).toMatchObject({ dueAt: NOON + 3 * FIVE_MS, outcome: 'ok', problem: null });
  });

  test('after a gap a job runs once, however many turns it missed', async () => {
    const { deps, clock } = openBench();
    const { job, ranAt } = jobOf('poll', FIVE_MS);
    const scheduler = await startScheduler([job], deps);
    await scheduler.tick();

    clock.jumpTo(NOON + 6 * HOUR_MS + MINUTE_MS);
    await scheduler.tick();
    await scheduler.tick();

    expect(ranAt).toEqual([NOON, NOON + 6 * HOUR_MS + MINUTE_MS]);
    expect(scheduler.nextDueAt()).toBe(NOON + 6 * HOUR_MS + FIVE_MS);
  });

  test('the period is policy’s', async () => {
    const { deps, clock } = openBench({ policy: 'polling: { usage_minutes: 10 }' });
    const { job, ranAt } = jobOf('poll', 0);
    const scheduler = await startScheduler([{ ...job, everyMs: (policy) => policy.polling.usageMs }], deps);

    await scheduler.tick();
    clock.jumpTo(NOON + FIVE_MS);
    await scheduler.tick();

    expect(ranAt).toEqual([NOON]);
    expect(scheduler.nextDueAt()).toBe(NOON + 10 * MINUTE_MS);
  });

  test('after a tick nothing is due any more: whoever waits for the next instant does not spin', async () => {
    const { deps, clock } = openBench();
    const jobs = [jobOf('a', FIVE_MS), jobOf('b', HOUR_MS), jobOf('c', 7 * MINUTE_MS)];
    const scheduler = await startScheduler(
      jobs.map(({ job }) => job),
      deps,
    );
    const steps = fc.array(fc.integer({ min: -DAY_MS, max: DAY_MS }), { maxLength: 8 });

    await fc.assert(
      fc.asyncProperty(steps, async (aheads) => {
        for (const ahead of aheads) {
          clock.jumpTo(clock.now() + Math.max(0, ahead));
          await scheduler.tick();
          expect(scheduler.nextDueAt()).toBeGreaterThan(clock.now());
          expect(scheduler.nextDueAt()).toBeLessThanOrEqual(clock.now() + FIVE_MS);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('a job with a pace of its own', () => {
  /** Asks for what the test says, `Error` included. */
  function pacedJob(first: number | Error) {
    const { job, ranAt } = jobOf('poll', FIVE_MS);
    const pace = { ms: first };
    const paceMs = async () => {
      if (pace.ms instanceof Error) throw pace.ms;
      return pace.ms;
    };
    const minutes = () => ranAt.map((at) => (at - NOON) / MINUTE_MS);
    return { job: { ...job, paceMs }, pace, minutes };
  }

  async function tickMinutes(scheduler: Scheduler, clock: DrivenClock, upTo: number): Promise<void> {
    for (let at = clock.now(); at <= NOON + upTo * MINUTE_MS; at += MINUTE_MS) {
      clock.jumpTo(at);
      await scheduler.tick();
    }
  }

  test('runs as often as it asked for after its last run', async () => {
    const { deps, clock } = openBench();
    const { job, pace, minutes } = pacedJob(FIVE_MS);
    const scheduler = await startScheduler([job], deps);
    await tickMinutes(scheduler, clock, 4);

    pace.ms = MINUTE_MS;
    await tickMinutes(scheduler, clock, 7);
    expect(scheduler.nextDueAt()).toBe(NOON + 8 * MINUTE_MS);
    pace.ms = FIVE_MS;
    await tickMinutes(scheduler, clock, 16);

    expect(minutes()).toEqual([0, 5, 6, 7, 8, 10, 15]);
  });

  test('has it from the start: a restart does not slow it down', async () => {
    const { deps, clock } = openBench();
    const { job, minutes } = pacedJob(MINUTE_MS);
    await tickMinutes(await startScheduler([job], deps), clock, 1);

    await tickMinutes(await startScheduler([job], deps), clock, 3);

    expect(minutes()).toEqual([0, 1, 2, 3]);
  });

  test('keeps the last one when it cannot be read', async () => {
    const { deps, clock, logger } = openBench();
    const { job, pace, minutes } = pacedJob(MINUTE_MS);
    const scheduler = await startScheduler([job], deps);
    pace.ms = new Error('no database');

    await tickMinutes(scheduler, clock, 3);

    expect(minutes()).toEqual([0, 1, 2, 3]);
    expect(logger.lines.join()).toContain('job pace not read');
  });
});

describe('a job that runs', () => {
  test('is not started again, and does not hold up the others', async () => {
    const { deps, clock } = openBench();
    const { opened, open } = gate();
    const slow = jobOf('slow', FIVE_MS, () => opened);
    const quick = jobOf('quick', FIVE_MS);
    const quickIsDone = async (times: number) => {
      while (quick.ranAt.length < times || (await lastRun(deps, 'quick'))?.outcome !== 'ok') await turn(deps);
    };
    const scheduler = await startScheduler([slow.job, quick.job], deps);

    const first = scheduler.tick();
    await quickIsDone(1);
    clock.jumpTo(NOON + FIVE_MS);
    await scheduler.tick();
    await quickIsDone(2);

    expect([slow.ranAt.length, quick.ranAt.length, scheduler.idle()]).toEqual([1, 2, false]);
    open();
    await first;
    expect(scheduler.idle()).toBe(true);
    await scheduler.tick();
    expect(slow.ranAt).toEqual([NOON, NOON + FIVE_MS]);
  });

  test('has left its trace before it began, so that a crash shows', async () => {
    const { deps } = openBench();
    const seen: (JobRun | undefined)[] = [];
    const { job } = jobOf('poll', FIVE_MS, async () => void seen.push(await lastRun(deps, 'poll')));

    await (await startScheduler([job], deps)).tick();

    expect(seen).toMatchObject([{ outcome: 'running', dueAt: NOON, startedAt: NOON, finishedAt: null }]);
  });

  test('is waited for when the scheduler stops, and nothing is started any more', async () => {
    const { deps, clock } = openBench();
    const { opened, open } = gate();
    const { job, ranAt } = jobOf('poll', FIVE_MS, () => opened);
    const scheduler = await startScheduler([job], deps);
    void scheduler.tick();
    let stopped = false;

    const stop = scheduler.stop().then(() => {
      stopped = true;
    });
    while (ranAt.length === 0) await turn(deps);
    await turn(deps);
    expect(stopped).toBe(false);
    open();
    await stop;
    clock.jumpTo(NOON + HOUR_MS);
    await scheduler.tick();

    expect(ranAt).toEqual([NOON]);
    expect((await lastRun(deps, 'poll'))?.outcome).toBe('ok');
  });
});

describe('a job that fails', () => {
  test('is recorded with a sentence for people, stops no other and is tried at its next turn', async () => {
    const { deps, clock, logger } = openBench();
    const refusal = new AppError({ code: 'provider_auth', message: 'HTTP 401', publicMessage: 'Renew the key.' });
    const bad = jobOf('bad', FIVE_MS, async (runs) => {
      if (runs === 1) throw refusal;
    });
    const good = jobOf('good', FIVE_MS);
    const scheduler = await startScheduler([bad.job, good.job], deps);

    await scheduler.tick();

    expect(await lastRun(deps, 'bad')).toMatchObject({
      outcome: 'failed',
      problem: 'Renew the key.',
      finishedAt: NOON,
    });
    expect((await lastRun(deps, 'good'))?.outcome).toBe('ok');
    expect(logger.lines.join()).toMatch(/^error job failed .*'bad'/s);
    await scheduler.tick();
    expect(bad.ranAt).toHaveLength(1);
    clock.jumpTo(NOON + FIVE_MS);
    await scheduler.tick();
    expect(await lastRun(deps, 'bad')).toMatchObject({ outcome: 'ok', problem: null });
  });

  test('keeps what a foreign error says to the log', async () => {
    const { deps, logger } = openBench();
    const { job } = jobOf('bad', FIVE_MS, () => Promise.reject(new TypeError('x is not a function')));

    await (await startScheduler([job], deps)).tick();

    expect((await lastRun(deps, 'bad'))?.problem).toMatch(/^Something went wrong/);
    expect(logger.lines.join()).toContain('x is not a function');
  });

  test('also by throwing at once, and a database that refuses the record does not bring the process down', async () => {
    const { deps, logger } = openBench();
    const sudden: Job = {
      name: 'sudden',
      everyMs: () => FIVE_MS,
      run: () => {
        throw new Error('at once');
      },
    };
    const store: Deps['store'] = {
      ...deps.store,
      read: deps.store.read,
      write: () => Promise.reject(new Error('disk full')),
    };

    await new Scheduler([sudden], deps).tick();
    expect((await lastRun(deps, 'sudden'))?.outcome).toBe('failed');
    await new Scheduler([sudden], { ...deps, store }).tick();
    expect(logger.lines.join('\n')).toMatch(/job run not recorded .*disk full/s);
  });
});

describe('after a restart', () => {
  test('on the same file, what ran is not repeated and what was missed is made up for once', async () => {
    const bench = openBench();
    const path = `${temporaryFolder()}/restart.db`;
    const poll = jobOf('poll', FIVE_MS);
    const daily = jobOf('daily', DAY_MS);
    const life = async (now: number, ticks: number) => {
      const { store } = openTestStore({ path });
      const deps: Deps = { ...bench.deps, store, clock: new DrivenClock(now) };
      const scheduler = await startScheduler([poll.job, daily.job], deps);
      for (let tick = 0; tick < ticks; tick += 1) await scheduler.tick();
      await scheduler.stop();
      await store.close();
    };

    await life(NOON, 2);
    await life(NOON + MINUTE_MS, 2);
    await life(NOON + 36 * HOUR_MS + MINUTE_MS, 3);

    expect(poll.ranAt).toEqual([NOON, NOON + 36 * HOUR_MS + MINUTE_MS]);
    expect(daily.ranAt).toEqual([NOON, NOON + 36 * HOUR_MS + MINUTE_MS]);
  });

  const runOf = (fields: Partial<JobRun>): JobRun => ({
    id: 'run_before',
    job: 'daily',
    dueAt: NOON - 12 * HOUR_MS,
    startedAt: NOON - 12 * HOUR_MS,
    finishedAt: null,
    outcome: 'running',
    problem: null,
    ...fields,
  });

  test('a run that a crash cut off is marked as abandoned and made up for, once', async () => {
    const { deps } = openBench();
    await deps.store.write((tx) => tx.jobRuns.put(runOf({})));
    const { job, ranAt } = jobOf('daily', DAY_MS);

    const scheduler = await startScheduler([job], deps);

    expect(await lastRun(deps, 'daily')).toMatchObject({ outcome: 'abandoned', problem: 'the process ended' });
    await scheduler.tick();
    await scheduler.tick();
    expect(ranAt).toEqual([NOON]);
  });

  test('a process that ends again before it could make up for the run leaves it due', async () => {
    const { deps } = openBench();
    await deps.store.write((tx) => tx.jobRuns.put(runOf({})));
    const { job, ranAt } = jobOf('daily', DAY_MS);

    await startScheduler([job], deps);
    const scheduler = await startScheduler([job], deps);
    await scheduler.tick();

    expect(ranAt).toEqual([NOON]);
  });

  test('a run that failed is not repeated before its next turn', async () => {
    const { deps, clock } = openBench();
    await deps.store.write((tx) => tx.jobRuns.put(runOf({ outcome: 'failed', finishedAt: NOON - 12 * HOUR_MS })));
    const { job, ranAt } = jobOf('daily', DAY_MS);

    const scheduler = await startScheduler([job], deps);
    await scheduler.tick();
    expect(ranAt).toEqual([]);
    clock.jumpTo(NOON + 12 * HOUR_MS);
    await scheduler.tick();
    expect(ranAt).toEqual([NOON + 12 * HOUR_MS]);
  });

  test('a run from a clock that was years ahead does not silence the job', async () => {
    const { deps } = openBench();
    const future = NOON + 400 * DAY_MS;
    const run = runOf({ dueAt: future, startedAt: future, finishedAt: future, outcome: 'ok' });
    await deps.store.write((tx) => tx.jobRuns.put(run));
    const { job, ranAt } = jobOf('daily', DAY_MS);

    const scheduler = await startScheduler([job], deps);
    await scheduler.tick();
    await scheduler.tick();

    expect(ranAt).toEqual([NOON]);
    expect(scheduler.nextDueAt()).toBe(NOON + 12 * HOUR_MS);
  });

  test('a clock that was set back by seconds repeats nothing', async () => {
    const { deps } = openBench({ now: NOON - 2_000 });
    await deps.store.write((tx) => tx.jobRuns.put(runOf({ dueAt: NOON, startedAt: NOON, outcome: 'ok' })));
    const { job, ranAt } = jobOf('daily', FIVE_MS);

    const scheduler = await startScheduler([job], deps);
    await scheduler.tick();

    expect(ranAt).toEqual([]);
    expect(scheduler.nextDueAt()).toBe(NOON + FIVE_MS);
  });
});

test('runs of a week ago are forgotten, also by a process that runs for months', async () => {
  const { deps, clock, raw } = openBench();
  const { job } = jobOf('poll', HOUR_MS);
  const scheduler = await startScheduler([job], deps);

  for (let day = 0; day < 30; day += 1) {
    clock.jumpTo(NOON + day * DAY_MS);
    await scheduler.tick();
  }

  const { count } = raw().prepare<[], { count: number }>('SELECT COUNT(*) AS count FROM job_runs').get() ?? {
    count: 0,
  };
  expect(count).toBe(8);
});
