import { expect, test } from 'vitest';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { NO_TOKENS } from '../../../src/domain/usage.ts';
import type { UsageRow } from '../../../src/ports/store.ts';
import { compactUsage } from '../../../src/services/usage/compact-usage.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, NOON, openBench, storedUsage } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';

const QUARTER_MS = 15 * MINUTE_MS;

function row(startAt: number, widthMs: number, values: Partial<UsageRow> = {}): UsageRow {
  return {
    connectionId: 'fake',
    keyId: 'key_00000001',
    model: 'fake-1',
    endpoint: 'messages',
    variant: '',
    startAt,
    widthMs,
    tokens: { ...NO_TOKENS, output: 1 },
    requests: 1,
    costMicroUsd: 1,
    priceSource: 'listed',
    priceVersion: 'fake 1',
    ...values,
  };
}

async function put(bench: Bench, rows: readonly UsageRow[]): Promise<void> {
  const from = Math.min(...rows.map(({ startAt }) => startAt));
  await bench.store.write((tx) => tx.usage.replaceWindow('fake', { from, to: NOON + 1 }, rows));
}

function stored(bench: Bench) {
  return storedUsage(bench.raw, bench.clock.now()).map(({ start, width, cost }) => [start, width, cost]);
}

test('minutes become quarters after 26 hours, quarters hours after 35 days, hours days after 180', async () => {
  const bench = openBench();
  const minuteEdge = NOON - 26 * HOUR_MS;
  const quarterEdge = NOON - 35 * DAY_MS;
  const hourEdge = floorTo(NOON - 180 * DAY_MS, DAY_MS);
  await put(bench, [
    row(hourEdge - 2 * HOUR_MS, HOUR_MS),
    row(hourEdge - HOUR_MS, HOUR_MS),
    row(hourEdge, HOUR_MS),
    row(quarterEdge - 2 * QUARTER_MS, QUARTER_MS),
    row(quarterEdge - QUARTER_MS, QUARTER_MS),
    row(quarterEdge, QUARTER_MS),
    row(minuteEdge - 2 * MINUTE_MS, MINUTE_MS),
    row(minuteEdge - MINUTE_MS, MINUTE_MS),
    row(minuteEdge, MINUTE_MS),
  ]);

  const folded = await compactUsage(bench.deps);

  expect(folded).toBe(6);
  expect(stored(bench)).toEqual([
    [hourEdge - DAY_MS, DAY_MS, 2],
    [hourEdge, HOUR_MS, 1],
    [quarterEdge - HOUR_MS, HOUR_MS, 2],
    [quarterEdge, QUARTER_MS, 1],
    [minuteEdge - QUARTER_MS, QUARTER_MS, 2],
    [minuteEdge, MINUTE_MS, 1],
  ]);
});

test('minutes stay until the hour is over that they are read in by the minute', async () => {
  const bench = openBench();
  bench.clock.jumpTo(NOON + 50 * MINUTE_MS);
  await put(bench, [row(NOON - 26 * HOUR_MS + 20 * MINUTE_MS, MINUTE_MS)]);

  expect(await compactUsage(bench.deps)).toBe(0);
});

test('a second run at the same time changes nothing', async () => {
  const bench = openBench();
  await put(bench, [row(NOON - 27 * HOUR_MS, MINUTE_MS), row(NOON - 200 * DAY_MS, HOUR_MS)]);
  await compactUsage(bench.deps);
  const before = stored(bench);

  expect(await compactUsage(bench.deps)).toBe(0);
  expect(stored(bench)).toEqual(before);
});

test('sums stay the same to the micro-dollar, whenever it runs in a year', async () => {
  const bench = openBench();
  await put(
    bench,
    Array.from({ length: 200 }, (_, index) =>
      row(NOON - 30 * HOUR_MS + index * 7 * MINUTE_MS, MINUTE_MS, {
        costMicroUsd: index * 13 + 1,
        model: `fake-${index % 3}`,
      }),
    ),
  );
  const sum = () => stored(bench).reduce((total, [, , cost]) => total + Number(cost), 0);
  const before = sum();

  for (const days of [0, 1, 20, 36, 100, 181, 365]) {
    bench.clock.jumpTo(NOON + days * DAY_MS + days * 17 * MINUTE_MS);
    await compactUsage(bench.deps);
    expect(sum()).toBe(before);
  }
  expect(new Set(stored(bench).map(([, width]) => width))).toEqual(new Set([DAY_MS]));
});

test('a poll after downtime replaces what was folded meanwhile, without counting it twice', async () => {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1'));
  bench.provider.use = Array.from({ length: 120 }, (_, index) => ({
    keyId: 'key_1',
    at: NOON - (index + 1) * MINUTE_MS,
    tokens: 1,
  }));
  await bench.sync();
  await pollUsage(bench.deps, bench.provider.port);

  bench.clock.jumpTo(NOON + 27 * HOUR_MS + 20 * MINUTE_MS);
  await compactUsage(bench.deps);
  await pollUsage(bench.deps, bench.provider.port);
  await compactUsage(bench.deps);

  expect(stored(bench)).toEqual([
    [NOON - 2 * HOUR_MS, HOUR_MS, 60],
    [NOON - HOUR_MS, HOUR_MS, 60],
  ]);
});
