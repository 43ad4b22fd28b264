import { isWatchedKey } from '../../domain/reconciliation.ts';
import { NO_KEY_PREFIX } from '../../domain/usage.ts';
import type { Store } from '../../ports/store.ts';

/** What people call a scope, a key in it, or what is neither. Names are from outside. */
export interface CostName {
  readonly kind: 'key' | 'no_key' | 'unknown_key' | 'scope';
  /** The key's slug or the provider's id of it; null where there is no key to name. */
  readonly key: string | null;
  /** Null: outside of every scope. */
  readonly scope: string | null;
}

export type NameCost = (part: { readonly scopeId: string; readonly keyId: string | null }) => CostName;

/** Reads the inventory once; what it does not know is called by the provider's id. */
export async function costNames({ read }: Pick<Store, 'read'>): Promise<NameCost> {
  const slugs = new Map((await read.lineages.all()).map(({ id, slug }) => [id, slug]));
  const keys = new Map((await read.keys.all()).map((key) => [key.id, slugs.get(key.lineageId) ?? key.label]));
  // A connection that sees another's scopes names them too: ids are the provider's own, and unique.
  const scopes = new Map((await read.scopes.all()).map(({ id, name }) => [id, name]));
  return ({ scopeId, keyId }) => {
    const scope = scopeId === '' ? null : (scopes.get(scopeId) ?? scopeId);
    if (keyId === null || keyId === '') return { kind: 'scope', key: null, scope };
    if (isWatchedKey(keyId)) return { kind: 'key', key: keys.get(keyId) ?? keyId, scope };
    if (keyId.startsWith(NO_KEY_PREFIX)) return { kind: 'no_key', key: null, scope };
    return { kind: 'unknown_key', key: keyId.slice(keyId.indexOf(':') + 1), scope };
  };
}
