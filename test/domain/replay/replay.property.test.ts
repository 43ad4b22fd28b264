import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROFILES } from '../../../src/domain/profile.ts';
import { replay } from '../../../src/domain/replay/replay.ts';
import type { LineageSeries } from '../../../src/domain/replay/series.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { brief, POLLS, type Point, START, seriesOf, split } from './series-support.ts';

const RUNS = { numRuns: 40 };
const profile = fc.constantFrom(...PROFILES);
const HOURS = 20 * 24;

/** A usual level with a rhythm, gaps, bursts, and now and then another model. */
const traffic = fc
  .record({
    level: fc.constantFrom(0.02, 0.2, 1, 3),
    night: fc.constantFrom(0, 0.3, 1),
    silent: fc.uniqueArray(fc.nat(HOURS - 1), { maxLength: 200 }),
    bursts: fc.array(
      fc.record({
        hour: fc.nat(HOURS - 1),
        usd: fc.constantFrom(1, 4.5, 7, 15, 60, 300),
        model: fc.constantFrom('model-a', 'model-b'),
        endpoint: fc.constantFrom('completions', 'images'),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ level, night, silent, bursts }): readonly Point[] => {
    const gaps = new Set(silent);
    const usual = Array.from({ length: HOURS }, (_, hour) => ({
      at: START + hour * HOUR_MS,
      // Nothing lies exactly on a threshold, where the last digit of a sum decides.
      usd: level * (hour % 24 < 8 ? night : 1) * (1 + ((hour * 37) % 11) / 97),
      requests: 1 + (hour % 7),
    }));
    const extra = bursts.map(({ hour, usd, ...rest }) => ({ ...rest, at: START + hour * HOUR_MS, usd: usd * 1.0137 }));
    return [...usual.filter((_, hour) => !gaps.has(hour)), ...merged(extra)];
  });

/** One bucket an instant, model and endpoint, as every source gives them. */
function merged(points: readonly Point[]): readonly Point[] {
  const sums = new Map<string, Point>();
  for (const point of points) {
    const name = `${point.at} ${point.model} ${point.endpoint}`;
    sums.set(name, { ...point, usd: point.usd + (sums.get(name)?.usd ?? 0) });
  }
  return [...sums.values()];
}

test('the order of streams does not matter', () => {
  fc.assert(
    fc.property(traffic, profile, (points, which) => {
      const series = seriesOf(points, HOUR_MS);
      const turned = { ...series, streams: series.streams.toReversed() };

      expect(brief(replay(turned, { profile: which, ...POLLS }))).toEqual(
        brief(replay(series, { profile: which, ...POLLS })),
      );
    }),
    RUNS,
  );
});

test('narrower buckets of the same hours say the same to who looks by the hour', () => {
  const polls = { pollMs: HOUR_MS, lagMs: 0 };
  fc.assert(
    fc.property(traffic, profile, fc.constantFrom(4, 12), (points, which, parts) => {
      const wide = replay(seriesOf(points, HOUR_MS), { profile: which, ...polls });
      const narrow = replay(seriesOf(split(points, HOUR_MS, parts), HOUR_MS / parts), { profile: which, ...polls });

      expect(brief(narrow)).toEqual(brief(wide));
    }),
    RUNS,
  );
});

test('a shift by whole weeks shifts what is told, and nothing else', () => {
  fc.assert(
    fc.property(traffic, profile, fc.integer({ min: -200, max: 200 }), (points, which, weeks) => {
      const byMs = weeks * 7 * DAY_MS;
      const shifted = points.map((point) => ({ ...point, at: point.at + byMs }));
      const told = replay(seriesOf(shifted, HOUR_MS), { profile: which, ...POLLS });

      const back = told.map((one) => ({ ...one, at: one.at - byMs }));
      expect(brief(back)).toEqual(brief(replay(seriesOf(points, HOUR_MS), { profile: which, ...POLLS })));
    }),
    RUNS,
  );
});

test('in another currency, floors aside, the same is told', () => {
  // Every floor far below what is spent, and every bound in dollars far above: ratios alone decide.
  const settings = {
    'spend-acceleration': { floor_usd: 1e-9, critical_usd: 1e12 },
    'cost-spike': { floor_usd: 1e-9 },
    'slow-drift': { floor_usd: 1e-9 },
  };
  fc.assert(
    fc.property(traffic, fc.constantFrom(0.5, 3, 20), (points, factor) => {
      const dearer = points.map((point) => ({ ...point, usd: point.usd * factor }));
      const told = (some: readonly Point[]) =>
        brief(replay(seriesOf(some, HOUR_MS), { profile: 'strict', settings, ...POLLS }));

      expect(told(dearer)).toEqual(told(points));
    }),
    RUNS,
  );
});

test('nothing that a file can hold makes it throw', () => {
  const value = fc.oneof(fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY, -1, 1e15), fc.double());
  const stream = fc
    .record({
      points: fc.array(fc.record({ minute: fc.nat(60 * 24 * 40), cost: value, requests: value }), { maxLength: 30 }),
      widthMs: fc.constantFrom(MINUTE_MS, 7 * MINUTE_MS, HOUR_MS, DAY_MS),
      counted: fc.boolean(),
    })
    .map(({ points, widthMs, counted }) => {
      const sorted = points.toSorted((a, b) => a.minute - b.minute);
      return {
        model: 'model-a',
        endpoint: 'completions',
        startAt: Float64Array.from(sorted, ({ minute }) => START + minute * MINUTE_MS),
        widthMs,
        costMicroUsd: Float64Array.from(sorted, ({ cost }) => cost),
        requests: counted ? Float64Array.from(sorted, ({ requests }) => requests) : null,
      };
    });
  const anySeries: fc.Arbitrary<LineageSeries> = fc
    .array(stream, { maxLength: 3 })
    .map((streams) => ({ key: 'prod-api', streams }));
  fc.assert(
    fc.property(anySeries, profile, (series, which) => {
      for (const one of replay(series, { profile: which, ...POLLS })) {
        expect(Number.isFinite(one.at)).toBe(true);
        expect(Number.isFinite(one.until)).toBe(true);
      }
    }),
    RUNS,
  );
});

test('a constant series tells nothing once it is known', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 0.01, 1, 4.9, 30), profile, (usd, which) => {
      const points = Array.from({ length: HOURS }, (_, hour) => ({ at: START + hour * HOUR_MS, usd }));
      const told = replay(seriesOf(points, HOUR_MS), { profile: which, ...POLLS });

      expect(told.filter(({ at }) => at > START + 2 * DAY_MS)).toEqual([]);
    }),
  );
});
