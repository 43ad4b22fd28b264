import { expect, test } from 'vitest';
import type { BoundDetector, DetectorInput, Glance } from '../../../src/domain/detector.ts';
import { NEAR } from '../../../src/domain/pace.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { Store, UsageRepo } from '../../../src/ports/store.ts';
import { horizonOf } from '../../../src/services/alerts/horizon.ts';
import { runDetection } from '../../../src/services/alerts/run-detection.ts';
import { learnDue } from '../../../src/services/baselines/learn-baselines.ts';
import { readEvents } from '../../../src/services/events/read-events.ts';
import { pollUsage, SETTLE_MS } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, type BenchOptions, later, NOON, openBench } from '../../support/bench-deps.ts';
import { fakeEvent, fakeKey } from '../../support/fake-provider.ts';
import { usageOf } from '../../support/records.ts';

const MICRO_USD = 1_000_000;

async function quietBench(options: BenchOptions = {}): Promise<Bench> {
  const bench = openBench(options);
  bench.provider.put(fakeKey('key_1', { label: 'leaky' }), fakeKey('key_2', { label: 'steady' }), fakeKey('key_3'));
  for (let hour = 1; hour <= 30; hour += 1) {
    for (const keyId of ['key_1', 'key_2']) {
      bench.provider.use.push({ keyId, at: NOON - hour * HOUR_MS + 30 * MINUTE_MS, tokens: MICRO_USD });
    }
  }
  await bench.sync();
  return bench;
}

async function detect(bench: Bench, detectors = bench.deps.detectors) {
  const { watermark } = await pollUsage(bench.deps, bench.provider.port);
  return runDetection({ ...bench.deps, detectors }, bench.provider.port, watermark);
}

/** Notes what it is given and finds nothing. */
function noting(inputs: DetectorInput[]): BoundDetector {
  return {
    id: 'noting',
    title: 'Noting',
    historyMs: 4 * HOUR_MS,
    occasion: 'usage',
    worthwhile: ({ recentModels }) => recentModels.length > 0,
    detect: (input) => {
      inputs.push(input);
      return [];
    },
    nearness: () => 0,
  };
}

test('usual spend leads to nothing', async () => {
  const bench = await quietBench();

  expect(await detect(bench)).toMatchObject({ findings: [], alertIds: [] });
  expect(bench.outbox()).toEqual([]);
});

test('a burst leads to one alert of its lineage, however often it is seen', async () => {
  const bench = await quietBench();
  bench.provider.use.push({ keyId: 'key_1', at: NOON - 3 * MINUTE_MS, tokens: 60 * MICRO_USD });

  await detect(bench);
  bench.clock.jumpTo(NOON + 5 * MINUTE_MS);
  await detect(bench);

  const alerts = await bench.store.read.alerts.unresolved();
  expect(alerts).toMatchObject([
    { severity: 'critical', keyId: (await bench.keyOf('key_1')).id, startedAt: NOON - 3 * MINUTE_MS },
  ]);
  expect(bench.outbox()).toHaveLength(1);
});

test('detectors see the lineages that spent lately, with a day and more of their history', async () => {
  const bench = await quietBench();
  const inputs: DetectorInput[] = [];

  await detect(bench, [noting(inputs)]);

  expect(inputs).toHaveLength(2);
  // The newest usage is of half past eleven.
  const newestEnd = NOON - 29 * MINUTE_MS;
  expect(inputs.map(({ knownUntil, completeUntil }) => [knownUntil, completeUntil])).toEqual([
    [newestEnd, newestEnd],
    [newestEnd, newestEnd],
  ]);
  const minutesAgo = inputs[0]?.usage.map(({ startAt }) => (NOON - startAt) / MINUTE_MS);
  // A day and the hours that a day is told late.
  expect(minutesAgo?.slice(-4)).toEqual([210, 150, 90, 30]);
  expect(minutesAgo?.[0]).toBeGreaterThanOrEqual(29 + 27 * 60);
});

test('the history of a lineage that was not used for two hours is not read where no detector wants it', async () => {
  const bench = await quietBench();
  bench.provider.use = bench.provider.use.filter(({ keyId, at }) => keyId !== 'key_2' || at < NOON - 3 * HOUR_MS);
  const inputs: DetectorInput[] = [];

  await detect(bench, [noting(inputs)]);

  expect(inputs.map(({ lineage }) => lineage.id)).toEqual([(await bench.keyOf('key_1')).lineageId]);
});

test('every lineage is glanced at, with what is known of it without its history', async () => {
  const bench = await quietBench();
  bench.provider.use.push({ keyId: 'key_1', at: NOON - 10 * MINUTE_MS, tokens: 7, model: 'mystery-2' });
  const glances: Glance[] = [];
  const glancing = { ...noting([]), worthwhile: (glance: Glance) => glances.push(glance) < 0 };

  await detect(bench, [glancing]);
  expect(glances).toHaveLength(3);
  const [leaky, steady, unused] = glances;
  const day = { knownUntil: NOON - 9 * MINUTE_MS, dayMs: 12 * HOUR_MS - 9 * MINUTE_MS };
  expect(leaky).toMatchObject({ ...day, recentModels: ['fake-1', 'mystery-2'], recentEndpoints: ['messages'] });
  expect(steady).toMatchObject({ ...day, recentMicroUsd: (2 * MICRO_USD) / NEAR, dayMicroUsd: 12 * MICRO_USD });
  expect(unused).toMatchObject({ recentMicroUsd: 0, dayMicroUsd: 0, recentModels: [], usedBeforeAt: null });
});

test('a day is added up whole, minute by minute, and late usage of its hours is seen in the end', async () => {
  const bench = await quietBench();
  const glances: Glance[] = [];
  const glancing = { ...noting([]), worthwhile: (glance: Glance) => glances.push(glance) < 0 };
  await detect(bench, [glancing]);
  const { id: keyId } = await bench.keyOf('key_2');
  // What a provider publishes late, and settling stores.
  await bench.store.write((tx) =>
    tx.usage.replaceWindow('fake', { from: NOON - 11 * HOUR_MS, to: NOON - 10 * HOUR_MS }, [
      usageOf({
        connectionId: 'fake',
        keyId,
        startAt: NOON - 11 * HOUR_MS,
        widthMs: HOUR_MS,
        costMicroUsd: 5 * MICRO_USD,
      }),
    ]),
  );

  for (let pass = 0; pass < 12; pass += 1) {
    later(bench, 5 * MINUTE_MS);
    await detect(bench, [glancing]);
  }

  expect(glances.at(-2)).toMatchObject({ dayMicroUsd: (12 - 1 + 5) * MICRO_USD });
});

test('when a lineage was used before is known from what was learned, and from sums by day where nothing was', async () => {
  const bench = await quietBench();
  bench.provider.use = bench.provider.use.filter(({ keyId }) => keyId !== 'key_2');
  bench.provider.use.push(
    { keyId: 'key_2', at: NOON - 20 * DAY_MS, tokens: 5 },
    { keyId: 'key_2', at: NOON - HOUR_MS, tokens: 5 },
  );
  const inputs: DetectorInput[] = [];
  const usedBefore = async () => {
    const { id } = await bench.lineageOf('key_2');
    return inputs.findLast(({ lineage }) => lineage.id === id)?.usedBeforeAt;
  };

  await detect(bench, [noting(inputs)]);
  expect(await usedBefore()).toBe(NOON - 20 * DAY_MS - 12 * HOUR_MS);

  await learnDue(bench.deps);
  await detect(bench, [noting(inputs)]);
  expect(await usedBefore()).toBe(NOON - 20 * DAY_MS - 12 * HOUR_MS);
});

test('detectors get the baseline that was learned and the factor that was picked', async () => {
  const bench = await quietBench();
  const lineage = await bench.lineageOf('key_1');
  const inputs: DetectorInput[] = [];
  const own = async () => inputs.findLast(({ lineage: { id } }) => id === lineage.id);
  await detect(bench, [noting(inputs)]);
  expect(await own()).toMatchObject({ baseline: null, ownRatio: null });

  await learnDue(bench.deps);
  await bench.store.write((tx) =>
    tx.lineages.update({ ...lineage, ownRatio: { ratio: 8, by: 'slack:T1/U1', at: NOON } }),
  );
  await detect(bench, [noting(inputs)]);

  expect(await own()).toMatchObject({ baseline: { dailyCost: { max: 18 * MICRO_USD } }, ownRatio: 8 });
});

test('a history is read once in half an hour and yet ends with the newest minute', async () => {
  const bench = await quietBench();
  const inputs: DetectorInput[] = [];
  const reads: string[] = [];
  const deps = { ...bench.deps, store: countingReads(bench.store, reads), detectors: [noting(inputs)] };
  const pass = async () => {
    const { watermark } = await pollUsage(bench.deps, bench.provider.port);
    await runDetection(deps, bench.provider.port, watermark);
  };

  await pass();
  later(bench, MINUTE_MS);
  bench.provider.use.push({ keyId: 'key_1', at: bench.clock.now() - MINUTE_MS, tokens: 7 });
  await pass();
  expect(reads).toEqual(['ofKeysFolded']);
  const { id } = await bench.lineageOf('key_1');
  expect(inputs.findLast(({ lineage }) => lineage.id === id)?.usage.at(-1)).toMatchObject({ costMicroUsd: 7 });

  later(bench, 30 * MINUTE_MS);
  await pass();
  expect(reads).toHaveLength(2);
});

test('strict tells what is found as it is found, and reads no past for it', async () => {
  const find = async (policy: string) => {
    const bench = await quietBench({ policy });
    bench.provider.use.push({ keyId: 'key_1', at: NOON - 3 * MINUTE_MS, tokens: 60 * MICRO_USD });
    const reads: string[] = [];
    const deps = { ...bench.deps, store: countingReads(bench.store, reads) };
    const detectors = deps.detectors.filter(({ id }) => id === 'spend-acceleration');
    const pass = async () => {
      const { watermark } = await pollUsage(bench.deps, bench.provider.port);
      return runDetection({ ...deps, detectors }, bench.provider.port, watermark);
    };
    await pass();
    const first = reads.length;
    later(bench, MINUTE_MS);
    const { findings } = await pass();
    return { first, second: reads.length - first, severity: findings[0]?.severity };
  };

  expect(await find('detection: { profile: strict }')).toEqual({ first: 1, second: 0, severity: 'critical' });
  // The past once, with what is new since; the second time what is new alone.
  expect(await find('')).toMatchObject({ first: 3, second: 1 });
});

/** The same store; notes each read of a history that is folded. */
function countingReads(store: Store, reads: string[]): Store {
  const usage: UsageRepo = {
    ...store.read.usage,
    ofKeysFolded(...wanted) {
      reads.push('ofKeysFolded');
      return store.read.usage.ofKeysFolded(...wanted);
    },
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'read') return { ...target.read, usage };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('nothing is detected before the first complete poll', async () => {
  const bench = await quietBench();
  const inputs: DetectorInput[] = [];
  await pollUsage(bench.deps, bench.provider.port);
  const never = { connectionId: 'fake', polledAt: null, newestUsageAt: NOON, failingSince: NOON, missedPolls: 1 };

  await runDetection({ ...bench.deps, detectors: [noting(inputs)] }, bench.provider.port, { ...never, problem: null });

  expect(inputs).toEqual([]);
});

test.each([
  ['something was used just now: known up to it', NOON - MINUTE_MS, NOON - MINUTE_MS, NOON - SETTLE_MS],
  ['the newest bucket is not over: known up to now', NOON + MINUTE_MS, NOON, NOON - SETTLE_MS],
  ['late data: known and complete up to the newest usage', NOON - 40 * MINUTE_MS, NOON - 40 * MINUTE_MS, null],
  ['nothing for hours is idleness: known and complete up to an hour ago', NOON - 3 * HOUR_MS, NOON - HOUR_MS, null],
  ['nothing was ever used: known and complete up to an hour ago', null, NOON - HOUR_MS, null],
])('%s', (_rule, newestUsageAt, knownUntil, completeUntil) => {
  const watermark = { connectionId: 'fake', polledAt: NOON, failingSince: null, missedPolls: 0, problem: null };

  expect(horizonOf({ ...watermark, newestUsageAt }, NOON)).toEqual({
    now: NOON,
    knownUntil,
    completeUntil: completeUntil ?? knownUntil,
  });
});

test('a lineage that no detector could mind is not read', async () => {
  const bench = await quietBench();
  bench.provider.use.push({ keyId: 'key_1', at: NOON - 3 * MINUTE_MS, tokens: 60 * MICRO_USD });
  const inputs: DetectorInput[] = [];
  const told: number[] = [];
  const picky: BoundDetector = {
    ...noting(inputs),
    worthwhile: ({ recentMicroUsd }) => {
      told.push(recentMicroUsd);
      return recentMicroUsd > 50 * MICRO_USD;
    },
  };

  await detect(bench, [picky]);

  const { lineageId } = await bench.keyOf('key_1');
  expect(inputs.map(({ lineage }) => lineage.id)).toEqual([lineageId]);
  expect(told.some((recentMicroUsd) => recentMicroUsd <= 50 * MICRO_USD)).toBe(true);
});

test('detectors see what the provider’s own log tells of a lineage and of the place that it is in', async () => {
  const bench = await quietBench({ hasEventLog: true });
  bench.provider.put(fakeKey('key_4', { scopeId: 'ws_2' }));
  bench.provider.use.push({ keyId: 'key_4', at: NOON - HOUR_MS, tokens: MICRO_USD, scopeId: 'ws_2' });
  await bench.sync();
  const at = (hours: number) => NOON - hours * HOUR_MS;
  bench.provider.events = [
    fakeEvent(at(25), { keyId: 'key_1' }),
    fakeEvent(at(23), { keyId: 'key_1', keyChange: 'updated', detail: { ip: '192.0.2.7' } }),
    fakeEvent(at(3), { keyId: 'key_unknown', scopeId: 'ws_1', keyChange: 'created' }),
    fakeEvent(at(2), { keyId: 'key_2' }),
    fakeEvent(at(1)),
  ];
  await readEvents(bench.deps, bench.provider.port);
  const inputs: DetectorInput[] = [];

  await detect(bench, [noting(inputs)]);

  const ours = (await bench.keyOf('key_1')).id;
  const seen = async (key: string) => {
    const { lineageId } = await bench.keyOf(key);
    return inputs.find(({ lineage }) => lineage.id === lineageId)?.events;
  };
  const place = { ...fakeEvent(at(3), { scopeId: 'ws_1', keyChange: 'created' }), keyId: null };
  expect(await seen('key_1')).toEqual([
    fakeEvent(at(23), { keyId: ours, keyChange: 'updated', detail: { ip: '192.0.2.7' } }),
    place,
  ]);
  expect(await seen('key_2')).toEqual([place, fakeEvent(at(2), { keyId: (await bench.keyOf('key_2')).id })]);
  expect(await seen('key_4')).toEqual([]);
});

test('a long history comes whole and without an overlap: minutes of the newest hours, quarters before', async () => {
  const bench = await quietBench();
  for (let minute = 1; minute <= 20 * 60; minute += 1) {
    bench.provider.use.push({ keyId: 'key_1', at: NOON - minute * MINUTE_MS, tokens: minute });
  }
  const inputs: DetectorInput[] = [];

  await detect(bench, [{ ...noting(inputs), historyMs: 30 * HOUR_MS }]);

  const leaky = await bench.lineageOf('key_1');
  const usage = inputs.find(({ lineage }) => lineage.id === leaky.id)?.usage ?? [];
  const sum = usage.reduce((total, { costMicroUsd }) => total + costMicroUsd, 0);
  expect(sum).toBe(30 * MICRO_USD + (20 * 60 * (20 * 60 + 1)) / 2);
  usage.slice(1).forEach(({ startAt }, index) => {
    const before = usage[index];
    expect(startAt).toBeGreaterThanOrEqual((before?.startAt ?? 0) + (before?.widthMs ?? 0));
  });
  const widthAt = (at: number) =>
    usage.find(({ startAt, widthMs }) => startAt <= at && at < startAt + widthMs)?.widthMs;
  expect(widthAt(NOON - 2 * HOUR_MS)).toBe(MINUTE_MS);
  expect(widthAt(NOON - 5 * HOUR_MS)).toBe(15 * MINUTE_MS);
});
