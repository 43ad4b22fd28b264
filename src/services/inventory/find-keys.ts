import { type Key, STOPPED_STATUSES } from '../../domain/key.ts';
import { folded } from '../../domain/key-query.ts';
import { nearestName } from '../../domain/nearest.ts';
import type { KeySummary } from './list-keys.ts';

// As long as the key's row is the same its names are: folding ten thousand labels takes longer than comparing them.
const foldedNames = new WeakMap<Key, readonly string[]>();
// A name as long as this is no slip of the finger any more, and comparing it with all names would take long.
const NEAREST_MAX = 40;

/**
 * The slug first, since it is the only name that nobody else has; then exact names before beginnings before fragments,
 * so that `prod-api` never means `prod-api-2`. Case and accents do not count. Empty for no match.
 */
export function findKeys(all: readonly KeySummary[], wanted: string): readonly KeySummary[] {
  const needle = folded(wanted);
  if (needle === '') return [];
  const bySlug = all.filter(({ lineage }) => lineage.slug === needle);
  if (bySlug.length > 0) return atWork(bySlug);
  const tiers: readonly ((name: string) => boolean)[] = [
    (name) => name === needle,
    (name) => name.startsWith(needle),
    (name) => name.includes(needle),
  ];
  for (const fits of tiers) {
    const found = all.filter((summary) => namesOf(summary).some(fits));
    if (found.length > 0) return found;
  }
  return [];
}

/** What somebody who mistyped may have meant, best first. */
export function nearestKeys(all: readonly KeySummary[], wanted: string, count = 3): readonly KeySummary[] {
  const needle = folded(wanted);
  if (needle === '' || needle.length > NEAREST_MAX) return [];
  const slugs = new Map(all.map((summary) => [summary.lineage.slug, summary]));
  const found: KeySummary[] = [];
  while (found.length < count) {
    const slug = nearestName(needle, slugs.keys());
    const summary = slug === undefined ? undefined : slugs.get(slug);
    if (slug === undefined || summary === undefined) return found;
    found.push(summary);
    slugs.delete(slug);
  }
  return found;
}

/** Folded: slug, label, hint, the provider's id and ours. */
export function namesOf({ key, lineage }: Pick<KeySummary, 'key' | 'lineage'>): readonly string[] {
  const known = foldedNames.get(key);
  if (known?.[0] === lineage.slug) return known;
  const names = [lineage.slug, key.label, key.hint ?? '', key.providerKeyId, key.id].map(folded);
  foldedNames.set(key, names);
  return names;
}

/** A lineage that was rotated means the key that works; an old one has its hint. */
function atWork(summaries: readonly KeySummary[]): readonly KeySummary[] {
  const working = summaries.filter(({ key }) => !STOPPED_STATUSES.has(key.status));
  return working.length > 0 ? working : summaries;
}
