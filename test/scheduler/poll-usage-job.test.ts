import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/domain/time.ts';
import { pollUsageJob } from '../../src/scheduler/jobs/poll-usage.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import { acknowledgeAlert } from '../../src/services/alerts/acknowledge-alert.ts';
import { type Bench, NOON, openBench } from '../support/bench-deps.ts';
import { type FakeProvider, failing, fakeKey, held } from '../support/fake-provider.ts';
import { alertOn } from '../support/findings.ts';
import { ADA } from '../support/requests.ts';

const USD = 1_000_000;

/** Two connections with a key each; `rival` stays quiet. */
async function twoConnections(): Promise<{ bench: Bench; rival: FakeProvider }> {
  const bench = openBench();
  const rival = bench.connect({ id: 'rival' });
  bench.provider.put(fakeKey('key_1'));
  rival.put(fakeKey('key_2'));
  await bench.sync();
  await bench.sync(rival);
  return { bench, rival };
}

/** Ticks at each minute up to `upTo`, as production does, and says in which each connection was polled. */
async function pollMinutes(bench: Bench, upTo: number): Promise<readonly (readonly number[])[]> {
  const scheduler = new Scheduler([pollUsageJob], bench.deps);
  await scheduler.start();
  const polled = bench.providers.map((): number[] => []);
  for (let at = bench.clock.now(); at <= NOON + upTo * MINUTE_MS; at += MINUTE_MS) {
    bench.clock.jumpTo(at);
    const before = bench.providers.map((fake) => fake.callsOf('readUsage').length);
    await scheduler.tick();
    for (const [index, fake] of bench.providers.entries()) {
      if (fake.callsOf('readUsage').length > (before[index] ?? 0)) polled[index]?.push((at - NOON) / MINUTE_MS);
    }
  }
  await scheduler.stop();
  return polled;
}

describe('how often a connection is polled', () => {
  test('without anything odd, at policy’s interval, and nothing wakes in between', async () => {
    const { bench } = await twoConnections();

    expect(await pollMinutes(bench, 11)).toEqual([
      [0, 5, 10],
      [0, 5, 10],
    ]);
    const runs = bench.raw().prepare('SELECT COUNT(*) FROM job_runs').pluck().get();
    expect(runs).toBe(3);
  });

  test('every minute above half of what fires, until it was below for a quarter of an hour; others as ever', async () => {
    const { bench } = await twoConnections();
    // Leaves the rolling hour at 12:04, and is seen to have left at 12:05.
    bench.provider.use.push({ keyId: 'key_1', at: NOON - 56 * MINUTE_MS, tokens: 3 * USD });

    const [hot, cool] = await pollMinutes(bench, 40);

    expect(cool).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40]);
    const minutely = hot?.filter((minute) => minute % 5 !== 0) ?? [];
    expect(minutely.slice(0, 4)).toEqual([1, 2, 3, 4]);
    const last = minutely.at(-1) ?? 0;
    expect(last).toBeGreaterThanOrEqual(18);
    expect(last).toBeLessThan(40);
    expect(hot).toEqual([
      ...Array.from({ length: last + 1 }, (_, minute) => minute),
      ...(cool ?? []).filter((m) => m > last),
    ]);
    expect(await bench.store.read.alerts.unresolved()).toEqual([]);
  });

  test('at policy’s interval below half of what fires', async () => {
    const { bench } = await twoConnections();
    bench.provider.use.push({ keyId: 'key_1', at: NOON - 10 * MINUTE_MS, tokens: 2 * USD });

    expect((await pollMinutes(bench, 10))[0]).toEqual([0, 5, 10]);
  });

  test('every minute while its alert is open or acknowledged and it spends, not for another connection’s alert', async () => {
    const { bench } = await twoConnections();
    bench.provider.use.push({ keyId: 'key_1', at: NOON - 80 * MINUTE_MS, tokens: 1 });
    const alert = await alertOn(bench, 'key_1');
    await pollMinutes(bench, 3);
    await acknowledgeAlert(bench.deps, { actor: ADA, alertId: alert.id });

    const [hot, cool] = await pollMinutes(bench, 30);

    // Far longer than a connection that was near once stays hot.
    expect(hot).toEqual(Array.from({ length: 27 }, (_, index) => index + 4));
    expect(cool).toEqual([5, 10, 15, 20, 25, 30]);
  });

  test('at policy’s interval when what it alerts about has spent nothing for two hours', async () => {
    const { bench } = await twoConnections();
    bench.provider.put(fakeKey('key_3'));
    await bench.sync();
    bench.provider.use.push(
      { keyId: 'key_1', at: NOON - 125 * MINUTE_MS, tokens: 3 * USD },
      { keyId: 'key_3', at: NOON - MINUTE_MS, tokens: 1 },
    );
    await alertOn(bench, 'key_1');

    expect((await pollMinutes(bench, 10))[0]).toEqual([0, 5, 10]);
  });

  test('every minute again as soon as it spends again', async () => {
    const { bench } = await twoConnections();
    await alertOn(bench, 'key_1');
    await pollMinutes(bench, 4);
    bench.provider.use.push({ keyId: 'key_1', at: NOON + 4 * MINUTE_MS, tokens: 1 });

    expect((await pollMinutes(bench, 8))[0]).toEqual([5, 6, 7, 8]);
  });

  test('every minute while an alert runs that cannot be followed', async () => {
    const { bench } = await twoConnections();
    await alertOn(bench, 'key_1');
    bench.provider.script('readUsage', ...Array.from({ length: 9 }, () => failing('provider_unavailable')));

    expect((await pollMinutes(bench, 3))[0]).toEqual([0, 1, 2, 3]);
  });

  test('every minute through an outage of hours, if it spent in the last hours that could be read', async () => {
    const { bench } = await twoConnections();
    bench.provider.use.push({ keyId: 'key_1', at: NOON - MINUTE_MS, tokens: 1 });
    await alertOn(bench, 'key_1');
    await pollMinutes(bench, 0);
    bench.provider.script('readUsage', ...Array.from({ length: 200 }, () => failing('provider_unavailable')));
    bench.clock.jumpTo(NOON + 150 * MINUTE_MS);

    expect((await pollMinutes(bench, 153))[0]).toEqual([150, 151, 152, 153]);
  });

  test('not before the provider wants to be asked again, and never later than policy says', async () => {
    const { bench } = await twoConnections();
    await alertOn(bench, 'key_1');
    bench.provider.script(
      'readUsage',
      failing('provider_rate_limited', { retryAfterMs: 130 * SECOND_MS }),
      failing('provider_rate_limited', { retryAfterMs: HOUR_MS }),
    );

    expect((await pollMinutes(bench, 8))[0]).toEqual([0, 3, 5, 6, 7, 8]);
  });
});

test('a poll that hangs is alone: its connection is not asked again until it has ended', async () => {
  const { bench, rival } = await twoConnections();
  await alertOn(bench, 'key_1');
  const gate = held();
  bench.provider.script('readUsage', gate.answer);
  const scheduler = new Scheduler([pollUsageJob], bench.deps);
  await scheduler.start();
  const first = scheduler.tick();
  await gate.reached;

  for (let minute = 1; minute <= 6; minute += 1) {
    bench.clock.jumpTo(NOON + minute * MINUTE_MS);
    await scheduler.tick();
  }
  expect(bench.provider.callsOf('readUsage')).toHaveLength(1);
  gate.release();
  await first;

  expect(rival.callsOf('readUsage').length).toBeGreaterThan(0);
  expect(scheduler.nextDueAt()).toBeLessThanOrEqual(NOON + 7 * MINUTE_MS);
  await scheduler.stop();
});
