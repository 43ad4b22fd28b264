import type { Action } from '../../domain/action.ts';
import { publicMessageOf } from '../../domain/errors.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { isOver, type Rotation, stepOf } from '../../domain/rotation.ts';
import type { RotationConsumer } from '../../domain/rotation-work.ts';
import type { KeylessAdvice } from '../../ports/provider.ts';
import type { SecretStoreCapabilities } from '../../ports/secret-store.ts';
import type { Deps } from '../deps.ts';
import { creationOf } from './creation-of.ts';
import { type Found, findNewKey } from './find-new-keys.ts';
import { type ByHandReason, makingOf } from './making.ts';
import { type SecretPlace, secretPlaceOf } from './places.ts';
import { type Restoring, restoringOf } from './put-secret-back.ts';

/** What the first three steps of a rotation show besides the rotation itself. */
export interface RotationWork {
  /** Null: Keysteward can make the new key. */
  readonly byHand: ByHandReason | null;
  /** The newest request to make it, whatever became of it. */
  readonly creation: Action | null;
  readonly found: Found;
  /** Where its value goes; null: somewhere that we do not know. */
  readonly place: {
    readonly title: string;
    readonly reference: string;
    readonly readBack: SecretStoreCapabilities['readBack'];
    /** Commands for a person. */
    readonly byHand: readonly string[];
    /** Why it could not be looked at. */
    readonly problem: string | null;
  } | null;
  readonly consumers: readonly ConsumerCard[];
  readonly keyless: KeylessAdvice | null;
  /** Of a roll-back: why the former secret is not back yet. */
  readonly restoring: Restoring | null;
}

export interface ConsumerCard {
  readonly row: RotationConsumer;
  readonly hookTitle: string | null;
  /** How a person does what its hook does. */
  readonly byHand: readonly string[];
}

/** Of a rotation of which nothing is known. */
export const NO_WORK: RotationWork = {
  byHand: 'provider',
  creation: null,
  found: { kind: 'none' },
  place: null,
  consumers: [],
  keyless: null,
  restoring: null,
};

type WorkDeps = Pick<Deps, 'store' | 'providers' | 'places' | 'secretStores' | 'deployHooks'>;

export async function readWork(
  deps: WorkDeps,
  rotation: Rotation,
  { oldKey, lineage }: { readonly oldKey: Key; readonly lineage: Lineage },
): Promise<RotationWork> {
  const repos = deps.store.read;
  const making = makingOf(deps, { oldKey, lineage });
  const secret = await repos.rotationSecrets.get(rotation.id);
  const isMade = isOver(stepOf(rotation, 'generate').state);
  return {
    byHand: making.kind === 'by_hand' ? making.because : null,
    creation: isMade ? null : await creationOf(repos, rotation),
    found: await findNewKey(repos, rotation),
    place: placeCard(secretPlaceOf(deps, { lineage, oldKey }), secret?.problem ?? null),
    consumers: (await repos.rotationConsumers.ofRotation(rotation.id)).map((row) => consumerCard(deps, row)),
    keyless: deps.providers.get(oldKey.connectionId)?.keyless ?? null,
    restoring: await restoringOf(repos, rotation),
  };
}

/** A reference that the store does not take is a problem of one step, and no reason to show nothing of the key. */
function placeCard(place: SecretPlace | null, problem: string | null): RotationWork['place'] {
  if (place === null) return null;
  const { store, reference } = place;
  const card = { title: store.title, reference, readBack: store.capabilities.readBack };
  try {
    return { ...card, byHand: store.byHand(reference), problem };
  } catch (error) {
    return { ...card, byHand: [], problem: publicMessageOf(error) };
  }
}

function consumerCard({ deployHooks }: Pick<Deps, 'deployHooks'>, row: RotationConsumer): ConsumerCard {
  const hook = row.hook === null ? undefined : deployHooks.get(row.hook);
  return { row, hookTitle: hook?.title ?? row.hook, byHand: hook?.byHand ?? [] };
}
