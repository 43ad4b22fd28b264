import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import {
  BACKFILL_MS,
  backfillStart,
  FINE_WINDOW_MS,
  fitWindows,
  planWindows,
  TRAILING_MS,
} from '../../src/domain/window.ts';
import { NOON } from '../support/records.ts';

const NOW = NOON + 7 * MINUTE_MS + 23_456;
const NEXT_MINUTE = NOON + 8 * MINUTE_MS;
const QUARTER_MS = 15 * MINUTE_MS;

describe('planWindows', () => {
  test('at the first start reads 31 days from a day’s start on, the last 26 hours of them by the minute', () => {
    const seam = NOON - 26 * HOUR_MS;

    expect(planWindows(NOW, null)).toEqual([
      { from: NOON - 31 * DAY_MS - 12 * HOUR_MS, to: seam, widthMs: HOUR_MS },
      { from: seam, to: NEXT_MINUTE, widthMs: MINUTE_MS },
    ]);
  });

  test('in daily life reads the last two hours again, from a quarter on', () => {
    expect(planWindows(NOW, NOW - 5 * MINUTE_MS)).toEqual([
      { from: NOON - TRAILING_MS, to: NEXT_MINUTE, widthMs: MINUTE_MS },
    ]);
  });

  test('after 36 hours of downtime reads everything since, the part that is too old for minutes by the hour', () => {
    const seam = NOON - 26 * HOUR_MS;

    expect(planWindows(NOW, NOW - 36 * HOUR_MS)).toEqual([
      { from: NOON - 38 * HOUR_MS, to: seam, widthMs: HOUR_MS },
      { from: seam, to: NEXT_MINUTE, widthMs: MINUTE_MS },
    ]);
  });

  test('after half a year of downtime reads no further back than a first start does', () => {
    expect(planWindows(NOW, NOW - 180 * DAY_MS)).toEqual(planWindows(NOW, null));
  });

  test('a watermark in the future, from a clock that was ahead, is as good as one from now', () => {
    expect(planWindows(NOW, NOW + 400 * DAY_MS)).toEqual(planWindows(NOW, NOW));
  });

  test('on the minute reads up to now and not further', () => {
    expect(planWindows(NOON, NOON).at(-1)?.to).toBe(NOON);
  });
});

describe('any plan', () => {
  const nows = fc.integer({ min: NOON - 400 * DAY_MS, max: NOON + 400 * DAY_MS });
  const watermarks = fc.option(fc.integer({ min: -60 * DAY_MS, max: 2 * DAY_MS }), { nil: null });
  const assertAll = (holds: (plan: ReturnType<typeof planWindows>, now: number, watermark: number | null) => void) =>
    fc.assert(
      fc.property(nows, watermarks, (now, behind) => {
        const watermark = behind === null ? null : now + behind;
        holds(planWindows(now, watermark), now, watermark);
      }),
    );

  test('has windows that are not empty and aligned to their width', () => {
    assertAll((plan) => {
      for (const { from, to, widthMs } of plan) {
        expect(from).toBeLessThan(to);
        expect([from % widthMs, to % widthMs]).toEqual([0, 0]);
      }
    });
  });

  test('covers every instant once, without a gap, up to now', () => {
    assertAll((plan, now) => {
      expect(plan.length).toBeGreaterThan(0);
      plan.slice(1).forEach((window, index) => {
        expect(window.from).toBe(plan[index]?.to);
      });
      const end = plan.at(-1)?.to ?? 0;
      expect(end - now).toBeGreaterThanOrEqual(0);
      expect(end - now).toBeLessThan(MINUTE_MS);
    });
  });

  test('reaches back far enough: past what was read, but no further than the backfill', () => {
    assertAll((plan, now, watermark) => {
      const from = plan[0]?.from ?? 0;
      const oldest = backfillStart(now);
      const known = watermark === null ? oldest : Math.min(now, watermark) - TRAILING_MS;
      expect(from).toBeLessThanOrEqual(Math.max(known, oldest));
      expect(from).toBeGreaterThan(Math.max(known, oldest) - HOUR_MS);
      expect([oldest % DAY_MS, oldest <= now - BACKFILL_MS]).toEqual([0, true]);
    });
  });

  test('reads minutes for the last 26 hours alone, and changes width where stored sums of an hour begin', () => {
    assertAll((plan, now) => {
      for (const { from, to, widthMs } of plan) {
        if (widthMs === HOUR_MS) expect(to).toBeLessThanOrEqual(now - FINE_WINDOW_MS);
        else expect(from).toBeGreaterThan(now - FINE_WINDOW_MS - HOUR_MS);
        expect(from % QUARTER_MS).toBe(0);
      }
    });
  });
});

describe('fitWindows', () => {
  const first = planWindows(NOW, null);
  const today = NOON - 12 * HOUR_MS;

  test('changes nothing for a provider that has minutes and hours', () => {
    expect(fitWindows(first, [HOUR_MS, MINUTE_MS])).toEqual(first);
  });

  test('asks a provider that has days only for whole days, in one window', () => {
    expect(fitWindows(first, [DAY_MS])).toEqual([{ from: today - 31 * DAY_MS, to: today + DAY_MS, widthMs: DAY_MS }]);
  });

  test('never plans two widths for one instant, nor widths that the provider does not have', () => {
    const widths = fc.uniqueArray(fc.constantFrom(MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS), { minLength: 1 });
    const watermarkAgo = fc.option(fc.nat(60 * DAY_MS), { nil: null });

    fc.assert(
      fc.property(widths, watermarkAgo, fc.nat(DAY_MS), (widthsMs, ago, later) => {
        const now = NOON + later;
        const planned = planWindows(now, ago === null ? null : now - ago);
        const fitted = fitWindows(planned, widthsMs);

        let until = -1;
        for (const { from, to, widthMs } of fitted) {
          expect(widthsMs).toContain(widthMs);
          expect([from % widthMs, to % widthMs]).toEqual([0, 0]);
          expect(from).toBeGreaterThanOrEqual(until);
          until = to;
        }
        expect(fitted[0]?.from).toBeLessThanOrEqual(planned[0]?.from ?? 0);
        expect(until).toBeGreaterThanOrEqual(planned.at(-1)?.to ?? 0);
      }),
    );
  });
});
