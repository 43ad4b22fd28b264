import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHECK_RULES, CHECKS, type Check, type Facts } from '../../../src/domain/hygiene/checks.ts';
import { type KeyFacts, ownerScore, ownerScores, scoreOf } from '../../../src/domain/hygiene/score.ts';

const FINE: Facts = {
  owned: true,
  used: true,
  capped: true,
  scoped: true,
  blast_radius: true,
  young: true,
  alerts_answered: true,
  named: true,
  rotated: true,
};

function key(slug: string, facts: Partial<Facts> = {}, ownerId: string | null = 'U1'): KeyFacts {
  return { keyId: slug, slug, ownerId, facts: { ...FINE, ...facts } };
}

describe('the score', () => {
  test('has weights of a hundred points', () => {
    expect(CHECKS.reduce((sum, id) => sum + CHECK_RULES[id].weight, 0)).toBe(100);
  });

  test('is 100 where nothing is wrong, nothing is known, or nothing is there', () => {
    const unknown = Object.fromEntries(CHECKS.map((id) => [id, null])) as Facts;

    expect(scoreOf([]).score).toBe(100);
    expect(scoreOf([key('a'), key('b', unknown)]).score).toBe(100);
  });

  test('tells each check with its points and a line for each key that costs some', () => {
    const found = scoreOf([key('a', { owned: false }, null), key('b', { owned: false, used: false }, null), key('c')]);

    expect(found.checks.find(({ id }) => id === 'owned')).toEqual({
      id: 'owned',
      weight: 20,
      lost: 3.2,
      items: [
        { slug: 'a', fix: '/keys owner a @somebody' },
        { slug: 'b', fix: '/keys owner b @somebody' },
      ],
    });
    expect(found.score).toBe(95);
  });

  test.each([
    [1, 10],
    [3, 20],
    [31, 50],
    [1_023, 100],
    [5_000, 100],
  ])('%i wrong keys cost %i %% of a check', (count, percent) => {
    const wrong = Array.from({ length: count }, (_, index) => key(`k${index}`, { owned: false }, null));

    expect(scoreOf(wrong).checks[0]?.lost).toBeCloseTo((20 * percent) / 100, 5);
  });

  test('is never below zero', () => {
    const bad = Object.fromEntries(CHECKS.map((id) => [id, false])) as Facts;

    expect(scoreOf(Array.from({ length: 2_000 }, (_, index) => key(`k${index}`, bad, null))).score).toBe(0);
  });
});

describe('an owner', () => {
  test('answers for the own keys and for those of nobody', () => {
    const keys = [
      key('mine', { used: false }, 'U1'),
      key('theirs', { used: false }, 'U2'),
      key('nobodys', { owned: false }, null),
    ];

    expect(ownerScore(keys, 'U1').checks.flatMap(({ items }) => items.map(({ slug }) => slug))).toEqual([
      'nobodys',
      'mine',
    ]);
    expect([...ownerScores(keys).keys()]).toEqual(['U1', 'U2']);
  });
});

const fact = fc.constantFrom(true, false, null);
const company = fc.array(
  fc.record({
    ownerId: fc.constantFrom('U1', 'U2', null),
    facts: fc.record(Object.fromEntries(CHECKS.map((id) => [id, fact])) as Record<Check, typeof fact>),
  }),
  { minLength: 1, maxLength: 40 },
);

type Fix = {
  readonly what: 'mend' | 'stop' | 'assign';
  readonly index: number;
  readonly check: Check;
  readonly to: string;
};

/** What a person can do about a key: put one thing right, stop it for good, or give it to somebody. */
function fixed(keys: readonly KeyFacts[], { what, index, check, to }: Fix): readonly KeyFacts[] {
  const at = index % keys.length;
  if (what === 'stop') return keys.filter((_, place) => place !== at);
  return keys.map((one, place) => {
    if (place !== at) return one;
    if (what === 'assign')
      return one.ownerId === null ? { ...one, ownerId: to, facts: { ...one.facts, owned: true } } : one;
    // Who says that a key has an owner says who.
    return check === 'owned' ? one : { ...one, facts: { ...one.facts, [check]: true } };
  });
}

test('fixing a thing lowers nobody’s score, neither the company’s nor any owner’s', () => {
  const fix: fc.Arbitrary<Fix> = fc.record({
    what: fc.constantFrom('mend', 'stop', 'assign'),
    index: fc.nat(39),
    check: fc.constantFrom(...CHECKS),
    to: fc.constantFrom('U1', 'U2', 'U3'),
  });
  fc.assert(
    fc.property(company, fix, (given, change) => {
      const before: readonly KeyFacts[] = given.map(({ ownerId, facts }, index) => ({
        keyId: `k${index}`,
        slug: `k${index}`,
        ownerId,
        facts: { ...facts, owned: ownerId !== null },
      }));
      const after = fixed(before, change);
      expect(scoreOf(after).score).toBeGreaterThanOrEqual(scoreOf(before).score);
      for (const owner of ['U1', 'U2', 'U3']) {
        const was = ownerScore(before, owner);
        const is = ownerScore(after, owner);
        expect(is.score).toBeGreaterThanOrEqual(was.score);
        for (const [at, { lost }] of is.checks.entries()) expect(lost).toBeLessThanOrEqual(was.checks[at]?.lost ?? 0);
      }
    }),
    { numRuns: 500 },
  );
});
