import type { Environment } from '../key.ts';
import {
  compileNaming,
  environmentNamed,
  environmentsIn,
  environmentWords,
  type NamingPolicy,
  workloadIn,
} from '../naming.ts';

/** What lint finds, the gravest first. */
export const LINT_KINDS = ['owner', 'environment', 'name', 'workload', 'scope'] as const;
export type LintKind = (typeof LINT_KINDS)[number];

/** What mends it: a new name, a key of its own for each workload or place, or somebody who answers for it. */
export type LintFix = 'assign' | 'edit' | 'rename' | 'split';

export interface LintFinding {
  readonly kind: LintKind;
  /** What is wrong, after the key's name; texts from outside are not in it. */
  readonly what: string;
  /** What was seen, in words of its own; may hold text from outside. */
  readonly evidence: readonly string[];
  readonly fix: LintFix;
}

/** One key as lint looks at it. */
export interface LintSubject {
  readonly slug: string;
  readonly label: string;
  readonly scopeName: string | null;
  readonly environment: Environment;
  /** Who answers for it; a claim does not count. */
  readonly hasOwner: boolean;
  /** False: the owner is a guest now, or has left, so that no button works for them. */
  readonly canOwnerAct: boolean;
  /** Services and people that people named. */
  readonly consumers: readonly string[];
  /** How many other lineages are in its project or workspace; null: it is in none. */
  readonly neighbours: number | null;
  /** Why its traffic looks as if it were of two workloads. */
  readonly shared: readonly string[];
}

/** What the name of a key says as policy reads it. */
export function fitsNaming(slug: string, policy: NamingPolicy): boolean {
  if (policy.exempt.some((pattern) => pattern.test(slug))) return true;
  return compileNaming(policy.pattern)?.parse(slug) != null;
}

export function lintOf(subject: LintSubject, policy: NamingPolicy): readonly LintFinding[] {
  const findings = [
    ownerFinding(subject, policy),
    environmentFinding(subject, policy),
    nameFinding(subject, policy),
    workloadFinding(subject),
    scopeFinding(subject),
  ];
  return findings.filter((finding) => finding !== null);
}

function ownerFinding({ hasOwner, canOwnerAct }: LintSubject, { requireOwner }: NamingPolicy): LintFinding | null {
  if (!requireOwner || (hasOwner && canOwnerAct)) return null;
  const what = hasOwner
    ? 'belongs to somebody who is no active full member any more: a guest, or gone, and cannot use the buttons'
    : 'belongs to nobody';
  return { kind: 'owner', what, evidence: [], fix: 'assign' };
}

/** One environment per key: the one that its name says is the one that it is in. */
function environmentFinding({ slug, environment }: LintSubject, policy: NamingPolicy): LintFinding | null {
  const word = compileNaming(policy.pattern)?.parse(slug)?.env;
  const said = word === undefined ? environmentsIn(slug) : [environmentNamed(word)].filter((one) => one !== null);
  if (said.length > 1) {
    return {
      kind: 'environment',
      what: `names ${said.join(' and ')}: a key is of one of them`,
      evidence: [],
      fix: 'rename',
    };
  }
  const [only] = said;
  if (environment === 'unknown' && only === undefined) {
    return { kind: 'environment', what: 'does not say which environment it is of', evidence: [], fix: 'edit' };
  }
  if (only === undefined || only === environment) return null;
  const is = environment === 'unknown' ? 'of no known environment' : `of ${environment}`;
  return { kind: 'environment', what: `is ${is}, and its name says ${only}`, evidence: [], fix: 'edit' };
}

function nameFinding(subject: LintSubject, policy: NamingPolicy): LintFinding | null {
  if (fitsNaming(subject.slug, policy)) return null;
  return { kind: 'name', what: `is not called ${policy.pattern}`, evidence: [], fix: 'rename' };
}

function workloadFinding({ shared }: LintSubject): LintFinding | null {
  if (shared.length === 0) return null;
  return { kind: 'workload', what: 'looks as if two workloads shared it', evidence: shared, fix: 'split' };
}

/** A cap of the place holds for all keys in it: it means something where there is one. */
function scopeFinding({ neighbours }: LintSubject): LintFinding | null {
  if (neighbours === null || neighbours === 0) return null;
  const others = neighbours === 1 ? '1 other key' : `${neighbours.toLocaleString('en-US')} other keys`;
  return {
    kind: 'scope',
    what: `shares its project or workspace with ${others}, so that a cap there holds for all of them`,
    evidence: [],
    fix: 'split',
  };
}

/** A name that fits policy, from what is known of the key; null: too little is. Never one that is taken. */
export function suggestName(
  subject: LintSubject,
  policy: NamingPolicy,
  isTaken: (name: string) => boolean,
): string | null {
  const environment = environmentFor(subject);
  if (environment === null) return null;
  const [env = environment] = environmentWords(environment);
  const texts = [subject.slug, subject.label, subject.scopeName ?? ''];
  const workload = texts.map(workloadIn).find((text) => text !== '') ?? 'main';
  const naming = compileNaming(policy.pattern);
  const name = naming?.make({ env, workload: workload.slice(0, WORKLOAD_MAX).replace(/-+$/, '') }) ?? null;
  if (name === null || naming === null) return null;
  for (let number = 1; number < 100; number += 1) {
    const tried = number === 1 ? name : naming.make({ env, workload: `${workload.slice(0, WORKLOAD_MAX)}${number}` });
    if (tried !== null && (tried === subject.slug || !isTaken(tried))) return tried;
  }
  return null;
}

// Leaves room for the environment and a number within what a name may have.
const WORKLOAD_MAX = 26;

function environmentFor({ environment, slug, label, scopeName }: LintSubject) {
  if (environment !== 'unknown') return environment;
  for (const text of [slug, label, scopeName ?? '']) {
    const said = environmentsIn(text);
    if (said.length === 1) return said[0] ?? null;
  }
  return null;
}
