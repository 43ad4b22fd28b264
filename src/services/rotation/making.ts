import type { Key, Lineage } from '../../domain/key.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { type SecretPlace, secretPlaceOf } from './places.ts';

/** Why a person has to make the new key. */
export type ByHandReason = 'no_connection' | 'provider' | 'owner' | 'no_right' | 'no_place';

/** How the key that takes over from another one can be made. */
export type Making =
  | { readonly kind: 'by_us'; readonly provider: Provider; readonly place: SecretPlace; readonly ownerId: string }
  | { readonly kind: 'by_hand'; readonly because: ByHandReason };

/** By us where the provider makes keys for the owner of this one, and where its value has a place to go. */
export function makingOf(
  deps: Pick<Deps, 'providers' | 'places' | 'secretStores'>,
  { oldKey, lineage }: { readonly oldKey: Key; readonly lineage: Lineage },
): Making {
  const provider = deps.providers.get(oldKey.connectionId);
  if (provider === undefined) return byHand('no_connection');
  const { create } = provider.capabilities;
  if (create === 'none') return byHand('provider');
  const { owner } = oldKey;
  if (owner === null || (create === 'service_account' && owner.kind !== 'service_account')) return byHand('owner');
  if (provider.createKey === undefined) return byHand('no_right');
  const place = secretPlaceOf(deps, { lineage, oldKey });
  return place === null ? byHand('no_place') : { kind: 'by_us', provider, place, ownerId: owner.id };
}

function byHand(because: ByHandReason): Making {
  return { kind: 'by_hand', because };
}
