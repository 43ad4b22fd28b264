import type { Key } from '../../domain/key.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Scope } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** What of an organization's costs counts with one connection, where several admin keys see the same. */
export interface CostOwnership {
  /** The connections that may have read the usage of keys of this one's organization, itself first. */
  readonly connectionIds: readonly string[];
  /** By the provider's own id. */
  readonly keyOf: (providerKeyId: string) => Key | undefined;
  /** By ours. */
  readonly keyById: (keyId: string) => Key | undefined;
  /** Whether a cost counts here. Without a key it follows its scope. */
  readonly isOwn: (key: Key | undefined, scopeId: string | null) => boolean;
}

interface SeenCosts {
  /** False: costs come by scope, so that a scope counts as a whole. */
  readonly perKey: boolean;
  /** What the report speaks of; shows which organization it is. */
  readonly seen: readonly { readonly providerKeyId: string | null; readonly scopeId: string | null }[];
}

/** Reads the inventory once, for any number of reports. */
export async function costOwnerships(
  deps: Pick<Deps, 'store' | 'providers'>,
  provider: Provider,
): Promise<(report: SeenCosts) => CostOwnership> {
  const { connectionId } = provider;
  const rivals = [...deps.providers.values()].filter(({ id }) => id === provider.id).map((one) => one.connectionId);
  const keys = (await deps.store.read.keys.all()).filter(({ providerId }) => providerId === provider.id);
  const byProviderId = new Map(keys.map((key) => [key.providerKeyId, key]));
  const byId = new Map(keys.map((key) => [key.id, key]));
  const keyOf = (id: string) => byProviderId.get(id);
  const base = { keyOf, keyById: (id: string) => byId.get(id) };
  if (rivals.length < 2) return () => ({ ...base, connectionIds: [connectionId], isOwn: () => true });

  const scopes = (await deps.store.read.scopes.all()).filter(({ providerId }) => providerId === provider.id);
  const ownerOfScope = scopeOwners({ rivals, keys, scopes });
  return ({ perKey, seen }) => {
    const ownerOf = (key: Key | undefined, scopeId: string | null): string | undefined => {
      if (perKey && key !== undefined) return rivals.includes(key.connectionId) ? key.connectionId : connectionId;
      return scopeId === null ? undefined : ownerOfScope.get(scopeId);
    };
    // What lies outside of every scope counts with the first connection of those that see the same organization.
    const sharing = new Set(seen.map((one) => ownerOf(keyOf(one.providerKeyId ?? ''), one.scopeId) ?? connectionId));
    const first = rivals.find((rival) => sharing.has(rival)) ?? connectionId;
    return {
      ...base,
      connectionIds: [connectionId, ...rivals.filter((rival) => rival !== connectionId)],
      isOwn: (key, scopeId) => (ownerOf(key, scopeId) ?? (scopeId === null ? first : connectionId)) === connectionId,
    };
  };
}

interface ScopeOwners {
  /** In the order of the configuration. */
  readonly rivals: readonly string[];
  readonly keys: readonly Key[];
  readonly scopes: readonly Scope[];
}

/** The first connection that has a key in a scope; for a scope without keys, the one that listed it last. */
function scopeOwners({ rivals, keys, scopes }: ScopeOwners): ReadonlyMap<string, string> {
  const owners = new Map(
    scopes.filter((one) => rivals.includes(one.connectionId)).map((one) => [one.id, one.connectionId]),
  );
  for (const rival of rivals.toReversed()) {
    for (const { connectionId, scopeId } of keys)
      if (connectionId === rival && scopeId !== null) owners.set(scopeId, rival);
  }
  return owners;
}
