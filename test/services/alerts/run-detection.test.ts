import { expect, test } from 'vitest';
import type { BoundDetector, DetectorInput } from '../../../src/domain/detector.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { horizonOf, runDetection } from '../../../src/services/alerts/run-detection.ts';
import { pollUsage, SETTLE_MS } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, NOON, openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';

const MICRO_USD = 1_000_000;

async function quietBench(): Promise<Bench> {
  const bench = openBench();
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
    worthwhile: () => true,
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

test('detectors see the lineages that spent lately, with the history that they ask for', async () => {
  const bench = await quietBench();
  const inputs: DetectorInput[] = [];

  await detect(bench, [noting(inputs)]);

  expect(inputs).toHaveLength(2);
  expect(inputs.map(({ knownUntil, completeUntil }) => [knownUntil, completeUntil])).toEqual([
    [NOON - SETTLE_MS, NOON - SETTLE_MS],
    [NOON - SETTLE_MS, NOON - SETTLE_MS],
  ]);
  const minutesAgo = inputs[0]?.usage.map(({ startAt }) => (NOON - startAt) / MINUTE_MS);
  expect(minutesAgo).toEqual([210, 150, 90, 30]);
});

test('a lineage without any cost for two hours is not looked at', async () => {
  const bench = await quietBench();
  bench.provider.use = bench.provider.use.filter(({ keyId, at }) => keyId !== 'key_2' || at < NOON - 3 * HOUR_MS);
  const inputs: DetectorInput[] = [];

  await detect(bench, [noting(inputs)]);

  expect(inputs.map(({ lineage }) => lineage.id)).toEqual([(await bench.keyOf('key_1')).lineageId]);
});

test('nothing is detected before the first complete poll', async () => {
  const bench = await quietBench();
  const inputs: DetectorInput[] = [];
  await pollUsage(bench.deps, bench.provider.port);
  const never = { connectionId: 'fake', polledAt: null, newestUsageAt: NOON, failingSince: NOON, missedPolls: 1 };

  await runDetection({ ...bench.deps, detectors: [noting(inputs)] }, bench.provider.port, { ...never, problem: null });

  expect(inputs).toEqual([]);
});

test.each([
  ['nothing was used lately: known as far as it is complete', NOON - HOUR_MS, NOON - SETTLE_MS],
  ['something was used just now: known up to it', NOON - MINUTE_MS, NOON - MINUTE_MS],
  ['the newest bucket is not over: known up to now', NOON + MINUTE_MS, NOON],
])('%s', (_rule, newestUsageAt, knownUntil) => {
  const watermark = { connectionId: 'fake', polledAt: NOON, failingSince: null, missedPolls: 0, problem: null };

  expect(horizonOf({ ...watermark, newestUsageAt }, NOON)).toEqual({
    now: NOON,
    knownUntil,
    completeUntil: NOON - SETTLE_MS,
  });
});

test('a lineage that no detector could mind is not read', async () => {
  const bench = await quietBench();
  bench.provider.use.push({ keyId: 'key_1', at: NOON - 3 * MINUTE_MS, tokens: 60 * MICRO_USD });
  const inputs: DetectorInput[] = [];
  const told: number[] = [];
  const picky: BoundDetector = {
    ...noting(inputs),
    worthwhile: (recentMicroUsd) => {
      told.push(recentMicroUsd);
      return recentMicroUsd > 50 * MICRO_USD;
    },
  };

  await detect(bench, [picky]);

  const { lineageId } = await bench.keyOf('key_1');
  expect(inputs.map(({ lineage }) => lineage.id)).toEqual([lineageId]);
  expect(told.some((recentMicroUsd) => recentMicroUsd <= 50 * MICRO_USD)).toBe(true);
});
