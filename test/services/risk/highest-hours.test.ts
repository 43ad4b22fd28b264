import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { highestHours } from '../../../src/services/risk/highest-hours.ts';
import { later, NOON, openBench } from '../../support/bench-deps.ts';
import { usageOf } from '../../support/records.ts';

const USD = 1_000_000;

async function spent(bench: ReturnType<typeof openBench>, keyId: string, hours: readonly [at: number, usd: number][]) {
  for (const [startAt, usd] of hours) {
    const range = { from: startAt, to: startAt + HOUR_MS };
    const row = usageOf({ keyId, startAt, widthMs: HOUR_MS, costMicroUsd: usd * USD });
    await bench.store.write((tx) => tx.usage.replaceWindow('openai-main', range, [row]));
  }
}

test('the dearest hour is that of half a year, and what is dearer since then counts within the hour', async () => {
  const bench = openBench();
  const highest = async () =>
    [...(await highestHours(bench.deps, ['key_1', 'key_2']))].map(([id, most]) => [id, most / USD]);
  await spent(bench, 'key_1', [
    [NOON - 200 * DAY_MS, 50],
    [NOON - 40 * DAY_MS, 5],
    [NOON - DAY_MS, 3],
  ]);
  expect(await highest()).toEqual([['key_1', 5]]);

  await spent(bench, 'key_2', [[NOON, 2]]);
  await spent(bench, 'key_1', [[NOON - 4 * HOUR_MS, 9]]);
  later(bench, 30 * MINUTE_MS);
  expect(await highest()).toEqual([['key_1', 5]]);
  later(bench, 30 * MINUTE_MS);
  expect(await highest()).toEqual([
    ['key_1', 9],
    ['key_2', 2],
  ]);
});

test('all of it is looked at again after a day: what was corrected is gone, and so is what is too old', async () => {
  const bench = openBench();
  const highest = async () => (await highestHours(bench.deps, ['key_1'])).get('key_1');
  await spent(bench, 'key_1', [
    [NOON - 179 * DAY_MS - 23 * HOUR_MS, 50],
    [NOON - DAY_MS, 3],
  ]);
  expect(await highest()).toBe(50 * USD);

  later(bench, 23 * HOUR_MS);
  expect(await highest()).toBe(50 * USD);
  later(bench, 2 * HOUR_MS);
  expect(await highest()).toBe(3 * USD);
});
