import type { Key } from './key.ts';

/** When a key was last known to be alive: its last use, else its creation, else when it was first seen here. */
export function quietSince(key: Pick<Key, 'lastUsedAt' | 'createdAt' | 'firstSeenAt'>): number {
  return key.lastUsedAt ?? key.createdAt ?? key.firstSeenAt;
}

/** A working inference key without traffic for at least `idleMs`. */
export function isStale(key: Key, now: number, idleMs: number): boolean {
  return key.kind === 'inference' && key.status === 'active' && now - quietSince(key) >= idleMs;
}
