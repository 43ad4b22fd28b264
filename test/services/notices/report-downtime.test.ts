import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { pollUsageJob } from '../../../src/scheduler/jobs/poll-usage.ts';
import { describeNotice } from '../../../src/services/notices/describe-notice.ts';
import { noteDowntime } from '../../../src/services/notices/report-downtime.ts';
import { type Bench, later, NOON, openBench } from '../../support/bench-deps.ts';
import { type FakeProvider, failing, fakeKey } from '../../support/fake-provider.ts';
import { poll } from '../../support/polling.ts';
import { notices, sentNotices } from './support.ts';

const USD = 1_000_000;
const DOWN = failing('provider_unavailable');

/** Two connections, polled at noon; then nothing runs for so long, and Keysteward is started again. */
async function startedAfter(ms: number, meanwhile: (bench: Bench, rival: FakeProvider) => void = () => {}) {
  const bench = openBench();
  const rival = bench.connect({ id: 'rival', title: 'Rival AI' });
  bench.provider.put(fakeKey('key_1'));
  rival.put(fakeKey('key_2'));
  await bench.sync();
  await bench.sync(rival);
  await noteDowntime(bench.deps);
  await pollUsageJob.run(bench.deps);
  later(bench, ms);
  meanwhile(bench, rival);
  await noteDowntime(bench.deps);
  return { bench, rival };
}

async function nextRound(bench: Bench): Promise<void> {
  later(bench, 5 * MINUTE_MS);
  await pollUsageJob.run(bench.deps);
}

describe('a start', () => {
  test('for the first time is no downtime', async () => {
    const bench = openBench();
    await noteDowntime(bench.deps);
    await pollUsageJob.run(bench.deps);

    expect(await notices(bench)).toEqual([]);
  });

  test('within two intervals of the last poll is nothing to speak of', async () => {
    const { bench } = await startedAfter(10 * MINUTE_MS);

    expect(await notices(bench)).toEqual([]);
  });

  test('later than that is told once, when all connections were read', async () => {
    const { bench } = await startedAfter(70 * MINUTE_MS);
    expect(sentNotices(bench)).toEqual([]);
    expect(await describeNotice(bench.deps, 'notice_00000001')).toBeUndefined();

    await pollUsageJob.run(bench.deps);
    await nextRound(bench);

    expect(sentNotices(bench)).toEqual(['notice notice_00000001 pending']);
    expect(await describeNotice(bench.deps, 'notice_00000001')).toMatchObject({
      detail: { from: NOON, to: NOON + 70 * MINUTE_MS },
      alerts: [],
      unreadable: [],
    });
    expect(await notices(bench)).toHaveLength(1);
  });

  test('is no downtime where we ran and the provider was dark', async () => {
    const { bench } = await startedAfter(0);
    for (let round = 0; round < 4; round += 1) {
      for (const fake of bench.providers) fake.script('readUsage', DOWN);
      await nextRound(bench);
    }
    later(bench, 2 * MINUTE_MS);

    await noteDowntime(bench.deps);

    expect((await notices(bench)).map(({ kind }) => kind)).toEqual(['blind', 'blind']);
  });

  test('of a version that kept no tries goes by the last complete poll', async () => {
    const bench = openBench();
    await poll(bench);
    later(bench, HOUR_MS);

    await noteDowntime(bench.deps);

    expect(await notices(bench)).toMatchObject([{ kind: 'downtime', detail: { from: NOON } }]);
  });

  test('before all of the last downtime was made up for belongs to it', async () => {
    const { bench, rival } = await startedAfter(HOUR_MS);
    rival.script('readUsage', DOWN);
    await pollUsageJob.run(bench.deps);
    later(bench, HOUR_MS);
    await noteDowntime(bench.deps);

    await pollUsageJob.run(bench.deps);

    expect(await notices(bench)).toMatchObject([{ detail: { from: NOON, to: NOON + 2 * HOUR_MS } }]);
    expect(sentNotices(bench)).toHaveLength(1);
  });

  test('that another one cuts short is one downtime, told once', async () => {
    const { bench } = await startedAfter(HOUR_MS);
    later(bench, HOUR_MS);
    await noteDowntime(bench.deps);

    await pollUsageJob.run(bench.deps);

    expect(await notices(bench)).toMatchObject([{ detail: { from: NOON, to: NOON + 2 * HOUR_MS } }]);
    expect(sentNotices(bench)).toHaveLength(1);
  });
});

describe('the catch-up', () => {
  test('counts the alerts that it opened, each once', async () => {
    const { bench } = await startedAfter(70 * MINUTE_MS, ({ provider, clock }) => {
      provider.use.push({ keyId: 'key_1', at: clock.now() - 10 * MINUTE_MS, tokens: 60 * USD });
    });

    await pollUsageJob.run(bench.deps);

    expect(await describeNotice(bench.deps, 'notice_00000001')).toMatchObject({ alerts: ['KS-1'] });
  });

  test('finds nothing in time that is over: a burst an hour and a half ago does not page', async () => {
    const { bench } = await startedAfter(3 * HOUR_MS, ({ provider, clock }) => {
      provider.use.push(
        { keyId: 'key_1', at: clock.now() - 90 * MINUTE_MS, tokens: 60 * USD },
        { keyId: 'key_1', at: clock.now() - MINUTE_MS, tokens: 1 },
      );
    });

    await pollUsageJob.run(bench.deps);

    expect(await bench.store.read.alerts.unresolved()).toEqual([]);
    expect(await describeNotice(bench.deps, 'notice_00000001')).toMatchObject({ alerts: [] });
  });

  test('waits for a connection that fails at first, and keeps what the others found', async () => {
    const { bench, rival } = await startedAfter(70 * MINUTE_MS, ({ provider, clock }) => {
      provider.use.push({ keyId: 'key_1', at: clock.now() - 10 * MINUTE_MS, tokens: 60 * USD });
    });
    rival.script('readUsage', DOWN, DOWN);

    await pollUsageJob.run(bench.deps);
    await nextRound(bench);
    expect(sentNotices(bench)).toEqual([]);
    await nextRound(bench);

    expect(sentNotices(bench)).toHaveLength(1);
    expect(await describeNotice(bench.deps, 'notice_00000001')).toMatchObject({ alerts: ['KS-1'], unreadable: [] });
  });

  test('does not wait for ever: what cannot be read three times is said', async () => {
    const { bench, rival } = await startedAfter(70 * MINUTE_MS);
    rival.script('readUsage', DOWN, DOWN, DOWN);

    for (let round = 0; round < 3; round += 1) {
      expect(sentNotices(bench)).toEqual([]);
      await nextRound(bench);
    }

    expect(await describeNotice(bench.deps, 'notice_00000001')).toMatchObject({
      unreadable: [{ connectionId: 'rival', title: 'Rival AI', problem: 'The provider says provider_unavailable.' }],
    });
  });

  test('does not wait for a fault of our own either', async () => {
    const { bench } = await startedAfter(70 * MINUTE_MS);
    const broken = { ...bench.deps, detectors: bench.deps.detectors.map((one) => ({ ...one, worthwhile: broke })) };
    bench.provider.use.push({ keyId: 'key_1', at: bench.clock.now() - MINUTE_MS, tokens: 1 });

    for (let round = 0; round < 3; round += 1) {
      await expect(pollUsageJob.run(broken)).rejects.toThrow('broke');
      later(bench, 5 * MINUTE_MS);
    }

    expect(sentNotices(bench)).toHaveLength(1);
  });

  test('does not wait for a connection that is no longer configured', async () => {
    const { bench } = await startedAfter(70 * MINUTE_MS);
    bench.disconnect('rival');

    await pollUsageJob.run(bench.deps);

    expect(sentNotices(bench)).toHaveLength(1);
  });
});

function broke(): boolean {
  throw new Error('broke');
}

describe('36 hours of downtime', () => {
  test('are read as if there had been none: told as a downtime, what burned and ended meanwhile wakes nobody', async () => {
    const { bench } = await startedAfter(36 * HOUR_MS, ({ provider }) => {
      // A theft that ended thirty hours ago, in the part that is read by the hour, and one ten hours ago.
      provider.use = [3, 26].flatMap((hour) =>
        Array.from({ length: 60 }, (_, minute) => ({
          keyId: 'key_1',
          at: NOON + hour * HOUR_MS + minute * MINUTE_MS,
          tokens: 2 * USD,
        })),
      );
    });

    await pollUsageJob.run(bench.deps);
    await nextRound(bench);

    expect(bench.raw().prepare('SELECT SUM(cost_micro_usd) FROM usage').pluck().get()).toBe(240 * USD);
    expect(await bench.store.read.alerts.unresolved()).toEqual([]);
    expect(sentNotices(bench)).toEqual(['notice notice_00000001 pending']);
  });
});
