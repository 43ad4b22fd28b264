import { isWatched, type Key } from './key.ts';
import { BACKFILL_MS } from './window.ts';

type QuietFacts = Pick<Key, 'lastUsedAt' | 'createdAt' | 'firstSeenAt'>;

/**
 * Since when nobody has used a key, as far as we can know: its last use, else its creation. Where a provider tells no
 * last use, we know only what usage we have read: the key may well have been used before that.
 */
export function quietSince(key: QuietFacts, lastUsed: 'listed' | 'usage'): number {
  if (key.lastUsedAt !== null) return key.lastUsedAt;
  const oldest = key.createdAt ?? key.firstSeenAt;
  return lastUsed === 'listed' ? oldest : Math.max(oldest, key.firstSeenAt - BACKFILL_MS);
}

/** A working inference key without traffic for at least `idleMs`; of one that nobody watches nothing is known. */
export function isStale(key: Pick<Key, 'kind' | 'status' | 'connectionId'>, quietMs: number, idleMs: number): boolean {
  return key.kind === 'inference' && isWatched(key) && key.status === 'active' && quietMs >= idleMs;
}
