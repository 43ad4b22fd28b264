import { type Environment, isWatched, type Key, type Lineage } from './key.ts';
import { HOUR_MS } from './time.ts';
import { BACKFILL_MS } from './window.ts';

type QuietFacts = Pick<Key, 'lastUsedAt' | 'createdAt' | 'firstSeenAt'>;

/**
 * Since when nobody has used a key, as far as we can know: its last use, else its creation. Where a provider tells no
 * last use, we know only what usage we have read: the key may well have been used before that.
 */
export function quietSince(key: QuietFacts, lastUsed: 'listed' | 'usage'): number {
  if (key.lastUsedAt !== null) return key.lastUsedAt;
  const oldest = key.createdAt ?? key.firstSeenAt;
  return lastUsed === 'listed' ? oldest : Math.max(oldest, watchedSince(key));
}

/** A working inference key without traffic for at least `idleMs`; of one that nobody watches nothing is known. */
export function isStale(key: Pick<Key, 'kind' | 'status' | 'connectionId'>, quietMs: number, idleMs: number): boolean {
  return key.kind === 'inference' && isWatched(key) && key.status === 'active' && quietMs >= idleMs;
}

/** What a connection can tell of the use of its keys. */
export interface Sight {
  readonly lastUsed: 'listed' | 'usage';
  readonly usagePerKey: boolean;
  /** Up to when what tells the last use was read completely; null: never. */
  readonly knownUntil: number | null;
}

/**
 * `unused`: it was used last at `sinceAt`. `never`: it is there since then and was never used. `unseen`: no use was seen
 * since then, and nobody knows what was before. `unknown`: nothing can be said.
 */
export type Idleness =
  | { readonly kind: 'unused' | 'never' | 'unseen'; readonly sinceAt: number }
  | { readonly kind: 'unknown'; readonly sinceAt: number; readonly why: 'blind' | 'not_per_key' };

// Reads fail for an hour now and then; after this one that was used meanwhile may look unused.
const BLIND_MS = 6 * HOUR_MS;

/** What is known of a key's silence. What is not known is never called unused. */
export function idlenessOf(key: QuietFacts, { lastUsed, usagePerKey, knownUntil }: Sight, now: number): Idleness {
  const sinceAt = quietSince(key, lastUsed);
  if (lastUsed === 'usage' && !usagePerKey) return { kind: 'unknown', sinceAt, why: 'not_per_key' };
  if (knownUntil === null || now - knownUntil > BLIND_MS) return { kind: 'unknown', sinceAt, why: 'blind' };
  if (key.lastUsedAt !== null) return { kind: 'unused', sinceAt };
  if (lastUsed === 'listed') return { kind: 'never', sinceAt };
  const isWhole = key.createdAt !== null && key.createdAt >= watchedSince(key);
  return { kind: isWhole ? 'never' : 'unseen', sinceAt };
}

/** How `/keys stale` groups a key that has been quiet for less or more than `idleMs`; null: it is in use, or young. */
export type StaleGroup = 'unused' | 'never' | 'unknown';

export function staleGroupOf(idle: Idleness, idleMs: number, now: number): StaleGroup | null {
  const isLong = now - idle.sinceAt >= idleMs;
  switch (idle.kind) {
    case 'unknown':
      return 'unknown';
    case 'unseen':
      return isLong ? 'unused' : 'unknown';
    default:
      return isLong ? idle.kind : null;
  }
}

/** Keys that are left alone, all conditions of a rule together. */
export interface ExemptRule {
  /** Null: any name. */
  readonly match: string | null;
  /** Tested against a lineage's slug and the key's label. */
  readonly pattern: RegExp | null;
  readonly environment: Environment | null;
}

/** Why the ladder leaves a key alone. */
export type Exemption = 'admin' | 'registered' | 'rotation' | 'canary' | 'policy';

export interface ExemptionInput {
  readonly key: Pick<Key, 'kind' | 'connectionId' | 'label'>;
  readonly lineage: Pick<Lineage, 'slug' | 'environment'>;
  readonly isRotating: boolean;
}

// A key that is there to be found and used by nobody: silence is its purpose.
const CANARY = /(^|[^a-z])(canary|honey(pot|token|key)|tripwire)([^a-z]|$)/i;

export function exemptionOf(
  { key, lineage, isRotating }: ExemptionInput,
  rules: readonly ExemptRule[],
): Exemption | null {
  if (key.kind === 'admin') return 'admin';
  if (!isWatched(key)) return 'registered';
  if (isRotating) return 'rotation';
  const names = [lineage.slug, key.label];
  if (names.some((name) => CANARY.test(name))) return 'canary';
  const fits = ({ pattern, environment }: ExemptRule) =>
    (pattern === null || names.some((name) => pattern.test(name))) &&
    (environment === null || environment === lineage.environment);
  return rules.some(fits) ? 'policy' : null;
}

/** Usage is read back so far when a key is first seen. */
function watchedSince({ firstSeenAt }: Pick<Key, 'firstSeenAt'>): number {
  return firstSeenAt - BACKFILL_MS;
}
