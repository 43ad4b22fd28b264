import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { settleUsage } from '../../../src/services/usage/settle-usage.ts';
import { type Bench, later, NOON } from '../../support/bench-deps.ts';
import { failing } from '../../support/fake-provider.ts';
import { benchToPoll, poll, stored, totalCost } from '../../support/polling.ts';

const FRESH = { keyId: 'key_1', at: NOON - MINUTE_MS, tokens: 1 };

function settle(bench: Bench) {
  bench.provider.windows.length = 0;
  return settleUsage(bench.deps, bench.provider.port);
}

describe('a settling read', () => {
  test('covers three days up to where the polls look back to, each instant once and by its width', async () => {
    const bench = await benchToPoll();
    bench.provider.use = [FRESH];
    await poll(bench);

    await settle(bench);

    const { windows } = bench.provider;
    expect([windows[0]?.from, windows.at(-1)?.to]).toEqual([NOON - 3 * DAY_MS, NOON - 2 * HOUR_MS]);
    windows.slice(1).forEach(({ from }, index) => {
      expect(from).toBe(windows[index]?.to);
    });
    expect(windows.map(({ widthMs }) => widthMs)).toEqual([HOUR_MS, MINUTE_MS, MINUTE_MS, MINUTE_MS, MINUTE_MS]);
  });

  test('finds what came late, was corrected and vanished, and leaves what is older and newer alone', async () => {
    const bench = await benchToPoll();
    const at = (hours: number, tokens: number) => ({ keyId: 'key_1', at: NOON - hours * HOUR_MS, tokens });
    bench.provider.use = [FRESH, at(5, 10), at(6, 20), at(30, 30), at(31, 40), at(80, 50)];
    await poll(bench);
    bench.provider.use = [FRESH, at(4, 7), at(6, 15), at(30, 35), at(1, 1_000), at(80, 1_000)];

    await settle(bench);

    expect(stored(bench).map(({ start, cost }) => [(NOON - start) / HOUR_MS, cost])).toEqual([
      [80, 50],
      [30, 35],
      [6, 15],
      [4, 7],
      [1 / 60, 1],
    ]);
  });

  test('does nothing before the first poll, nor while the connection cannot be read', async () => {
    const bench = await benchToPoll();
    await settle(bench);
    expect(bench.provider.windows).toEqual([]);

    await poll(bench);
    bench.provider.script('readUsage', failing('provider_auth'));
    await poll(bench);
    await settle(bench);

    expect(bench.provider.windows).toEqual([]);
  });

  test('that fails is no blindness: it says so to its job, and what it had read stays', async () => {
    const bench = await benchToPoll();
    bench.provider.use = [FRESH];
    await poll(bench);
    bench.provider.use.push({ keyId: 'key_1', at: NOON - 50 * HOUR_MS, tokens: 5 });
    bench.provider.script('readUsage', { kind: 'ok' }, failing('provider_unavailable'));

    await expect(settle(bench)).rejects.toMatchObject({ code: 'provider_unavailable' });

    expect(await bench.store.read.watermarks.get('fake')).toMatchObject({ failingSince: null, polledAt: NOON });
    expect(totalCost(bench)).toBe(6);
  });
});

describe('a provider that publishes nothing for hours', () => {
  const use = (hour: number) => ({ keyId: 'key_1', at: NOON + hour * HOUR_MS, tokens: 1 });

  test('is read back to where it stopped, so that all of it is there at the first poll after', async () => {
    const bench = await benchToPoll();
    bench.provider.use = [use(-0.5)];
    await poll(bench);
    for (let minute = 5; minute <= 4 * 60; minute += 5) {
      later(bench, 5 * MINUTE_MS);
      await poll(bench);
    }

    bench.provider.use.push(use(0.25), use(1), use(2), use(3));
    later(bench, 5 * MINUTE_MS);
    await poll(bench);

    expect(totalCost(bench)).toBe(5);
  });

  test('is not read back for ever: a connection that nobody uses costs six hours of minutes', async () => {
    const bench = await benchToPoll();
    bench.provider.use = [use(-40)];
    await poll(bench);
    bench.provider.windows.length = 0;

    later(bench, 5 * MINUTE_MS);
    await poll(bench);

    expect(bench.provider.windows[0]?.from).toBe(NOON - 6 * HOUR_MS);
  });
});
