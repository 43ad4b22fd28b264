import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { compactUsage } from '../../../src/services/usage/compact-usage.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, NOON } from '../../support/bench-deps.ts';
import type { FakeUse } from '../../support/fake-provider.ts';
import { benchToPoll, stored, totalCost } from '../../support/polling.ts';

/** What our clock says is not what the provider's says. */
function withClock(bench: Bench, ours: number): Bench['deps'] {
  return { ...bench.deps, clock: { now: () => ours, timer: bench.clock.timer } };
}

/** A poll at `real`, by a clock that is `skewMs` off. The provider has published what came before. */
async function pollAt(bench: Bench, use: readonly FakeUse[], { real, skewMs }: { real: number; skewMs: number }) {
  bench.clock.jumpTo(real);
  bench.provider.use = use.filter(({ at }) => at < real);
  bench.provider.windows.length = 0;
  return pollUsage(withClock(bench, real + skewMs), bench.provider.port);
}

const everyTenMinutes = Array.from({ length: 40 * 6 }, (_, index) => ({
  keyId: 'key_1',
  at: NOON - 3 * HOUR_MS + index * 10 * MINUTE_MS + 30_000,
  tokens: 1,
}));
const usedBefore = (at: number) => everyTenMinutes.filter((use) => use.at < at).length;

describe('a clock that is ten minutes off', () => {
  test.each([
    ['behind', -10],
    ['ahead', 10],
  ])('%s reads windows that are not empty and loses nothing', async (_, minutes) => {
    const bench = await benchToPoll();

    for (let real = NOON; real <= NOON + 3 * HOUR_MS; real += 5 * MINUTE_MS) {
      await pollAt(bench, everyTenMinutes, { real, skewMs: minutes * MINUTE_MS });
      expect(bench.provider.windows.every(({ from, to }) => from < to)).toBe(true);
    }

    const known = NOON + 3 * HOUR_MS + Math.min(0, minutes * MINUTE_MS);
    expect(totalCost(bench)).toBe(usedBefore(known));
  });

  test('and is then set right has what the provider dated later than our now', async () => {
    const bench = await benchToPoll();
    await pollAt(bench, everyTenMinutes, { real: NOON + 2 * HOUR_MS, skewMs: -10 * MINUTE_MS });

    await pollAt(bench, everyTenMinutes, { real: NOON + 2 * HOUR_MS, skewMs: 0 });

    expect(totalCost(bench)).toBe(usedBefore(NOON + 2 * HOUR_MS));
  });
});

describe('a clock that was three days ahead and is set right', () => {
  test('loses nothing of the hours in which it polled the future', async () => {
    const bench = await benchToPoll();
    await pollAt(bench, everyTenMinutes, { real: NOON, skewMs: 0 });

    for (let hour = 1; hour <= 12; hour += 1) {
      await pollAt(bench, everyTenMinutes, { real: NOON + hour * HOUR_MS, skewMs: 3 * DAY_MS });
    }
    await pollAt(bench, everyTenMinutes, { real: NOON + 13 * HOUR_MS, skewMs: 0 });

    expect(totalCost(bench)).toBe(usedBefore(NOON + 13 * HOUR_MS));
  });

  test('counts nothing twice where the future was read by the hour and is now read by the minute', async () => {
    const bench = await benchToPoll();
    const real = NOON + 40 * MINUTE_MS;
    await pollAt(bench, everyTenMinutes, { real, skewMs: 3 * DAY_MS });
    expect(stored(bench).every(({ width }) => width === HOUR_MS)).toBe(true);

    await pollAt(bench, everyTenMinutes, { real: real + 5 * MINUTE_MS, skewMs: 0 });

    expect(totalCost(bench)).toBe(usedBefore(real + 5 * MINUTE_MS));
  });

  test('counts nothing twice where the future has folded minutes', async () => {
    const bench = await benchToPoll();
    await pollAt(bench, everyTenMinutes, { real: NOON, skewMs: 0 });
    await compactUsage(withClock(bench, NOON + 40 * DAY_MS));

    await pollAt(bench, everyTenMinutes, { real: NOON + 20 * MINUTE_MS, skewMs: 0 });

    expect(totalCost(bench)).toBe(usedBefore(NOON + 20 * MINUTE_MS));
  });

  test('does not take each poll for one out of turn', async () => {
    const bench = await benchToPoll();
    await pollAt(bench, everyTenMinutes, { real: NOON, skewMs: 3 * DAY_MS });

    await pollAt(bench, everyTenMinutes, { real: NOON + MINUTE_MS, skewMs: 0 });

    expect(bench.provider.windows[0]?.from).toBeLessThanOrEqual(NOON - 2 * HOUR_MS + MINUTE_MS);
  });

  test('reads everything again when nothing was ever used', async () => {
    const bench = await benchToPoll();
    await pollAt(bench, [], { real: NOON, skewMs: 3 * DAY_MS });

    await pollAt(bench, [], { real: NOON + MINUTE_MS, skewMs: 0 });

    expect(bench.provider.windows.map(({ widthMs }) => widthMs)).toEqual([HOUR_MS, MINUTE_MS]);
  });
});
