import { CHECK_RULES, CHECKS, type Check, type Facts } from './checks.ts';

/** One working key. */
export interface KeyFacts {
  readonly keyId: string;
  readonly slug: string;
  /** Who answers for it; null: nobody. */
  readonly ownerId: string | null;
  readonly facts: Facts;
}

/** One key that costs points, with what gives them back. */
export interface ScoreItem {
  readonly slug: string;
  readonly fix: string;
}

export interface CheckScore {
  readonly id: Check;
  readonly weight: number;
  /** Points of the weight that are lost, to a tenth. */
  readonly lost: number;
  readonly items: readonly ScoreItem[];
}

export interface Score {
  /** Whole points, 0 to 100; 100 only where nothing is lost. */
  readonly score: number;
  readonly checks: readonly CheckScore[];
}

// So many wrong keys cost all points of a check.
const ALL_LOST = 1_023;

/**
 * What is wrong is counted, not its share: a forgotten key is no better because a hundred others are fine. One wrong key
 * costs a tenth of a check, three a fifth, 31 half, 1,023 all of it. Since only the number of wrong keys matters, mending,
 * stopping or deleting any key can never lower a score.
 */
export function scoreOf(keys: readonly KeyFacts[]): Score {
  const checks = CHECKS.map((id): CheckScore => {
    const { weight, fix } = CHECK_RULES[id];
    const wrong = keys.filter(({ facts }) => facts[id] === false);
    const items = wrong.map(({ slug }) => ({ slug, fix: fix(slug) }));
    return { id, weight, lost: lostOf(weight, wrong.length), items };
  });
  const lost = checks.reduce((sum, check) => sum + Math.round(check.lost * 10), 0);
  return { score: Math.max(0, Math.floor((1_000 - lost) / 10)), checks };
}

/**
 * By owner: their own keys and those of nobody, which are everybody's. Given to somebody, a key stays in their count with
 * one fault less and leaves all others', so that taking a bad key lowers nobody's score.
 */
export function ownerScores(keys: readonly KeyFacts[]): ReadonlyMap<string, Score> {
  const owners = new Set(keys.flatMap(({ ownerId }) => (ownerId === null ? [] : [ownerId])));
  return new Map([...owners].map((id) => [id, ownerScore(keys, id)]));
}

export function ownerScore(keys: readonly KeyFacts[], ownerId: string): Score {
  return scoreOf(keys.filter((key) => key.ownerId === null || key.ownerId === ownerId));
}

function lostOf(weight: number, count: number): number {
  const share = Math.min(1, Math.log2(1 + count) / Math.log2(1 + ALL_LOST));
  return Math.round(weight * share * 10) / 10;
}
