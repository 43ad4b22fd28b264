import { noKeyId, type ProviderUsage } from '../../domain/usage.ts';
import type { Provider } from '../../ports/provider.ts';
import type { KeyIdentity, Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** By the provider's own id. */
type KeysById = ReadonlyMap<string, KeyIdentity>;

/** Two admin keys of one organization see the same usage: it counts with one connection. */
export interface UsageOwners {
  /** Whether this usage counts with the connection that has read it. */
  isOwn(usage: ProviderUsage): boolean;
  /**
   * What others hold of the connection's own usage, because they are configured no more or did not know better, goes
   * over to it.
   */
  takeOver(tx: Repos, own: readonly ProviderUsage[]): Promise<void>;
}

/**
 * Usage of a key belongs to the connection that the key belongs to; usage without a key to that of its scope; usage
 * without either to the first by name of those that share a scope. A connection that is configured no more owns nothing.
 */
export async function usageOwners(
  { store, providers }: Pick<Deps, 'store' | 'providers'>,
  { id: providerId, connectionId }: Pick<Provider, 'id' | 'connectionId'>,
  keys: KeysById,
): Promise<UsageOwners> {
  const scopes = (await store.read.scopes.all()).filter((scope) => scope.providerId === providerId);
  const sights = (await store.read.scopeSights.all()).filter((sight) => sight.providerId === providerId);
  const owned = scopes.map((scope) => ({ connectionId: scope.connectionId, scopeId: scope.id }));
  const scopeOwner = new Map(owned.map((scope) => [scope.scopeId, scope.connectionId]));
  const relatives = relativesOf(connectionId, [...owned, ...sights]);
  const [firstByName] = [connectionId, ...relatives].filter((id) => providers.has(id)).sort();
  const isMine = (owner: string) => owner === connectionId || !providers.has(owner);

  return {
    isOwn({ providerKeyId, scopeId }) {
      if (providerKeyId !== null) {
        const key = keys.get(providerKeyId);
        return key === undefined || isMine(key.connectionId);
      }
      return isMine((scopeId === null ? undefined : scopeOwner.get(scopeId)) ?? firstByName ?? connectionId);
    },
    async takeOver(tx, own) {
      for (const id of new Set(own.map(({ providerKeyId }) => providerKeyId))) {
        const key = id === null ? undefined : keys.get(id);
        if (key !== undefined && key.connectionId !== connectionId) await takeOverKey(tx, key.id, connectionId);
      }
      if (relatives.length === 0) return;
      const without = own.filter(({ providerKeyId }) => providerKeyId === null);
      for (const scopeId of new Set(without.map((usage) => usage.scopeId))) {
        const to = { connectionId, keyId: noKeyId(connectionId, scopeId) };
        for (const other of relatives) await tx.usage.move({ connectionId: other, keyId: noKeyId(other, scopeId) }, to);
      }
    },
  };
}

/** A key and all its usage go over to another connection. Read again: an act may have changed the key meanwhile. */
async function takeOverKey(tx: Repos, keyId: string, connectionId: string): Promise<void> {
  const key = await tx.keys.get(keyId);
  if (key === undefined || key.connectionId === connectionId) return;
  await tx.keys.update({ ...key, connectionId });
  await tx.usage.move({ connectionId: key.connectionId, keyId }, { connectionId, keyId });
}

/** The other connections of the same organization: those that share a scope with it, or with one that does. */
function relativesOf(
  connectionId: string,
  sights: readonly { readonly connectionId: string; readonly scopeId: string }[],
): readonly string[] {
  const family = new Set([connectionId]);
  const scopes = new Set<string>();
  let grown = true;
  while (grown) {
    const before = family.size + scopes.size;
    for (const sight of sights) {
      if (family.has(sight.connectionId)) scopes.add(sight.scopeId);
      else if (scopes.has(sight.scopeId)) family.add(sight.connectionId);
    }
    grown = family.size + scopes.size > before;
  }
  family.delete(connectionId);
  return [...family].sort();
}
