import { describe, expect, test } from 'vitest';
import { burnOf, dollars, inOrder } from '../../../../src/sandbox/page/client/logic/burn.ts';
import type { TrueKey } from '../../../../src/sandbox/page/protocol.ts';

const HOUR_MS = 3_600_000;
const CHART = { bucketMs: HOUR_MS / 2, endsAt: [HOUR_MS / 2, HOUR_MS, HOUR_MS * 1.5, HOUR_MS * 2] };

function key(name: string, given: Partial<TrueKey> = {}): TrueKey {
  return {
    id: name,
    name,
    hint: 'sk-…',
    provider: 'openai',
    scope: 'Staging',
    state: 'active',
    stolenAt: null,
    spentMicroUsd: [1e6, 2e6, 3e6, 4e6],
    spentTodayMicroUsd: 0,
    stolenMicroUsd: 0,
    ...given,
  };
}

describe('the chart', () => {
  test('adds up, so that a stopped key turns flat', () => {
    const { series } = burnOf(
      { chart: CHART, keys: [key('a', { spentMicroUsd: [5e6, 5e6, 0, 0] })] },
      { mode: 'total', spanMs: 48 * HOUR_MS },
    );

    expect(series[0]?.dollars).toEqual([5, 10, 10, 10]);
  });

  test('tells dollars an hour, whatever the width of a bucket', () => {
    const { series } = burnOf({ chart: CHART, keys: [key('a')] }, { mode: 'pace', spanMs: 48 * HOUR_MS });

    expect(series[0]?.dollars).toEqual([2, 4, 6, 8]);
  });

  test('begins where the chosen span begins', () => {
    const { seconds, series } = burnOf({ chart: CHART, keys: [key('a')] }, { mode: 'total', spanMs: HOUR_MS });

    expect(seconds).toEqual([5400, 7200]);
    expect(series[0]?.dollars).toEqual([3, 7]);
  });

  test('leaves out keys that spent nothing, but never a stolen one, which is drawn last', () => {
    const quiet = { spentMicroUsd: [0, 0, 0, 0] };
    const keys = [key('stolen', { ...quiet, stolenAt: 1 }), key('idle', quiet), key('busy')];

    expect(burnOf({ chart: CHART, keys }, { mode: 'total', spanMs: HOUR_MS }).series.map(({ id }) => id)).toEqual([
      'busy',
      'stolen',
    ]);
  });

  test('stands when nothing has been measured yet', () => {
    const empty = { chart: { bucketMs: 0, endsAt: [] }, keys: [key('a', { spentMicroUsd: [] })] };

    expect(burnOf(empty, { mode: 'pace', spanMs: HOUR_MS })).toEqual({ seconds: [], series: [] });
  });
});

test('the stolen key comes first, then who spends most', () => {
  const keys = [key('a', { spentTodayMicroUsd: 1 }), key('b', { spentTodayMicroUsd: 9 }), key('c', { stolenAt: 1 })];

  expect(inOrder(keys).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
});

test.each([
  [0, '$0.00'],
  [4_000, '<$0.01'],
  [1_234_567, '$1.23'],
  [265_400_000, '$265'],
  [11_800_000_000, '$11,800'],
])('%i micro-dollars read %s', (microUsd, text) => {
  expect(dollars(microUsd)).toBe(text);
});
