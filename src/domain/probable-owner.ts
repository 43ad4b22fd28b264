import { guessEnvironment } from './key.ts';
import { folded } from './key-query.ts';

export type EvidenceKind =
  | 'made'
  | 'named'
  | 'only_member'
  | 'rotated'
  | 'claimed'
  | 'in_name'
  | 'namesake'
  | 'changed'
  | 'member'
  | 'said';

/** Why a key may be somebody's. `at` and `text` (a project's name) are what its sentence needs. */
export interface Evidence {
  readonly kind: EvidenceKind;
  readonly at: number | null;
  readonly text: string | null;
}

/** A person of the workspace who can own keys. */
export interface Candidate {
  readonly userId: string;
  readonly name: string;
  readonly email: string | null;
}

interface Named {
  readonly name: string | null;
  readonly email: string | null;
}

/** What is known around a key that nobody owns. E-mail addresses are as the provider tells them. */
export interface OwnerTraces {
  readonly slug: string;
  readonly label: string;
  readonly scopeName: string | null;
  /** Of the provider's own log. */
  readonly madeBy: { readonly email: string; readonly at: number } | null;
  /** Whom the key list names. */
  readonly namedOwner: Named | null;
  readonly madeAt: number | null;
  readonly members: readonly Named[];
  /** Slack user ids from our own history, newest first. */
  readonly deeds: readonly {
    readonly kind: 'rotated' | 'claimed' | 'changed';
    readonly userId: string;
    readonly at: number;
  }[];
}

export interface ProbableOwner {
  readonly userId: string;
  /** The strongest first. */
  readonly evidence: readonly Evidence[];
  readonly weight: number;
}

const WEIGHTS: Readonly<Record<EvidenceKind, number>> = {
  made: 100,
  named: 90,
  only_member: 60,
  rotated: 50,
  claimed: 45,
  in_name: 40,
  namesake: 35,
  changed: 25,
  member: 10,
  said: 0,
};
// Of more people than this each one is probable no more.
const MEMBERS_MAX = 4;
const NAME_MIN = 3;

/** Whose word is taken without a responder's: the provider itself names them, or nobody else can be meant. */
export function isProof(evidence: readonly Evidence[]): boolean {
  return evidence.some(({ kind }) => kind === 'made' || kind === 'named' || kind === 'only_member');
}

type Found = Pick<Evidence, 'kind'> & Partial<Evidence>;

/** Who may own a key, the most probable first; everybody with what speaks for them. */
export function probableOwners(traces: OwnerTraces, people: readonly Candidate[]): readonly ProbableOwner[] {
  const index = indexOf(people);
  const found = new Map<string, Evidence[]>();
  const add = (userId: string | undefined, { at = null, text = null, ...one }: Found) => {
    if (userId === undefined) return;
    const known = found.get(userId) ?? [];
    if (!known.some(({ kind }) => kind === one.kind)) found.set(userId, [...known, { ...one, at, text }]);
  };
  const { madeBy, namedOwner, madeAt, scopeName: text } = traces;
  if (madeBy !== null) add(byEmail(index, madeBy.email), { kind: 'made', at: madeBy.at });
  if (namedOwner !== null) {
    add(byEmail(index, namedOwner.email), { kind: 'named', at: madeAt });
    add(namesakeOf(index, namedOwner), { kind: 'namesake', at: madeAt });
  }
  for (const { kind, userId, at } of traces.deeds) {
    if (index.ids.has(userId)) add(userId, { kind, at });
  }
  for (const userId of namedIn(traces, index)) add(userId, { kind: 'in_name' });
  const { members } = traces;
  for (const member of members.length <= MEMBERS_MAX ? members : []) {
    add(byEmail(index, member.email), { kind: members.length === 1 ? 'only_member' : 'member', text });
    add(namesakeOf(index, member), { kind: 'member', text });
  }
  return [...found]
    .map(([userId, evidence]) => ({
      userId,
      evidence: evidence.toSorted((a, b) => WEIGHTS[b.kind] - WEIGHTS[a.kind]),
      weight: evidence.reduce((sum, one) => sum + WEIGHTS[one.kind], 0),
    }))
    .sort((a, b) => b.weight - a.weight || (a.userId < b.userId ? -1 : 1));
}

interface Index {
  readonly ids: ReadonlySet<string>;
  readonly byEmail: ReadonlyMap<string, string>;
  readonly byName: ReadonlyMap<string, readonly string[]>;
  /** By a word that means them in the name of a key. */
  readonly byWord: ReadonlyMap<string, ReadonlySet<string>>;
}

// Ten thousand keys are held against the same five hundred people.
const indexes = new WeakMap<readonly Candidate[], Index>();

function indexOf(people: readonly Candidate[]): Index {
  const known = indexes.get(people);
  if (known !== undefined) return known;
  const byEmail = new Map<string, string>();
  const byName = new Map<string, string[]>();
  for (const { userId, name, email } of people) {
    const address = email?.toLowerCase();
    if (address !== undefined && !byEmail.has(address)) byEmail.set(address, userId);
    byName.set(folded(name), [...(byName.get(folded(name)) ?? []), userId]);
  }
  const ids = new Set(people.map(({ userId }) => userId));
  const index = { ids, byEmail, byName, byWord: bearersOf(people) };
  indexes.set(people, index);
  return index;
}

function bearersOf(people: readonly Candidate[]): Index['byWord'] {
  const bearers = new Map<string, Set<string>>();
  for (const { userId, name, email } of people) {
    const local = email?.split('@')[0] ?? '';
    const [first = ''] = folded(name).split(/\s+/);
    for (const one of new Set([first, folded(local)])) {
      // `Dev` is a name, and a word of half of all keys.
      if (one.length >= NAME_MIN && guessEnvironment(one, null) === 'unknown')
        bearers.set(one, (bearers.get(one) ?? new Set()).add(userId));
    }
  }
  return bearers;
}

function byEmail({ byEmail: people }: Index, email: string | null): string | undefined {
  return email === null ? undefined : people.get(email.toLowerCase());
}

/** Where the provider has no address, and one person alone is called that. Whoever likes can be called so in Slack. */
function namesakeOf({ byName }: Index, { name, email }: Named): string | undefined {
  if (email !== null || name === null) return undefined;
  const same = byName.get(folded(name)) ?? [];
  return same.length === 1 ? same[0] : undefined;
}

/** People whose name is a word of the key's: `dev-search-ana`, `anas-notebook`. A name that two have means neither. */
function namedIn({ slug, label }: OwnerTraces, { byWord }: Index): ReadonlySet<string> {
  const named = new Set<string>();
  for (const word of new Set([slug, label].flatMap((text) => folded(text).split(/[^a-z0-9]+/)))) {
    for (const name of word.endsWith('s') ? [word, word.slice(0, -1)] : [word]) {
      const [userId, ...others] = byWord.get(name) ?? [];
      if (userId !== undefined && others.length === 0) named.add(userId);
    }
  }
  return named;
}
