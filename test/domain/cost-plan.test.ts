import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CostRead, planCostReads } from '../../src/domain/cost-plan.ts';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.ts';

const TODAY = Date.UTC(2026, 10, 22);
const NOW = TODAY + 9 * HOUR_MS;
const HISTORY = 180 * DAY_MS;

function read(fields: Partial<CostRead> = {}): CostRead {
  return {
    connectionId: 'fake',
    availability: 'available',
    perKey: true,
    readAt: TODAY + HOUR_MS,
    fromAt: TODAY - 179 * DAY_MS,
    untilAt: TODAY,
    isHistoryDone: true,
    settledUntil: TODAY,
    failingSince: null,
    problem: null,
    ...fields,
  };
}

/** `kind` and how many days before today a slice begins and ends. */
function plan(before: CostRead | undefined, fields: { keys?: number; days?: number; historyMs?: number } = {}) {
  const slices = planCostReads({ now: NOW, before, historyMs: HISTORY, keys: 10, ...fields });
  return slices.map(({ kind, from, to }) => [kind, (TODAY - from) / DAY_MS, (TODAY - to) / DAY_MS]);
}

describe('what is read', () => {
  test('the first time the last month, then all history, newest first, without a gap', () => {
    expect(plan(undefined)).toEqual([
      ['recent', 31, 0],
      ['history', 62, 31],
      ['history', 93, 62],
      ['history', 124, 93],
      ['history', 155, 124],
      ['history', 179, 155],
    ]);
  });

  test('later in the day three days again, since providers revise', () => {
    expect(plan(read())).toEqual([['recent', 3, 0]]);
  });

  test('the first time of a day a month again: some revise after weeks', () => {
    expect(plan(read({ readAt: TODAY - HOUR_MS, untilAt: TODAY - DAY_MS }))).toEqual([['recent', 31, 0]]);
  });

  test('after a long downtime all that was missed', () => {
    const missed = read({ readAt: TODAY - 50 * DAY_MS, untilAt: TODAY - 50 * DAY_MS });

    expect(plan(missed)).toEqual([
      ['recent', 53, 22],
      ['recent', 22, 0],
    ]);
  });

  test('history goes on where it was left', () => {
    expect(plan(read({ isHistoryDone: false, fromAt: TODAY - 93 * DAY_MS }))).toEqual([
      ['recent', 3, 0],
      ['history', 124, 93],
      ['history', 155, 124],
      ['history', 179, 155],
    ]);
  });

  test('in smaller slices the more keys there are, a day at least', () => {
    expect(plan(read(), { keys: 9_000 })).toEqual([
      ['recent', 3, 2],
      ['recent', 2, 1],
      ['recent', 1, 0],
    ]);
    expect(plan(read(), { keys: 90_000 })).toHaveLength(3);
  });

  test('never what the provider does not keep, nor the day that runs', () => {
    expect(plan(undefined, { historyMs: 7 * DAY_MS })).toEqual([['recent', 6, 0]]);
  });

  test('when a person asks for some days just these, but never with a gap behind', () => {
    expect(plan(read(), { days: 7 })).toEqual([['recent', 7, 0]]);
    expect(plan(read({ untilAt: TODAY - 20 * DAY_MS }), { days: 7 })).toEqual([['recent', 20, 0]]);
    expect(plan(undefined, { days: 7 })).toEqual([['recent', 7, 0]]);
  });
});

test('whatever was read before, the slices join without overlap and what they leave out is known', () => {
  const before = fc.record({ from: fc.integer({ min: 0, max: 400 }), gap: fc.integer({ min: 0, max: 400 }) });
  fc.assert(
    fc.property(fc.option(before), fc.integer({ min: 1, max: 20_000 }), fc.boolean(), (found, keys, isHistoryDone) => {
      const untilAt = found === null ? null : TODAY - found.gap * DAY_MS;
      const fromAt = found === null || untilAt === null ? null : untilAt - found.from * DAY_MS;
      const state = found === null ? undefined : read({ fromAt, untilAt, readAt: untilAt, isHistoryDone });
      const slices = planCostReads({ now: NOW, before: state, historyMs: HISTORY, keys });
      const days = new Set<number>();
      for (const { from, to } of slices) {
        for (let day = from; day < to; day += DAY_MS) {
          expect(days.has(day)).toBe(false);
          days.add(day);
        }
      }
      const wasRead = (day: number) => fromAt !== null && untilAt !== null && day >= fromAt && day < untilAt;
      const oldest = isHistoryDone && fromAt !== null ? Math.max(fromAt, TODAY - 179 * DAY_MS) : TODAY - 179 * DAY_MS;
      for (let day = oldest; day < TODAY; day += DAY_MS) expect(days.has(day) || wasRead(day)).toBe(true);
    }),
  );
});
