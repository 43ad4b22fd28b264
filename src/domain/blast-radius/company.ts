import { groupBy } from '../collections.ts';
import { isCapped, ownCapBound, providerCapBound, type Radius, type RadiusInput, radiusOf } from './radius.ts';

/** One key and what it shares with others. */
export interface KeyAtRisk {
  readonly keyId: string;
  readonly slug: string;
  readonly lineageId: string;
  readonly connectionId: string;
  /** Keys of one scope share its limits; null: it belongs to none. */
  readonly scope: string | null;
  readonly input: RadiusInput;
  /** What its whole connection lets through, whichever keys call; null: not told. */
  readonly sharedMicroUsd: number | null;
  /** What changes could be made to it. */
  readonly options: {
    /** A cap for its scope that its past suggests, where its provider has such caps. */
    readonly scopeCapMicroUsd: number | null;
    /** Nobody can set that one from here. */
    readonly isCapByHand: boolean;
    /** What the scope has spent this month. */
    readonly scopeSpentMicroUsd: number;
    /** Its own cap, where policy could have it enforced. */
    readonly enforceable: RadiusInput['ownCap'];
    readonly isUnused: boolean;
  };
}

export interface RatedKey {
  readonly at: KeyAtRisk;
  readonly radius: Radius;
}

/** The one change that takes the most off. */
export interface Change {
  readonly kind: 'cap_scope' | 'cap_by_hand' | 'enforce_cap' | 'stop_key';
  readonly slug: string;
  readonly keyId: string;
  /** The cap that it speaks of; null where it speaks of none. */
  readonly capMicroUsd: number | null;
  readonly savesMicroUsd: number;
}

/** The company's sum, and how much of it nobody has decided on. */
export interface AtRisk {
  /** What is known: limits that keys share are counted once. */
  readonly atRiskMicroUsd: number;
  /** Working keys of which a figure is known. */
  readonly rated: number;
  /** Of these the ones that no cap stops, and what they take of the sum. */
  readonly uncapped: { readonly keys: number; readonly microUsd: number };
  /** Keys of which no figure can be given, and which are in no sum. */
  readonly notKnown: number;
}

export interface CompanyRadius extends AtRisk {
  /** The dearest first; those that are not known last. */
  readonly keys: readonly RatedKey[];
  readonly change: Change | null;
}

// Beyond these a change takes less off than one of theirs, or the sum would be spread over so many that none matters.
const GROUPS_TRIED = 20;
const KEYS_TRIED = 20;

/** What all keys together could cost, and what would lower that most. */
export function companyRadius(keys: readonly KeyAtRisk[]): CompanyRadius {
  const rated = keys.map((at) => ({ at, radius: radiusOf(at.input) }));
  const sums = sumsOf(rated);
  const connections = connectionsOf(sums);
  const atRiskMicroUsd = total(connections);
  const known = rated.filter(({ radius }) => radius.worst48hMicroUsd !== null);
  const capped = known.filter(({ at }) => isCapped(at.input));
  const order = (a: RatedKey, b: RatedKey) => worstOf(b) - worstOf(a) || (a.at.slug < b.at.slug ? -1 : 1);
  return {
    keys: rated.toSorted(order),
    atRiskMicroUsd,
    rated: known.length,
    uncapped: {
      keys: known.length - capped.length,
      microUsd: Math.max(0, atRiskMicroUsd - total(connectionsOf(sumsOf(capped)))),
    },
    notKnown: rated.length - known.length,
    change: bestChange(sums, connections),
  };
}

function worstOf({ radius }: RatedKey): number {
  return radius.worst48hMicroUsd ?? -1;
}

function groupOf({ at }: RatedKey): string {
  return at.scope ?? at.keyId;
}

interface GroupSum {
  readonly group: readonly RatedKey[];
  readonly microUsd: number;
}

function sumsOf(keys: readonly RatedKey[]): readonly GroupSum[] {
  return [...groupBy(keys, groupOf).values()].map((group) => ({ group, microUsd: sumOf(group) }));
}

/** All keys of a scope: never more than their sum, nor than what the scope itself lets through. */
function sumOf(group: readonly RatedKey[]): number {
  if (group.length === 0) return 0;
  const byLineage = [...groupBy(group, ({ at }) => at.lineageId).values()];
  const sum = byLineage.reduce((all, keys) => all + Math.min(plainSum(keys), ownBound(keys)), 0);
  return Math.round(Math.min(sum, scopeBound(group)));
}

function plainSum(keys: readonly RatedKey[]): number {
  return keys.reduce((sum, { radius }) => sum + (radius.worst48hMicroUsd ?? 0), 0);
}

function ownBound(keys: readonly RatedKey[]): number {
  const bounds = keys.map(({ at }) =>
    at.input.ownCap === null ? Number.POSITIVE_INFINITY : ownCapBound(at.input, at.input.ownCap),
  );
  return Math.max(...bounds);
}

function scopeBound(group: readonly RatedKey[]): number {
  const bounds = group.map(({ at: { scope, input } }) => {
    if (scope === null) return Number.POSITIVE_INFINITY;
    const rate = input.rates.isComplete ? input.rates.knownMicroUsd : Number.POSITIVE_INFINITY;
    return Math.min(
      rate,
      input.providerCap === null ? Number.POSITIVE_INFINITY : providerCapBound(input, input.providerCap),
    );
  });
  return Math.max(...bounds);
}

/** By connection: what its scopes sum up to, and the most that it lets go, by what is paid in advance and by its limits. */
type Connections = ReadonlyMap<string, { readonly sum: number; readonly most: number }>;

function connectionsOf(sums: readonly GroupSum[]): Connections {
  const known = new Map<string, { sum: number; most: number }>();
  for (const { group, microUsd } of sums) {
    const { id, most } = payerOf(group);
    const before = known.get(id);
    known.set(id, { sum: (before?.sum ?? 0) + microUsd, most: Math.max(before?.most ?? 0, most) });
  }
  return known;
}

function payerOf(group: readonly RatedKey[]): { readonly id: string; readonly most: number } {
  const at = group[0]?.at;
  const prepaid = at?.input.prepaidMicroUsd ?? Number.POSITIVE_INFINITY;
  const shared = group.map((one) => one.at.sharedMicroUsd ?? Number.POSITIVE_INFINITY);
  return { id: at?.connectionId ?? '', most: Math.min(prepaid, Math.max(...shared)) };
}

function total(connections: Connections): number {
  return [...connections.values()].reduce((all, { sum, most }) => all + Math.min(sum, most), 0);
}

function bestChange(sums: readonly GroupSum[], connections: Connections): Change | null {
  const tried = sums.toSorted((a, b) => b.microUsd - a.microUsd).slice(0, GROUPS_TRIED);
  let best: Change | null = null;
  for (const { group: before, microUsd } of tried) {
    const { sum, most } = connections.get(payerOf(before).id) ?? { sum: 0, most: 0 };
    for (const { change, group } of changesOf(before)) {
      const savesMicroUsd = Math.min(sum, most) - Math.min(sum - microUsd + sumOf(group), most);
      if (savesMicroUsd > (best?.savesMicroUsd ?? 0)) best = { ...change, savesMicroUsd };
    }
  }
  return best;
}

interface Tried {
  readonly change: Omit<Change, 'savesMicroUsd'>;
  readonly group: readonly RatedKey[];
}

function changesOf(group: readonly RatedKey[]): readonly Tried[] {
  const dearest = group.toSorted((a, b) => worstOf(b) - worstOf(a)).slice(0, KEYS_TRIED);
  const first = dearest[0];
  const tried: Tried[] = [];
  const cap = first?.at.options.scopeCapMicroUsd ?? null;
  if (first !== undefined && cap !== null) {
    const providerCap = { capMicroUsd: cap, spentMicroUsd: first.at.options.scopeSpentMicroUsd };
    const kind = first.at.options.isCapByHand ? 'cap_by_hand' : 'cap_scope';
    const change = { kind, slug: first.at.slug, keyId: first.at.keyId, capMicroUsd: cap } as const;
    tried.push({ change, group: group.map(({ at }) => rated({ ...at, input: { ...at.input, providerCap } })) });
  }
  for (const { at } of dearest) {
    const { enforceable, isUnused } = at.options;
    const named = { slug: at.slug, keyId: at.keyId };
    if (enforceable !== null) {
      const change = { kind: 'enforce_cap', ...named, capMicroUsd: enforceable.capMicroUsd } as const;
      const withCap = (one: KeyAtRisk) =>
        one.lineageId === at.lineageId ? { ...one, input: { ...one.input, ownCap: enforceable } } : one;
      tried.push({ change, group: group.map((one) => rated(withCap(one.at))) });
    }
    if (isUnused) {
      const change = { kind: 'stop_key', ...named, capMicroUsd: null } as const;
      tried.push({ change, group: group.filter((one) => one.at !== at) });
    }
  }
  return tried;
}

function rated(at: KeyAtRisk): RatedKey {
  return { at, radius: radiusOf(at.input) };
}
