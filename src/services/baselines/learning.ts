import { BASELINE_MS, LEARNING_DAYS } from '../../domain/baseline.ts';
import { groupBy } from '../../domain/collections.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import type { Deps } from '../deps.ts';

/** How many days of what is usual for a lineage are known; null: enough, or it is not used, so that there is nothing to learn. */
export async function learningOf(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  { key, lineage }: { readonly key: Pick<Key, 'lastUsedAt'>; readonly lineage: Pick<Lineage, 'id'> },
): Promise<number | null> {
  if (!isUsed(key, clock.now())) return null;
  const days = (await store.read.baselines.get(lineage.id))?.daysLearned ?? 0;
  return days < LEARNING_DAYS ? days : null;
}

/** Of all lineages that are used. */
export async function countLearning(
  { store, clock, breathe }: Pick<Deps, 'store' | 'clock' | 'breathe'>,
  keys: readonly Pick<Key, 'lineageId' | 'lastUsedAt' | 'status'>[],
): Promise<{ readonly learning: number; readonly of: number }> {
  const baselines = await store.baselines(breathe);
  const used = keys.filter((key) => key.status !== 'gone' && isUsed(key, clock.now()));
  const lineageIds = [...groupBy(used, ({ lineageId }) => lineageId).keys()];
  const learning = lineageIds.filter((id) => (baselines.get(id)?.daysLearned ?? 0) < LEARNING_DAYS);
  return { learning: learning.length, of: lineageIds.length };
}

export function isUsed({ lastUsedAt }: Pick<Key, 'lastUsedAt'>, now: number): boolean {
  return lastUsedAt !== null && lastUsedAt > now - BASELINE_MS;
}
