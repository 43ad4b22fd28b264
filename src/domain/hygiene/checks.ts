/** Grows when a check, a weight or the way of counting changes: scores of two versions do not compare. */
export const SCORE_VERSION = 2;

export const CHECKS = [
  'owned',
  'used',
  'capped',
  'scoped',
  'blast_radius',
  'young',
  'alerts_answered',
  'named',
  'rotated',
] as const;
export type Check = (typeof CHECKS)[number];

interface CheckRule {
  /** Points of a hundred. */
  readonly weight: number;
  /** What is wrong, after the key's name. */
  readonly wrong: string;
  /** The same in a word or two, for tables. */
  readonly short: string;
  /** What a person does about it: a line of /keys, or words where none does it alone. */
  readonly fix: (slug: string) => string;
}

/** All that the score is made of, in the order in which it is told. docs/hygiene-score.md says the same. */
export const CHECK_RULES: Readonly<Record<Check, CheckRule>> = {
  owned: { weight: 20, wrong: 'has no owner', short: 'no owner', fix: (slug) => `/keys owner ${slug} @somebody` },
  used: { weight: 15, wrong: 'was not used for 30 days', short: 'unused', fix: (slug) => `/keys suspend ${slug}` },
  capped: { weight: 15, wrong: 'has no cap', short: 'no cap', fix: (slug) => `/keys caps ${slug}` },
  scoped: {
    weight: 10,
    wrong: 'shares its scope with other keys',
    short: 'shared scope',
    fix: (slug) => `/keys rotate ${slug}`,
  },
  blast_radius: {
    weight: 10,
    wrong: 'could cost more than $1,000 in 48 hours, and no cap stops it',
    short: 'unbounded',
    fix: (slug) => `/keys caps ${slug}`,
  },
  young: { weight: 10, wrong: 'is older than a year', short: 'old', fix: (slug) => `/keys rotate ${slug}` },
  alerts_answered: {
    weight: 10,
    wrong: 'has an alert that nobody answered in time',
    short: 'alert',
    fix: (slug) => `/keys show ${slug}`,
  },
  named: {
    weight: 5,
    wrong: 'does not say where it belongs, or is not called as policy wants',
    short: 'name',
    fix: () => '/keys lint',
  },
  rotated: { weight: 5, wrong: 'is overdue for rotation', short: 'overdue', fix: (slug) => `/keys rotate ${slug}` },
};

/** True: it is as it should be. Null: not known, which costs nothing. */
export type Fact = boolean | null;
export type Facts = Readonly<Record<Check, Fact>>;
