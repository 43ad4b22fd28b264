import { isUnowned } from '../../domain/key.ts';
import { type Bound, folded, type KeyQuery, type KeySort } from '../../domain/key-query.ts';
import { namesOf } from './find-keys.ts';
import type { KeySummary } from './list-keys.ts';

/** The keys that a query means, in its order. Tombstones only where their status is asked for. */
export function queryKeys(all: readonly KeySummary[], query: KeyQuery, now: number): readonly KeySummary[] {
  const found = all.filter((summary) => fits(summary, query, now));
  return query.sort === 'name' ? found : found.sort(ORDER[query.sort]);
}

type Order = (a: KeySummary, b: KeySummary) => number;

const ORDER: Readonly<Record<Exclude<KeySort, 'name'>, Order>> = {
  spend: (a, b) => b.last30dMicroUsd - a.last30dMicroUsd,
  used: (a, b) => b.quietSince - a.quietSince,
  created: (a, b) => createdAt(b) - createdAt(a),
};

function createdAt({ key }: KeySummary): number {
  return key.createdAt ?? key.firstSeenAt;
}

function fits(summary: KeySummary, query: KeyQuery, now: number): boolean {
  const { key, lineage } = summary;
  const { environments, statuses, providers, scopes, words } = query;
  if (statuses.length > 0 ? !statuses.includes(key.status) : key.status === 'gone') return false;
  if (environments.length > 0 && !environments.includes(lineage.environment)) return false;
  if (!isOwned(summary, query.owner)) return false;
  // Nobody can say of an admin key when it was used.
  if (query.unusedMs !== null && (key.kind === 'admin' || !within(now - summary.quietSince, query.unusedMs)))
    return false;
  if (query.spendMicroUsd !== null && !within(summary.last30dMicroUsd, query.spendMicroUsd)) return false;
  if (providers.length > 0 && !contains([key.providerId, summary.providerTitle, key.connectionId], providers))
    return false;
  if (scopes.length > 0 && !contains([summary.scopeName ?? '', key.scopeId ?? ''], scopes)) return false;
  return words.length === 0 || words.every((word) => isIn(summary, word));
}

function isOwned({ key, lineage }: KeySummary, owner: KeyQuery['owner']): boolean {
  if (owner === null) return true;
  if (owner.kind === 'none') return isUnowned(lineage);
  if (owner.kind === 'person') return lineage.ownerSlackId === owner.value;
  return contains([key.owner?.name ?? '', key.owner?.email ?? ''], [owner.value]);
}

function within(value: number, { atLeast, value: bound }: Bound): boolean {
  return atLeast ? value >= bound : value <= bound;
}

function contains(names: readonly string[], wanted: readonly string[]): boolean {
  const known = names.map(folded);
  return wanted.some((part) => known.some((name) => name.includes(part)));
}

function isIn(summary: KeySummary, word: string): boolean {
  const { key, lineage, scopeName } = summary;
  if (namesOf(summary).some((name) => name.includes(word))) return true;
  return contains([scopeName ?? '', lineage.workload ?? '', key.owner?.name ?? '', key.owner?.email ?? ''], [word]);
}
