import { groupBy } from '../collections.ts';
import { ownCapBound, providerCapBound, type Radius, type RadiusInput, radiusOf } from './radius.ts';

/** One key and what it shares with others. */
export interface KeyAtRisk {
  readonly keyId: string;
  readonly slug: string;
  readonly lineageId: string;
  readonly connectionId: string;
  /** Keys of one scope share its limits; null: it belongs to none. */
  readonly scope: string | null;
  readonly input: RadiusInput;
  /** What changes could be made to it. */
  readonly options: {
    /** A cap for its scope that its past suggests, where one could be set. */
    readonly scopeCapMicroUsd: number | null;
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
  readonly kind: 'cap_scope' | 'enforce_cap' | 'stop_key';
  readonly slug: string;
  readonly keyId: string;
  /** The cap that it speaks of; null where it speaks of none. */
  readonly capMicroUsd: number | null;
  readonly savesMicroUsd: number;
}

export interface CompanyRadius {
  /** The dearest first; those that are not known last. */
  readonly keys: readonly RatedKey[];
  /** What is known: limits that keys share are counted once. */
  readonly atRiskMicroUsd: number;
  /** Keys of which no figure can be given, and which are in no sum. */
  readonly notKnown: number;
  readonly change: Change | null;
}

// Beyond these a change takes less off than one of theirs, or the sum would be spread over so many that none matters.
const GROUPS_TRIED = 20;
const KEYS_TRIED = 20;

/** What all keys together could cost, and what would lower that most. */
export function companyRadius(keys: readonly KeyAtRisk[]): CompanyRadius {
  const rated = keys.map((at) => ({ at, radius: radiusOf(at.input) }));
  const groups = [...groupBy(rated, groupOf).values()];
  const sums = groups.map((group) => ({ group, microUsd: sumOf(group) }));
  const connections = connectionsOf(sums);
  const order = (a: RatedKey, b: RatedKey) => worstOf(b) - worstOf(a) || (a.at.slug < b.at.slug ? -1 : 1);
  return {
    keys: rated.toSorted(order),
    atRiskMicroUsd: total(connections),
    notKnown: rated.filter(({ radius }) => radius.worst48hMicroUsd === null).length,
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

/** By connection: what its scopes sum up to, and what is paid in advance. */
type Connections = ReadonlyMap<string, { readonly sum: number; readonly prepaid: number }>;

function connectionsOf(sums: readonly GroupSum[]): Connections {
  const known = new Map<string, { sum: number; prepaid: number }>();
  for (const { group, microUsd } of sums) {
    const { id, prepaid } = payerOf(group);
    known.set(id, { sum: (known.get(id)?.sum ?? 0) + microUsd, prepaid });
  }
  return known;
}

function payerOf(group: readonly RatedKey[]): { readonly id: string; readonly prepaid: number } {
  const at = group[0]?.at;
  return { id: at?.connectionId ?? '', prepaid: at?.input.prepaidMicroUsd ?? Number.POSITIVE_INFINITY };
}

/** Of what is paid in advance no more than that can be lost. */
function total(connections: Connections): number {
  return [...connections.values()].reduce((all, { sum, prepaid }) => all + Math.min(sum, prepaid), 0);
}

function bestChange(sums: readonly GroupSum[], connections: Connections): Change | null {
  const tried = sums.toSorted((a, b) => b.microUsd - a.microUsd).slice(0, GROUPS_TRIED);
  let best: Change | null = null;
  for (const { group: before, microUsd } of tried) {
    const { id, prepaid } = payerOf(before);
    const sum = connections.get(id)?.sum ?? 0;
    for (const { change, group } of changesOf(before)) {
      const savesMicroUsd = Math.min(sum, prepaid) - Math.min(sum - microUsd + sumOf(group), prepaid);
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
    const change = { kind: 'cap_scope', slug: first.at.slug, keyId: first.at.keyId, capMicroUsd: cap } as const;
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
