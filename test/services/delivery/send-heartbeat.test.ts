import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import { pollUsageJob } from '../../../src/scheduler/jobs/poll-usage.ts';
import { sendHeartbeatJob } from '../../../src/scheduler/jobs/send-heartbeat.ts';
import { Scheduler } from '../../../src/scheduler/scheduler.ts';
import { announceAlert } from '../../../src/services/alerts/announce.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { readDeliveries } from '../../../src/services/status/read-deliveries.ts';
import { type Bench, later, noOutlets, openBench } from '../../support/bench-deps.ts';

interface Beating {
  readonly bench: Bench;
  readonly deps: Deps;
  beats: number;
  fails: boolean;
  slack: boolean;
  state(): Promise<{ sentAt: number | null; failingSince: number | null; problem: string | null } | undefined>;
  warnings(): number;
}

function openBeating(): Beating {
  const bench = openBench();
  const beating: Beating = {
    bench,
    beats: 0,
    fails: false,
    slack: true,
    deps: {
      ...bench.deps,
      outlets: {
        ...noOutlets,
        slackReached: () => beating.slack,
        heartbeat: {
          host: 'hc.example',
          async beat() {
            if (beating.fails) {
              throw new AppError({ code: 'webhook_unavailable', message: 'down', publicMessage: 'It is down.' });
            }
            beating.beats += 1;
          },
        },
      },
    },
    state: () => bench.store.read.outlets.get('heartbeat'),
    warnings: () => bench.logger.lines.filter((line) => line.startsWith('warn no heartbeat')).length,
  };
  return beating;
}

describe('the heartbeat', () => {
  test('goes out every five minutes while all is well', async () => {
    const beating = openBeating();
    const scheduler = new Scheduler([pollUsageJob, sendHeartbeatJob], beating.deps);
    await scheduler.start();
    for (let minute = 0; minute < 15; minute += 1) {
      await scheduler.tick();
      later(beating.bench, MINUTE_MS);
    }
    expect(beating.beats).toBe(3);
    expect(await beating.state()).toMatchObject({ failingSince: null, problem: null });
  });

  test('is silent when the polls have stopped, so that somebody notices', async () => {
    const beating = openBeating();
    const scheduler = new Scheduler([pollUsageJob], beating.deps);
    await scheduler.start();
    await scheduler.tick();
    later(beating.bench, 15 * MINUTE_MS);
    await sendHeartbeatJob.run(beating.deps);
    expect(beating.beats).toBe(1);
    later(beating.bench, MINUTE_MS);
    await sendHeartbeatJob.run(beating.deps);
    expect(beating.beats).toBe(1);
    expect((await beating.state())?.problem).toBe('Not sent: usage is not polled.');
  });

  test('is silent while Slack is not reached, or while a message is stuck', async () => {
    const beating = openBeating();
    beating.slack = false;
    await sendHeartbeatJob.run(beating.deps);
    expect((await beating.state())?.problem).toBe('Not sent: Slack cannot be reached.');
    beating.slack = true;
    const { store } = beating.bench;
    await store.write((tx) => announceAlert({ deps: beating.deps, tx }, { id: 'alert_1' }));
    later(beating.bench, 10 * MINUTE_MS);
    await sendHeartbeatJob.run(beating.deps);
    expect(beating.beats).toBe(1);
    later(beating.bench, MINUTE_MS);
    await sendHeartbeatJob.run(beating.deps);
    expect(beating.beats).toBe(1);
    expect((await beating.state())?.problem).toBe('Not sent: messages to Slack are stuck.');
  });

  test('is silent after a poll that failed inside, not after a provider that does not answer', async () => {
    const beating = openBeating();
    const { store, clock } = beating.bench;
    const run = { id: 'run_9', job: 'poll-usage', dueAt: clock.now(), startedAt: clock.now(), finishedAt: clock.now() };
    await store.write((tx) => tx.jobRuns.put({ ...run, outcome: 'failed', problem: 'x' }));
    await sendHeartbeatJob.run(beating.deps);
    expect((await beating.state())?.problem).toBe('Not sent: the last usage poll failed.');
  });

  test('that is not taken is logged once, stands in status, and is no dead letter', async () => {
    const beating = openBeating();
    await sendHeartbeatJob.run(beating.deps);
    const sentAt = beating.bench.clock.now();
    beating.fails = true;
    for (let round = 0; round < 4; round += 1) {
      later(beating.bench, MINUTE_MS);
      await sendHeartbeatJob.run(beating.deps);
    }
    expect(beating.warnings()).toBe(1);
    expect((await readDeliveries(beating.deps)).outlets).toEqual([
      { title: 'Heartbeat', host: 'hc.example', sentAt, failingSince: sentAt + MINUTE_MS, problem: 'It is down.' },
    ]);
    expect(await beating.bench.store.read.outbox.counts()).toEqual({ waiting: 0, dead: 0 });

    beating.fails = false;
    await sendHeartbeatJob.run(beating.deps);
    expect(await beating.state()).toMatchObject({ failingSince: null, problem: null });
  });

  test('without an address nothing happens, and the job is never due', async () => {
    const bench = openBench();
    const scheduler = new Scheduler([pollUsageJob, sendHeartbeatJob], bench.deps);
    await scheduler.start();
    await scheduler.tick();
    expect([...(await bench.store.read.jobRuns.latest()).keys()]).toEqual(['poll-usage']);
    await sendHeartbeatJob.run(bench.deps);
    expect(await bench.store.read.outlets.get('heartbeat')).toBeUndefined();
  });
});
