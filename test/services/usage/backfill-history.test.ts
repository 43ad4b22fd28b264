import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../src/domain/time.ts';
import { runDetection } from '../../../src/services/alerts/run-detection.ts';
import { backfillHistory } from '../../../src/services/usage/backfill-history.ts';
import { compactUsage } from '../../../src/services/usage/compact-usage.ts';
import { hasUnreadHistory } from '../../../src/services/usage/usage-history.ts';
import { type Bench, later, NOON, present } from '../../support/bench-deps.ts';
import { failing, ok } from '../../support/fake-provider.ts';
import { benchToPoll, poll, stored, totalCost } from '../../support/polling.ts';

const MIDNIGHT = NOON - 12 * HOUR_MS;
/** Where the first poll begins. */
const SEAM = MIDNIGHT - 31 * DAY_MS;

function backfill(bench: Bench) {
  bench.provider.windows.length = 0;
  return backfillHistory(bench.deps, bench.provider.port);
}

function history(bench: Bench) {
  return bench.store.read.usageHistory.get('fake');
}

/** A day's use in its first and its last minute, `days` before the seam. */
function dayOfUse(days: number, tokens = 1) {
  const from = SEAM - days * DAY_MS;
  return [from, from + DAY_MS - 1].map((at) => ({ keyId: 'key_1', at, tokens }));
}

async function benchWithHistory(usageHistoryMs = 180 * DAY_MS): Promise<Bench> {
  const bench = await benchToPoll({ usageHistoryMs });
  bench.provider.use = [...dayOfUse(1), ...dayOfUse(40), ...dayOfUse(148), ...dayOfUse(149, 1_000)];
  bench.provider.use.push({ keyId: 'key_1', at: SEAM, tokens: 1 }, { keyId: 'key_1', at: NOON - HOUR_MS, tokens: 1 });
  return bench;
}

describe('the usage from before the first poll', () => {
  test('is read by the day, newest first, from where the hours begin to where the provider’s history ends', async () => {
    const bench = await benchWithHistory();
    await poll(bench);

    await backfill(bench);

    const { windows } = bench.provider;
    expect(new Set(windows.map(({ widthMs }) => widthMs))).toEqual(new Set([DAY_MS]));
    expect([windows[0]?.to, windows.at(-1)?.from]).toEqual([SEAM, MIDNIGHT - 179 * DAY_MS]);
    windows.slice(1).forEach(({ to }, index) => {
      expect(to).toBe(windows[index]?.from);
    });
    expect(stored(bench).map(({ start, width, cost }) => [(start - SEAM) / DAY_MS, width / HOUR_MS, cost])).toEqual([
      [-148, 24, 2],
      [-40, 24, 2],
      [-1, 24, 2],
      [0, 1, 1],
      [(NOON - HOUR_MS - SEAM) / DAY_MS, 1 / 60, 1],
    ]);
    expect(await history(bench)).toMatchObject({ state: 'done', problem: null });
  });

  test('is never read again', async () => {
    const bench = await benchWithHistory();
    await poll(bench);
    await backfill(bench);

    later(bench, 40 * DAY_MS);
    await poll(bench);
    await backfill(bench);
    later(bench, HOUR_MS);
    await backfill(bench);

    expect(bench.provider.windows).toEqual([]);
    expect(await hasUnreadHistory(bench.deps, bench.provider.port)).toBe(false);
  });

  test('waits for the first poll, and for a connection that can be read', async () => {
    const bench = await benchWithHistory();
    await backfill(bench);
    bench.provider.script('readUsage', failing('provider_unavailable'));
    await poll(bench);
    await backfill(bench);

    expect(bench.provider.windows).toEqual([]);
    expect(await hasUnreadHistory(bench.deps, bench.provider.port)).toBe(true);
  });

  test('goes on where an outage or the end of the process stopped it', async () => {
    const bench = await benchWithHistory();
    await poll(bench);
    bench.provider.script('readUsage', ok, ok, failing('provider_unavailable'));

    await expect(backfill(bench)).rejects.toMatchObject({ code: 'provider_unavailable' });
    const stoppedAt = (await history(bench))?.toAt;
    await backfill(bench);

    expect(stoppedAt).toBe(SEAM - 62 * DAY_MS);
    expect(bench.provider.windows[0]?.to).toBe(stoppedAt);
    expect(totalCost(bench)).toBe(8);
  });

  test.each(['provider_rejected', 'provider_not_found'] as const)(
    'is given up where the provider refuses it (%s), with the reason; what was read stays and the polls go on',
    async (code) => {
      const bench = await benchWithHistory();
      await poll(bench);
      bench.provider.script('readUsage', ok, failing(code));

      await backfill(bench);

      expect(await history(bench)).toMatchObject({ state: 'given_up', problem: `The provider says ${code}.` });
      expect(bench.logger.lines).toContainEqual(expect.stringContaining('older usage is refused'));
      expect(totalCost(bench)).toBe(4);
      await backfill(bench);
      expect(bench.provider.windows).toEqual([]);
      expect((await poll(bench)).ok).toBe(true);
      expect(await bench.store.read.watermarks.get('fake')).toMatchObject({ failingSince: null });
    },
  );

  test.each([0, 31])('is nothing where the provider gives %s days', async (days) => {
    const bench = await benchWithHistory(days * DAY_MS);
    await poll(bench);

    await backfill(bench);

    expect(bench.provider.windows).toEqual([]);
    expect(await hasUnreadHistory(bench.deps, bench.provider.port)).toBe(false);
  });

  test('keeps its sums when old buckets are folded', async () => {
    const bench = await benchWithHistory();
    await poll(bench);
    await backfill(bench);
    const before = totalCost(bench);

    for (const days of [0, 1, 30, 170, 200]) {
      bench.clock.jumpTo(NOON + days * DAY_MS);
      await compactUsage(bench.deps);
      expect(bench.raw().prepare('SELECT SUM(cost_micro_usd) FROM usage').pluck().get()).toBe(before);
    }
  });

  test('is no reason to tell of spend, however much was spent in it', async () => {
    const bench = await benchWithHistory();
    bench.provider.use.push(...dayOfUse(2, 900_000_000));
    await poll(bench);
    await backfill(bench);

    const { watermark } = await poll(bench);
    const { findings } = await runDetection(bench.deps, bench.provider.port, watermark);

    // That it sleeps no more is of today; what it spent then is not told.
    expect(findings.map(({ detectorId }) => detectorId)).toEqual(['dormant-awake']);
  });
});

test('after a downtime of months the days that no poll reaches are history, read once, without losing the rest', async () => {
  const bench = await benchToPoll({ usageHistoryMs: 180 * DAY_MS });
  const use = (days: number) => ({ keyId: 'key_1', at: NOON + days * DAY_MS, tokens: 1 });
  bench.provider.use = [use(-50), use(-1)];
  await poll(bench);
  await backfill(bench);
  bench.provider.use.push(use(0.1), use(0.4), use(20), use(59));

  later(bench, 60 * DAY_MS);
  await poll(bench);
  await backfill(bench);

  expect(totalCost(bench)).toBe(6);
  const [{ from, to }] = [present(bench.provider.windows[0])];
  expect([from, to]).toEqual([MIDNIGHT, MIDNIGHT + 29 * DAY_MS]);
  expect(bench.provider.windows).toHaveLength(1);
});
