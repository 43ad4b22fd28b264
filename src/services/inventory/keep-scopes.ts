import { inSlices } from '../../domain/collections.ts';
import type { ProviderScope } from '../../domain/key.ts';
import { noKeyId } from '../../domain/usage.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';

type Needed = Pick<Deps, 'store' | 'clock' | 'providers' | 'breathe'>;

// A slice of this many scopes is written in a few dozen milliseconds.
const SLICE = 100;

/**
 * Keeps which scopes a connection sees. A scope that several see belongs to the first of them until that one is
 * configured no more or has lost it; then it goes over to who sees it, with its usage that has no key.
 */
export async function keepScopes(deps: Needed, provider: Provider, scopes: readonly ProviderScope[]): Promise<void> {
  const { id: providerId, connectionId } = provider;
  const lastSeenAt = deps.clock.now();
  const ownerOf = await scopeOwners(deps, provider);
  for (const slice of inSlices(scopes, SLICE)) {
    await deps.store.write(async (tx) => {
      for (const scope of slice) {
        const owner = ownerOf(scope.id);
        if (owner.holds) continue;
        await tx.scopes.upsert({ ...scope, connectionId, providerId, lastSeenAt });
        if (owner.id === connectionId) continue;
        const to = { connectionId, keyId: noKeyId(connectionId, scope.id) };
        await tx.usage.move({ connectionId: owner.id, keyId: noKeyId(owner.id, scope.id) }, to);
      }
    });
    await deps.breathe();
  }
  const seen = [...new Set(scopes.map(({ id }) => id))];
  const sights = seen.map((scopeId) => ({ connectionId, providerId, scopeId }));
  await deps.store.write((tx) => tx.scopeSights.replace(connectionId, sights));
}

/** Whom a scope belongs to before this sync, and whether it is another that keeps it. */
async function scopeOwners({ store, providers }: Needed, { id: providerId, connectionId }: Provider) {
  const owners = new Map<string, string>();
  for (const scope of await store.read.scopes.all()) {
    if (scope.providerId === providerId) owners.set(scope.id, scope.connectionId);
  }
  const sights = new Map<string, Set<string>>();
  for (const sight of await store.read.scopeSights.all()) {
    sights.set(sight.connectionId, (sights.get(sight.connectionId) ?? new Set()).add(sight.scopeId));
  }
  return (scopeId: string) => {
    const id = owners.get(scopeId) ?? connectionId;
    const seen = sights.get(id);
    const isLost = seen !== undefined && !seen.has(scopeId);
    return { id, holds: id !== connectionId && providers.has(id) && !isLost };
  };
}
