import type { Key, Lineage } from '../../domain/key.ts';
import { type ConsumerSeat, consumerSeats } from '../../domain/rotation-work.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { Deps } from '../deps.ts';

/** Where the value of a lineage's key is kept. */
export interface SecretPlace {
  readonly store: SecretStore;
  readonly reference: string;
}

/** Null where policy names no place for this lineage, or one that is not connected. */
export function secretPlaceOf(
  { places, secretStores }: Pick<Deps, 'places' | 'secretStores'>,
  { lineage, oldKey }: { readonly lineage: Lineage; readonly oldKey: Pick<Key, 'providerId'> },
): SecretPlace | null {
  const { slug, environment } = lineage;
  const place = places.secretOf({ slug, environment, provider: oldKey.providerId });
  const store = place === null ? undefined : secretStores.get(place.store);
  return place === null || store === undefined ? null : { store, reference: place.reference };
}

/** Who has to read the new value, with the hooks that see to it. */
export function seatsOf(
  { places, deployHooks }: Pick<Deps, 'places' | 'deployHooks'>,
  lineage: Lineage,
): readonly ConsumerSeat[] {
  const connected = places.hooksOf(lineage).filter(({ hook }) => deployHooks.has(hook));
  return consumerSeats(lineage.consumers, connected);
}
