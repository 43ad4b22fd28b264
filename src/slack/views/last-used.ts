import { isWatched } from '../../domain/key.ts';
import { formatLength, HOUR_MS } from '../../domain/time.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';

/** Honest wording: without a last use, what is known is since when nobody has seen one. */
export function lastUsedText({ key, quietSince }: Pick<KeySummary, 'key' | 'quietSince'>, now: number): string {
  if (!isWatched(key)) return 'not watched';
  if (key.kind === 'admin') return 'use not tracked';
  if (key.lastUsedAt !== null) {
    const agoMs = Math.max(0, now - key.lastUsedAt);
    return agoMs < HOUR_MS ? 'used within the hour' : `used ${formatLength(agoMs)} ago`;
  }
  return `no use seen in ${formatLength(Math.max(0, now - quietSince))}`;
}
