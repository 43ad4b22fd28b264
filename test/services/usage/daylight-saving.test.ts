import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { compactUsage } from '../../../src/services/usage/compact-usage.ts';
import { clockText, dayAndTime } from '../../../src/slack/views/text.ts';
import { later } from '../../support/bench-deps.ts';
import { benchToPoll, poll } from '../../support/polling.ts';

const CHANGES = [
  ['Europe/Berlin', 'in spring', Date.UTC(2026, 2, 29, 1), '01:59', '03:00'],
  ['Europe/Berlin', 'in autumn', Date.UTC(2026, 9, 25, 1), '02:59', '02:00'],
  ['America/New_York', 'in spring', Date.UTC(2026, 2, 8, 7), '01:59', '03:00'],
  ['America/New_York', 'in autumn', Date.UTC(2026, 10, 1, 6), '01:59', '01:00'],
] as const;

describe.each(CHANGES)('when the clocks of %s change %s', (timezone, _season, change, before, after) => {
  test('every minute is read and counted once, and stays so when it is folded', async () => {
    const bench = await benchToPoll({
      now: change - 30 * MINUTE_MS,
      policy: `calendar: { timezone: ${timezone} }`,
    });
    const use = Array.from({ length: 6 * 60 }, (_, minute) => ({
      keyId: 'key_1',
      at: change + (minute - 180) * MINUTE_MS,
      tokens: 1,
    }));
    const sum = () => bench.raw().prepare('SELECT SUM(cost_micro_usd) FROM usage').pluck().get();

    for (let minutes = -30; minutes <= 180; minutes += 15) {
      bench.clock.jumpTo(change + minutes * MINUTE_MS);
      bench.provider.use = use.filter(({ at }) => at < bench.clock.now());
      await poll(bench);
    }
    expect(sum()).toBe(360);

    for (const days of [1.2, 2, 36, 181]) {
      later(bench, days * DAY_MS);
      await compactUsage(bench.deps);
      expect(sum()).toBe(360);
    }
  });

  test('people read the time of their own clock on both sides of it', () => {
    expect([clockText(change - MINUTE_MS, timezone), clockText(change, timezone)]).toEqual([before, after]);
  });

  test('two instants that their clock shows alike stay two instants in Slack', () => {
    const first = dayAndTime(change - 30 * MINUTE_MS, { timezone });
    const second = dayAndTime(change - 30 * MINUTE_MS + HOUR_MS, { timezone });

    expect(first).not.toBe(second);
  });
});
