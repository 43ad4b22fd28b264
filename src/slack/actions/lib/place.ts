import type { Key } from '../../../domain/key.ts';
import type { Deps } from '../../../services/deps.ts';

/** `Provider / Scope`, as far as both are known. */
export async function placeOf({ store, providers }: Pick<Deps, 'store' | 'providers'>, key: Key): Promise<string> {
  const title = providers.get(key.connectionId)?.title ?? key.providerId;
  const scope = (await store.read.scopes.all()).find(
    ({ id, providerId }) => id === key.scopeId && providerId === key.providerId,
  );
  return scope === undefined ? title : `${title} / ${scope.name}`;
}
