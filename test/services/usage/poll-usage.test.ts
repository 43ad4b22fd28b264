import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { UsageWindow } from '../../../src/ports/provider.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { later, NOON } from '../../support/bench-deps.ts';
import { failing } from '../../support/fake-provider.ts';
import { benchToPoll, poll, stored, totalCost } from '../../support/polling.ts';
import { watchWrites } from '../../support/watch-writes.ts';

describe('what is read', () => {
  test('the first poll reads 31 days and the rest of the first by the hour, the last 26 hours by the minute', async () => {
    const bench = await benchToPoll();

    await poll(bench);

    expect(withoutCuts(bench.provider.windows)).toEqual([
      { from: NOON - 31 * DAY_MS - 12 * HOUR_MS, to: NOON - 26 * HOUR_MS, widthMs: HOUR_MS },
      { from: NOON - 26 * HOUR_MS, to: NOON, widthMs: MINUTE_MS },
    ]);
  });

  test('a provider that has days only is asked for days only, and what it says is kept by the day', async () => {
    const bench = await benchToPoll();
    bench.provider.use = [{ keyId: 'key_1', at: NOON - HOUR_MS, tokens: 7 }];
    const daily = { ...bench.provider.port, usageWidthsMs: [DAY_MS] };

    for (const minutes of [0, 5]) {
      later(bench, minutes * MINUTE_MS);
      expect((await pollUsage(bench.deps, daily)).ok).toBe(true);
    }

    const midnight = NOON + 12 * HOUR_MS;
    expect(bench.provider.windows).toEqual([
      { from: midnight - 32 * DAY_MS, to: midnight, widthMs: DAY_MS },
      { from: midnight - DAY_MS, to: midnight, widthMs: DAY_MS },
    ]);
    expect(stored(bench)).toMatchObject([{ start: midnight - DAY_MS, width: DAY_MS, cost: 7 }]);
  });

  test('the next poll reads the trailing two hours again, by the minute', async () => {
    const bench = await benchToPoll();
    await poll(bench);
    bench.provider.windows.length = 0;

    later(bench, 5 * MINUTE_MS);
    await poll(bench);

    expect(bench.provider.windows).toEqual([
      { from: NOON - 2 * HOUR_MS, to: NOON + 5 * MINUTE_MS, widthMs: MINUTE_MS },
    ]);
  });

  test('a poll between two turns reads half an hour; the turn after it looks two hours back again', async () => {
    const bench = await benchToPoll();
    await poll(bench);
    bench.provider.windows.length = 0;

    for (const minute of [1, 4, 5]) {
      bench.clock.jumpTo(NOON + minute * MINUTE_MS);
      await poll(bench);
    }

    expect(bench.provider.windows).toEqual([
      { from: NOON - 30 * MINUTE_MS, to: NOON + MINUTE_MS, widthMs: MINUTE_MS },
      { from: NOON - 30 * MINUTE_MS, to: NOON + 4 * MINUTE_MS, widthMs: MINUTE_MS },
      { from: NOON - 2 * HOUR_MS, to: NOON + 5 * MINUTE_MS, widthMs: MINUTE_MS },
    ]);
  });

  test('36 hours of downtime are made up for: by the hour what is old, by the minute what is not, without a gap', async () => {
    const bench = await benchToPoll();
    bench.provider.use = [{ keyId: 'key_1', at: NOON - HOUR_MS, tokens: 7 }];
    await poll(bench);
    bench.provider.windows.length = 0;
    bench.provider.use.push(
      { keyId: 'key_1', at: NOON + 3 * HOUR_MS + 61_000, tokens: 5 },
      { keyId: 'key_1', at: NOON + 35 * HOUR_MS, tokens: 3 },
    );

    later(bench, 36 * HOUR_MS);
    const { ok } = await poll(bench);

    expect(ok).toBe(true);
    expect(withoutCuts(bench.provider.windows)).toEqual([
      { from: NOON - 2 * HOUR_MS, to: NOON + 10 * HOUR_MS, widthMs: HOUR_MS },
      { from: NOON + 10 * HOUR_MS, to: NOON + 36 * HOUR_MS, widthMs: MINUTE_MS },
    ]);
    expect(stored(bench).map(({ start, width, cost }) => [start - NOON, width, cost])).toEqual([
      [-HOUR_MS, HOUR_MS, 7],
      [3 * HOUR_MS, HOUR_MS, 5],
      [35 * HOUR_MS, MINUTE_MS, 3],
    ]);
  });
});

describe('what a re-read does', () => {
  test('late, grown, shrunk and vanished buckets end up as the provider shows them last', async () => {
    const bench = await benchToPoll();
    const at = (minutes: number) => NOON - minutes * MINUTE_MS;
    bench.provider.use = [
      { keyId: 'key_1', at: at(10), tokens: 10 },
      { keyId: 'key_1', at: at(9), tokens: 20 },
      { keyId: 'key_1', at: at(8), tokens: 30 },
    ];
    await poll(bench);

    later(bench, 5 * MINUTE_MS);
    // Out of order on purpose.
    bench.provider.use = [
      { keyId: 'key_1', at: at(7), tokens: 40 },
      { keyId: 'key_1', at: at(9), tokens: 15 },
      { keyId: 'key_1', at: at(10), tokens: 11 },
      { keyId: 'key_1', at: at(90), tokens: 5 },
    ];
    await poll(bench);

    expect(stored(bench).map(({ start, cost }) => [(NOON - start) / MINUTE_MS, cost])).toEqual([
      [90, 5],
      [10, 11],
      [9, 15],
      [7, 40],
    ]);
  });

  test('usage from before the trailing window stays', async () => {
    const bench = await benchToPoll();
    const recent = { keyId: 'key_1', at: NOON - HOUR_MS, tokens: 5 };
    bench.provider.use = [{ keyId: 'key_1', at: NOON - 3 * HOUR_MS, tokens: 10 }, recent];
    await poll(bench);

    later(bench, 5 * MINUTE_MS);
    bench.provider.use = [recent];
    await poll(bench);

    expect(totalCost(bench)).toBe(15);
  });

  test('a bucket in several parts is one row with their sum', async () => {
    const bench = await benchToPoll();
    const at = NOON - 10 * MINUTE_MS;
    bench.provider.use = [
      { keyId: 'key_1', at, tokens: 10, scopeId: 'ws_1' },
      { keyId: 'key_1', at, tokens: 10, scopeId: 'ws_2' },
    ];

    await poll(bench);

    expect(stored(bench)).toMatchObject([{ cost: 20, requests: 2 }]);
  });

  test('each kind of token is summed for itself', async () => {
    const bench = await benchToPoll();
    const at = NOON - 10 * MINUTE_MS;
    const counts = { uncachedInput: 1, cachedInput: 2, cacheWrite5m: 3, cacheWrite1h: 4 };
    bench.provider.use = [
      { keyId: 'key_1', at, tokens: 5, counts },
      { keyId: 'key_1', at, tokens: 5, counts },
    ];

    await poll(bench);

    const keyIds = [(await bench.keyOf('key_1')).id];
    const [bucket] = await bench.store.read.usage.ofKeys(keyIds, { from: 0, to: NOON });
    const doubled = { uncachedInput: 2, cachedInput: 4, cacheWrite5m: 6, cacheWrite1h: 8, output: 10 };
    expect([bucket?.tokens, bucket?.costMicroUsd]).toEqual([doubled, 30]);
  });

  test('requests that one part does not count are unknown for the sum', async () => {
    const bench = await benchToPoll();
    const at = NOON - 10 * MINUTE_MS;
    bench.provider.use = [
      { keyId: 'key_1', at, tokens: 10 },
      { keyId: 'key_1', at, tokens: 10, requests: null },
    ];

    await poll(bench);

    expect(stored(bench)).toMatchObject([{ cost: 20, requests: null }]);
  });

  test('writes no usage and no key when the provider says the same again', async () => {
    const bench = await benchToPoll();
    bench.provider.use = [{ keyId: 'key_1', at: NOON - 10 * MINUTE_MS, tokens: 10 }];
    await poll(bench);
    const writes = watchWrites(bench.raw(), ['usage', 'keys', 'audit', 'outbox']);

    later(bench, 5 * MINUTE_MS);
    await poll(bench);

    expect(writes()).toEqual([]);
  });
});

describe('a poll that fails', () => {
  test('on its second window changes nothing of that window, and goes on from there', async () => {
    const bench = await benchToPoll();
    const recent = { keyId: 'key_1', at: NOON - HOUR_MS, tokens: 10 };
    bench.provider.use = [recent];
    await poll(bench);
    later(bench, 36 * HOUR_MS);
    const oldUse = { keyId: 'key_1', at: NOON + HOUR_MS, tokens: 5 };
    bench.provider.use = [recent, oldUse, { keyId: 'key_1', at: NOON + 35 * HOUR_MS, tokens: 3 }];

    bench.provider.script('readUsage', { kind: 'ok' }, failing('provider_unavailable'));
    const { ok, watermark } = await poll(bench);

    expect(ok).toBe(false);
    const storedUntil = NOON + 10 * HOUR_MS;
    expect(watermark).toMatchObject({
      polledAt: storedUntil,
      missedPolls: 1,
      newestUsageAt: NOON - HOUR_MS + MINUTE_MS,
    });
    expect(stored(bench).map(({ cost }) => cost)).toEqual([10, 5]);

    bench.provider.windows.length = 0;
    await poll(bench);
    expect(bench.provider.windows[0]?.from).toBeGreaterThanOrEqual(storedUntil - 7 * HOUR_MS);
    expect(stored(bench).map(({ cost }) => cost)).toEqual([10, 5, 3]);
  });

  test('is blindness since the first miss, with its reason, until a poll succeeds', async () => {
    const bench = await benchToPoll();
    await poll(bench);
    const watermark = () => bench.store.read.watermarks.get('fake');
    bench.provider.script(
      'readUsage',
      failing('provider_unavailable'),
      failing('provider_auth'),
      failing('provider_rate_limited'),
    );

    for (let miss = 1; miss <= 3; miss += 1) {
      later(bench, 5 * MINUTE_MS);
      await poll(bench);
      expect(await watermark()).toMatchObject({
        polledAt: NOON,
        failingSince: NOON + 5 * MINUTE_MS,
        missedPolls: miss,
      });
    }
    expect(await watermark()).toMatchObject({ problem: 'The provider says provider_rate_limited.' });

    later(bench, 5 * MINUTE_MS);
    const { ok } = await poll(bench);

    expect(ok).toBe(true);
    expect(await watermark()).toEqual({
      connectionId: 'fake',
      polledAt: NOON + 20 * MINUTE_MS,
      newestUsageAt: null,
      failingSince: null,
      missedPolls: 0,
      problem: null,
    });
    expect(bench.logger.lines.filter((line) => line.startsWith('warn usage poll failed'))).toHaveLength(3);
    expect(bench.logger.lines).toContainEqual(expect.stringContaining('usage is readable again'));
  });

  test('for the first time of all leaves no watermark to start from', async () => {
    const bench = await benchToPoll();
    bench.provider.script('readUsage', failing('provider_auth'));

    await poll(bench);
    await poll(bench);

    const [refused, ...read] = bench.provider.windows;
    expect(refused?.from).toBe(NOON - 31 * DAY_MS - 12 * HOUR_MS);
    expect(withoutCuts(read).map(({ widthMs }) => widthMs)).toEqual([HOUR_MS, MINUTE_MS]);
  });

  test('says nothing of what went wrong inside', async () => {
    const bench = await benchToPoll();
    bench.provider.script('readUsage', { kind: 'fails', error: new TypeError('secret detail') });

    const { watermark } = await poll(bench);

    expect(watermark.problem).not.toContain('secret detail');
    expect(bench.logger.lines).toContainEqual(expect.stringContaining('secret detail'));
  });
});

/** A long window is read in pieces; what counts is what they cover together. */
function withoutCuts(windows: readonly UsageWindow[]): readonly UsageWindow[] {
  const whole: UsageWindow[] = [];
  for (const window of windows) {
    const last = whole.at(-1);
    if (last?.to === window.from && last.widthMs === window.widthMs)
      whole[whole.length - 1] = { ...last, to: window.to };
    else whole.push(window);
  }
  return whole;
}

describe('what providers are known to do', () => {
  const USED = [10, 9, 8].map((minutes) => ({ keyId: 'key_1', at: NOON - minutes * MINUTE_MS, tokens: minutes }));

  test('buckets out of order are the same rows as buckets in order', async () => {
    const inOrder = await benchToPoll();
    const reversed = await benchToPoll();
    inOrder.provider.use = USED;
    reversed.provider.use = [...USED].reverse();

    await poll(inOrder);
    await poll(reversed);

    expect(stored(reversed)).toEqual(stored(inOrder));
  });

  test('a month’s edge is an hour like any other: nothing is lost or doubled at midnight of the first', async () => {
    const edge = Date.UTC(2026, 8, 1);
    const bench = await benchToPoll({ now: edge + 40 * MINUTE_MS });
    const around = [-61, -60, -1, 0, 1, 39].map((minute) => ({
      keyId: 'key_1',
      at: edge + minute * MINUTE_MS,
      tokens: 1,
    }));
    bench.provider.use = around.filter(({ at }) => at < edge);
    await poll(bench);

    bench.provider.use = around;
    later(bench, 5 * MINUTE_MS);
    await poll(bench);

    expect(stored(bench).map(({ start }) => (start - edge) / MINUTE_MS)).toEqual([-61, -60, -1, 0, 1, 39]);
  });
});
