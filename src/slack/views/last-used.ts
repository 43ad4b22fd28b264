import type { Key } from '../../domain/key.ts';
import { DAY_MS, formatLength } from '../../domain/time.ts';

/** Honest wording: without a last use, what is known is since when nobody has seen one. */
export function lastUsedText(key: Key, now: number): string {
  if (key.kind === 'admin') return 'use not tracked';
  if (key.lastUsedAt !== null) {
    const agoMs = Math.max(0, now - key.lastUsedAt);
    return agoMs < DAY_MS / 24 ? 'used within the hour' : `used ${formatLength(agoMs)} ago`;
  }
  return `no use seen in ${formatLength(Math.max(0, now - (key.createdAt ?? key.firstSeenAt)))}`;
}
