import { STOPPED_STATUSES } from '../../domain/key.ts';
import type { KeySummary } from './list-keys.ts';

/**
 * The slug first, since it is the only name that nobody else has; then exact matches before fragments, so that
 * `prod-api` never means `prod-api-2`. Empty for no match.
 */
export function findKeys(all: readonly KeySummary[], wanted: string): readonly KeySummary[] {
  const needle = wanted.trim().toLowerCase();
  if (needle === '') return [];
  const bySlug = all.filter(({ lineage }) => lineage.slug === needle);
  if (bySlug.length > 0) return atWork(bySlug);
  const exact = all.filter((summary) => namesOf(summary).includes(needle));
  if (exact.length > 0) return exact;
  return all.filter((summary) => namesOf(summary).some((name) => name.includes(needle)));
}

/** A lineage that was rotated means the key that works; an old one has its hint. */
function atWork(summaries: readonly KeySummary[]): readonly KeySummary[] {
  const working = summaries.filter(({ key }) => !STOPPED_STATUSES.has(key.status));
  return working.length > 0 ? working : summaries;
}

function namesOf({ key, lineage }: KeySummary): readonly string[] {
  return [lineage.slug, key.label, key.hint ?? '', key.providerKeyId, key.id].map((name) => name.toLowerCase());
}
