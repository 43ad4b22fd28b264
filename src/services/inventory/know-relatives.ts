import { toError } from '../../domain/errors.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Watermark } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { syncInventory } from './sync-inventory.ts';

type Needed = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'logger' | 'providers' | 'breathe'>;

/**
 * Before the first poll of a connection that is new, or has a new name: reads its inventory where others, now or in the
 * past, may see the same organization, so that it is known whose the money is. A poll does not fail for want of it.
 */
export async function knowRelatives(deps: Needed, provider: Provider, before: Watermark | undefined): Promise<void> {
  if (typeof before?.polledAt === 'number') return;
  const { connectionId } = provider;
  const { scopes, scopeSights } = deps.store.read;
  const isKnown = (await scopeSights.all()).some((sight) => sight.connectionId === connectionId);
  const isOther = (one: { readonly id: string; readonly connectionId: string }) =>
    one.id === provider.id && one.connectionId !== connectionId;
  const had = (await scopes.all()).map((scope) => ({ id: scope.providerId, connectionId: scope.connectionId }));
  if (isKnown || ![...deps.providers.values(), ...had].some(isOther)) return;
  try {
    await syncInventory(deps, provider);
  } catch (error) {
    deps.logger.warn('not known what the connection shares with others', {
      connection: connectionId,
      error: toError(error),
    });
  }
}
