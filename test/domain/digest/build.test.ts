import { describe, expect, test } from 'vitest';
import { buildDigest, type DigestFacts } from '../../../src/domain/digest/build.ts';
import { unionLength } from '../../../src/domain/digest/spans.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { digestFacts, fullestDigest, fullestFacts, NINE, rowFacts } from '../../support/digests.ts';

const USD = 1_000_000;

function built(fields: Partial<DigestFacts> = {}) {
  return buildDigest(digestFacts(fields));
}

describe('the score', () => {
  test('is told with its change against the week before and the weeks that compare', () => {
    const past = digestFacts().past.map((one, index) => (index === 6 ? { ...one, score: 97 } : one));
    const card = built({ past });

    expect(card).toMatchObject({ score: 100, scoreChange: 3, isNewFormula: false });
    expect(card.trend.map(({ score }) => score)).toEqual([100, 100, 100, 100, 100, 100, 97, 100]);
  });

  test('has no change in the first week, nor where the week before was not told', () => {
    expect(built({ past: [] })).toMatchObject({ scoreChange: null, isNewFormula: false });
    expect(built({ past: digestFacts().past.slice(0, -1) })).toMatchObject({ scoreChange: null });
    expect(built({ past: [] }).trend.map(({ score }) => score)).toEqual([...Array(7).fill(null), 100]);
  });

  test('that is counted in a new way is no drop: nothing compares, and that is said', () => {
    const past = digestFacts().past.map((one) => ({ ...one, score: 55, scoreVersion: 0 }));
    const card = built({ past });

    expect(card).toMatchObject({ score: 100, scoreChange: null, isNewFormula: true, isQuiet: false });
    expect(card.trend.map(({ score }) => score)).toEqual([...Array(7).fill(null), 100]);
  });
});

describe('nothing to say', () => {
  test('is a quiet week, with the usual money', () => {
    expect(built().isQuiet).toBe(true);
    expect(built({ rowFacts: [], money: { ...digestFacts().money, atRiskMicroUsd: 0 } }).isQuiet).toBe(true);
  });

  const facts = digestFacts();
  const happenings: readonly [string, Partial<DigestFacts>][] = [
    ['blind hours', { data: { ...facts.data, blindMs: 1, blind: [{ title: 'A', ms: 1, isOver: true }] } }],
    ['an alert', { alerts: { ...facts.alerts, opened: 1 } }],
    ['something that was found and told nobody', { alerts: { ...facts.alerts, quiet: 1 } }],
    [
      'a revocation that is not done',
      { rotations: { ...facts.rotations, pending: [{ slug: 'a', since: 1, hangs: false }] } },
    ],
    ['a rotation', { rotations: { ...facts.rotations, done: 1 } }],
    ['a key that could do with a cap', { rowFacts: [rowFacts('a', { capped: false })] }],
    ['nobody to call', { paged: { first: [], admins: [], isNobody: true } }],
    ['a key that nobody claims', { unclaimed: ['a'] }],
    ['twice the money', { money: { ...facts.money, beforeMicroUsd: 20 * USD } }],
    ['half the money', { money: { ...facts.money, beforeMicroUsd: 80 * USD } }],
    ['a lower score', { past: facts.past.map((one) => ({ ...one, score: 99 })) }],
    ['a digest that is late', { madeAt: NINE + DAY_MS }],
  ];
  test.each(happenings)('is not a week with %s', (_name, fields) => {
    expect(built(fields).isQuiet).toBe(false);
  });
});

describe('three things to do', () => {
  const whys = (fields: Partial<DigestFacts>) => built(fields).actions.map(({ why, slug }) => `${why} ${slug}`);

  test('are what burns, what hangs, what takes most off the risk; then what costs most points, each remedy once', () => {
    expect(fullestDigest().actions.map(({ why, act, slug, count }) => [why, act, slug, count])).toEqual([
      ['alert', 'show', 'team-0-service', 1],
      ['revocation', 'show', 'team-2-service', 1],
      ['cap_scope', 'cap', 'team-1-service', 1],
    ]);
    const { actions, ...rest } = fullestFacts();
    const calm = buildDigest({ ...rest, actions: { ...actions, unanswered: [], hanging: [] } });
    // `capped` costs the most points, and is mended by the cap that is told already.
    expect(calm.actions.map(({ why }) => why)).toEqual(['cap_scope', 'owned', 'used']);
    expect(calm.moreActions).toBe(2);
  });

  test('name the dearest key and how many there are', () => {
    const rows = [
      rowFacts('cheap', { owned: false }, { spentMicroUsd: 1 }),
      rowFacts('dear', { owned: false }, { spentMicroUsd: 9 * USD }),
      rowFacts('fine'),
    ];
    expect(built({ rowFacts: rows }).actions).toEqual([
      expect.objectContaining({ why: 'owned', act: 'claim', slug: 'dear', count: 2, points: 3.2 }),
    ]);
  });

  test('leave a change out that takes next to nothing off', () => {
    const change = { kind: 'stop_key', slug: 'a', keyId: 'key_a', capMicroUsd: null } as const;
    const rows = [rowFacts('a')];
    const asked = (savesMicroUsd: number) =>
      whys({ rowFacts: rows, actions: { change: { ...change, savesMicroUsd }, unanswered: [], hanging: [] } });
    expect(asked(44 * USD)).toEqual([]);
    expect(asked(46 * USD)).toEqual(['stop_key a']);
  });
});

test('a digest that is late says so, one that is a few minutes after its time does not', () => {
  expect(built({ madeAt: NINE + 10 * MINUTE_MS }).lateMs).toBe(0);
  expect(built({ madeAt: NINE + 3 * HOUR_MS }).lateMs).toBe(3 * HOUR_MS);
});

test('answers and lags are told by their median and p95; without any there is none', () => {
  const card = fullestDigest();
  expect(card.alerts).toMatchObject({ answered: 3, medianAnswerMs: 6 * MINUTE_MS });
  expect(card.data.latency).toEqual({ p50Ms: 6 * MINUTE_MS, p95Ms: 11 * MINUTE_MS, samples: 4 });
  const none = built({ data: { ...digestFacts().data, lagsMs: [] } });
  expect([none.alerts.medianAnswerMs, none.data.latency]).toEqual([null, null]);
});

test('the table has the dearest keys, and says how many more there are', () => {
  const card = fullestDigest();
  expect(card.rows).toHaveLength(25);
  expect(card.moreRows).toBe(35);
  expect(card.rows[0]).toMatchObject({ slug: 'team-0-service', faults: ['capped'] });
});

test('an instant in which two things were blind counts once', () => {
  expect(
    unionLength([
      { from: 0, to: 5 },
      { from: 3, to: 8 },
      { from: 20, to: 21 },
    ]),
  ).toBe(9);
  expect(
    unionLength([
      { from: 0, to: 9 },
      { from: 2, to: 4 },
    ]),
  ).toBe(9);
  expect(unionLength([])).toBe(0);
});
