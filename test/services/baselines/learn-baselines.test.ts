import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { learnDue, learnNow } from '../../../src/services/baselines/learn-baselines.ts';
import { learningOf } from '../../../src/services/baselines/learning.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { openStore } from '../../../src/store/open.ts';
import { countingIds } from '../../../src/system/ids.ts';
import { type Bench, type BenchOptions, later, NOON, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { alertOf } from '../../support/records.ts';
import { testSign } from '../../support/store.ts';

const MICRO_USD = 1_000_000;
const MIDNIGHT = NOON - 12 * HOUR_MS;

/** A key that spends a dollar at half past ten of each of the last days, and one that nobody ever used. */
async function learningBench({
  days = 20,
  ...options
}: BenchOptions & { readonly days?: number } = {}): Promise<Bench> {
  const bench = openBench(options);
  bench.provider.put(fakeKey('key_1', { label: 'steady' }), fakeKey('key_2', { label: 'unused' }));
  for (let day = 1; day <= days; day += 1) use(bench, MIDNIGHT - day * DAY_MS + 10.5 * HOUR_MS);
  await bench.sync();
  await poll(bench);
  return bench;
}

function use({ provider }: Bench, at: number, tokens = MICRO_USD, keyId = 'key_1'): void {
  provider.use.push({ keyId, at, tokens });
}

async function poll(bench: Bench): Promise<void> {
  await pollUsage(bench.deps, bench.provider.port);
}

async function baselineOf(bench: Bench, providerKeyId = 'key_1') {
  const { lineageId } = await bench.keyOf(providerKeyId);
  return (await bench.store.baselines(bench.deps.breathe)).get(lineageId);
}

test('what a lineage did on the days before today becomes its baseline', async () => {
  const bench = await learningBench();
  use(bench, NOON - HOUR_MS, 50 * MICRO_USD);
  await poll(bench);

  expect(await learnDue(bench.deps)).toBe(1);

  expect(await baselineOf(bench)).toMatchObject({
    until: MIDNIGHT,
    daysLearned: 20,
    dailyCost: { mean: MICRO_USD, deviation: 0, max: MICRO_USD },
    knownModels: ['fake-1'],
    lastUsedAt: MIDNIGHT - DAY_MS,
  });
  expect(await baselineOf(bench, 'key_2')).toBeUndefined();
});

test('nothing is learned of a connection that was never read', async () => {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1', { lastUsedAt: NOON - DAY_MS }));
  await bench.sync();

  expect(await learnDue(bench.deps)).toBe(0);
});

test('what was used is learned again in the night, when the day has settled, and not twice', async () => {
  const bench = await learningBench();
  await learnDue(bench.deps);
  use(bench, NOON + HOUR_MS, 3 * MICRO_USD);

  bench.clock.jumpTo(MIDNIGHT + DAY_MS + 30 * MINUTE_MS);
  await poll(bench);
  expect(await learnDue(bench.deps)).toBe(0);
  later(bench, HOUR_MS);
  await poll(bench);
  expect(await learnDue(bench.deps)).toBe(1);
  expect(await learnDue(bench.deps)).toBe(0);

  expect(await baselineOf(bench)).toMatchObject({ until: MIDNIGHT + DAY_MS, dailyCost: { max: 3 * MICRO_USD } });
});

test('what was not used since is learned again after a week, and keeps when it was used last', async () => {
  const bench = await learningBench();
  await learnDue(bench.deps);
  const learnedAt: number[] = [];
  for (let day = 1; day <= 40; day += 1) {
    later(bench, DAY_MS);
    await poll(bench);
    if ((await learnDue(bench.deps)) > 0) learnedAt.push(day);
  }

  expect(learnedAt).toEqual([7, 14, 21, 28, 35]);
  expect(await baselineOf(bench)).toMatchObject({ daysLearned: 0, days: [], lastUsedAt: MIDNIGHT - DAY_MS });
});

test('midnight is that of policy’s time zone', async () => {
  const bench = await learningBench({ policy: 'calendar: { timezone: Asia/Kolkata }' });

  await learnDue(bench.deps);

  expect(await baselineOf(bench)).toMatchObject({ until: MIDNIGHT - 5.5 * HOUR_MS, dailyCost: { mean: MICRO_USD } });
});

test('a rotation does not reset what is usual', async () => {
  const bench = await learningBench();
  const old = await bench.keyOf('key_1');
  bench.provider.put(fakeKey('key_3', { label: 'new' }));
  await bench.sync();
  const next = await bench.keyOf('key_3');
  await bench.store.write((tx) => tx.keys.update({ ...next, lineageId: old.lineageId }));
  use(bench, NOON, 2 * MICRO_USD, 'key_3');
  bench.clock.jumpTo(NOON + DAY_MS);
  await poll(bench);

  await learnDue(bench.deps);

  expect(await baselineOf(bench)).toMatchObject({ daysLearned: 21, dailyCost: { max: 2 * MICRO_USD } });
});

test('the days of a confirmed incident are left out; when people say that it was them, they are learned at once', async () => {
  const bench = await learningBench();
  const incidentAt = MIDNIGHT - 3 * DAY_MS + 20 * HOUR_MS;
  use(bench, incidentAt, 90 * MICRO_USD);
  bench.clock.jumpTo(NOON + HOUR_MS);
  const { lineageId, id: keyId } = await bench.keyOf('key_1');
  await bench.store.write((tx) =>
    tx.usage.replaceWindow('fake', { from: incidentAt, to: incidentAt + HOUR_MS }, [
      {
        connectionId: 'fake',
        keyId,
        model: 'model-a',
        endpoint: 'completions',
        variant: '',
        startAt: incidentAt,
        widthMs: HOUR_MS,
        tokens: { uncachedInput: 1, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 },
        requests: 1,
        costMicroUsd: 90 * MICRO_USD,
        priceSource: 'listed',
        priceVersion: 'fake 1',
      },
    ]),
  );
  const closed = { startedAt: incidentAt, closedAt: incidentAt + 2 * HOUR_MS, state: 'resolved' as const };
  const incident = alertOf({ lineageId, keyId, ...closed, containedAt: incidentAt + HOUR_MS });
  const said = { alertId: incident.id, actor: 'slack:T1/U1', detail: {} };
  await bench.store.write(async (tx) => {
    await tx.alerts.insert(incident);
    await tx.alerts.addEvent({ ...said, id: 'event_0', at: incidentAt + HOUR_MS, kind: 'action_requested' });
  });

  await learnDue(bench.deps);
  expect(await baselineOf(bench)).toMatchObject({ daysLearned: 19, dailyCost: { max: MICRO_USD } });

  later(bench, MINUTE_MS);
  await bench.store.write(async (tx) => {
    await tx.alerts.update({ ...incident, verdict: 'legitimate' });
    await tx.alerts.addEvent({ ...said, id: 'event_1', at: bench.clock.now(), kind: 'expected' });
  });
  later(bench, MINUTE_MS);
  expect(await learnDue(bench.deps)).toBe(1);
  expect(await learnDue(bench.deps)).toBe(0);
  expect(await baselineOf(bench)).toMatchObject({ daysLearned: 20, dailyCost: { max: 91 * MICRO_USD } });
});

test('on demand a lineage is learned now, others are not', async () => {
  const bench = await learningBench();
  await learnDue(bench.deps);
  later(bench, HOUR_MS);

  expect(await learnNow(bench.deps, [(await bench.keyOf('key_1')).lineageId])).toBe(1);

  expect(await baselineOf(bench)).toMatchObject({ computedAt: NOON + HOUR_MS });
});

test('after a restart what was learned is there, and what another process learns is seen', async () => {
  const bench = await learningBench();
  await learnDue(bench.deps);
  const { lineageId } = await bench.keyOf('key_1');
  const learned = present(await baselineOf(bench));
  const path = (bench.raw().pragma('database_list') as { file: string }[])[0]?.file ?? '';
  const other = openStore({ path, ids: countingIds(), sign: testSign, durable: false });
  try {
    expect((await other.baselines(bench.deps.breathe)).get(lineageId)).toEqual(learned);
    await other.write((tx) => tx.baselines.put(lineageId, { ...learned, daysLearned: 21 }));
  } finally {
    await other.close();
  }

  expect(await baselineOf(bench)).toMatchObject({ daysLearned: 21 });
});

test('what rolls back was not learned', async () => {
  const bench = await learningBench();
  await learnDue(bench.deps);
  const { lineageId } = await bench.keyOf('key_1');
  const learned = present(await baselineOf(bench));
  const put = (daysLearned: number) =>
    bench.store.write((tx) => tx.baselines.put(lineageId, { ...learned, daysLearned }));
  const failing = bench.store.write(async (tx) => {
    await tx.baselines.put(lineageId, { ...learned, daysLearned: 1 });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await baselineOf(bench)).toMatchObject({ daysLearned: 20 });

  await put(21);
  expect(await baselineOf(bench)).toMatchObject({ daysLearned: 21 });
});

test('below seven days a key that is used is being learned', async () => {
  const bench = await learningBench({ days: 3 });
  const of = async (id: string) =>
    learningOf(bench.deps, { key: await bench.keyOf(id), lineage: await bench.lineageOf(id) });
  expect(await of('key_1')).toBe(0);

  await learnDue(bench.deps);

  expect(await of('key_1')).toBe(3);
  expect(await of('key_2')).toBeNull();
});
