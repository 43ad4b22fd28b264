import { confirmedOwnerOf, isUnowned, isWatched } from '../../domain/key.ts';
import { type Bound, folded, type KeyQuery, type KeySort } from '../../domain/key-query.ts';
import { type CapRules, ownCapOf } from '../../domain/own-cap.ts';
import { namesOf } from './find-keys.ts';
import type { KeySummary } from './list-keys.ts';

/** The keys that a query means, in its order. Tombstones only where their status is asked for. */
export function queryKeys(
  all: readonly KeySummary[],
  query: KeyQuery,
  { now, policy, names = NO_NAMES }: Looking,
): readonly KeySummary[] {
  const found = all.filter((summary) => fits(summary, query, { now, policy, names }));
  if (query.sort === 'name') return found;
  return query.sort === 'cap' ? byCap(found, policy) : found.sort(ORDER[query.sort]);
}

export interface Looking {
  readonly now: number;
  /** Sets the caps of which people have said nothing. */
  readonly policy: CapRules;
  /** What people may be called by, by Slack user id, for an owner who is named and not mentioned. */
  readonly names?: ReadonlyMap<string, readonly string[]>;
}

const NO_NAMES: ReadonlyMap<string, readonly string[]> = new Map();

type Order = (a: KeySummary, b: KeySummary) => number;

const ORDER: Readonly<Record<Exclude<KeySort, 'name' | 'cap'>, Order>> = {
  spend: (a, b) => b.last30dMicroUsd - a.last30dMicroUsd,
  used: (a, b) => b.quietSince - a.quietSince,
  created: (a, b) => createdAt(b) - createdAt(a),
  owner: (a, b) => byText(confirmedOwnerOf(a.lineage) ?? '~', confirmedOwnerOf(b.lineage) ?? '~'),
  provider: (a, b) => byText(a.providerTitle, b.providerTitle),
};

/** Each cap is worked out once, not at each comparison. */
function byCap(found: readonly KeySummary[], policy: CapRules): readonly KeySummary[] {
  return found
    .map((summary) => ({ summary, microUsd: ownCapOf(summary.lineage, policy).microUsd ?? -1 }))
    .sort((a, b) => b.microUsd - a.microUsd)
    .map(({ summary }) => summary);
}

function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function createdAt({ key }: KeySummary): number {
  return key.createdAt ?? key.firstSeenAt;
}

function fits(summary: KeySummary, query: KeyQuery, { now, policy, names }: Required<Looking>): boolean {
  const { key, lineage } = summary;
  const { environments, statuses, providers, scopes, words } = query;
  if (statuses.length > 0 ? !statuses.includes(key.status) : key.status === 'gone') return false;
  if (environments.length > 0 && !environments.includes(lineage.environment)) return false;
  if (!isOwned(summary, query.owner, names)) return false;
  if (query.cap !== null && !isCapped(lineage, query.cap, policy)) return false;
  if (!isLike(summary, query)) return false;
  // Nobody can say of an admin key, or of one that is not watched, when it was used.
  if (query.unusedMs !== null && (!isTracked(summary) || !within(now - summary.quietSince, query.unusedMs)))
    return false;
  if (query.spendMicroUsd !== null && !within(summary.last30dMicroUsd, query.spendMicroUsd)) return false;
  if (providers.length > 0 && !contains([key.providerId, summary.providerTitle, key.connectionId], providers))
    return false;
  if (scopes.length > 0 && !contains([summary.scopeName ?? '', key.scopeId ?? ''], scopes)) return false;
  return words.length === 0 || words.every((word) => isIn(summary, word));
}

function isOwned({ key, lineage }: KeySummary, owner: KeyQuery['owner'], names: Required<Looking>['names']): boolean {
  if (owner === null) return true;
  if (owner.kind === 'none') return isUnowned(lineage);
  if (owner.kind === 'person') return lineage.ownerSlackId === owner.value;
  const person = names.get(lineage.ownerSlackId ?? '') ?? [];
  return contains([...person, key.owner?.name ?? '', key.owner?.email ?? ''], [owner.value]);
}

function isTracked({ key }: KeySummary): boolean {
  return key.kind !== 'admin' && isWatched(key);
}

/** Known for all of its life: of a key that is older than what was read, nobody can say. */
function isNeverUsed(summary: KeySummary): boolean {
  const { key, quietSince } = summary;
  return isTracked(summary) && key.lastUsedAt === null && key.createdAt !== null && quietSince <= key.createdAt;
}

function isCapped(lineage: KeySummary['lineage'], cap: Bound | 'none', policy: CapRules): boolean {
  const { microUsd } = ownCapOf(lineage, policy);
  if (cap === 'none') return microUsd === null;
  return microUsd !== null && within(microUsd, cap);
}

function isLike(summary: KeySummary, { models, workloads, neverUsed, watched, kind }: KeyQuery): boolean {
  const { key, lineage, called } = summary;
  if (models.length > 0 && !called.some(({ model }) => models.some((pattern) => pattern.test(model)))) return false;
  if (neverUsed && !isNeverUsed(summary)) return false;
  if (watched !== null && isWatched(key) !== watched) return false;
  if (kind !== null && key.kind !== kind) return false;
  if (workloads.length === 0) return true;
  return lineage.workload === null ? workloads.includes('none') : contains([lineage.workload], workloads);
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
