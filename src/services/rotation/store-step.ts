import type { Actor } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import { type Rotation, stepOf } from '../../domain/rotation.ts';
import type { EvidenceOf } from '../../domain/rotation-evidence.ts';
import { hintTail, type RotationSecret } from '../../domain/rotation-work.ts';
import type { StoredSecret } from '../../ports/secret-store.ts';
import type { Deps } from '../deps.ts';
import { changeStep } from './change-step.ts';
import { type SecretPlace, secretPlaceOf } from './places.ts';
import { notFound } from './refusals.ts';

type StoreDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets' | 'places' | 'secretStores' | 'fingerprint'>;

export interface StoreStepInput {
  readonly actor: Actor;
  readonly rotationId: string;
  readonly revision: number;
}

/** `Done` of the step store: looked up in the store where there is one, else a person's word. */
export async function completeStore(deps: StoreDeps, input: StoreStepInput): Promise<Rotation> {
  const rotation = await deps.store.read.rotations.get(input.rotationId);
  if (rotation === undefined) throw notFound(input.rotationId);
  const isCurrent = stepOf(rotation, 'store').revision === input.revision;
  const evidence = isCurrent ? await evidenceOf(deps, rotation) : WORD;
  return changeStep(deps, { ...input, step: 'store', event: 'complete', reason: null, evidence });
}

const WORD: EvidenceOf<'store'> = {
  proof: 'word',
  store: null,
  reference: null,
  version: null,
  formerVersion: null,
  fingerprint: null,
};

async function evidenceOf(deps: StoreDeps, rotation: Rotation): Promise<EvidenceOf<'store'>> {
  if (rotation.kind === 'drill') return { ...WORD, proof: 'simulated' };
  const lineage = await deps.store.read.lineages.get(rotation.lineageId);
  const oldKey = await deps.store.read.keys.get(rotation.oldKeyId);
  const place = lineage && oldKey ? secretPlaceOf(deps, { lineage, oldKey }) : null;
  if (place === null) return WORD;
  const secret = (await deps.store.read.rotationSecrets.get(rotation.id)) ?? null;
  const current = await place.store.readCurrent(place.reference);
  if (current === null) throw notThere(place, 'holds nothing yet');
  const proof = await proofOf(deps, { rotation, place, secret, current });
  return {
    proof,
    store: place.store.name,
    reference: place.reference,
    version: current.version,
    formerVersion: secret?.formerVersion ?? null,
    fingerprint: current.value === null ? null : deps.fingerprint(current.value),
  };
}

interface Look {
  readonly rotation: Rotation;
  readonly place: SecretPlace;
  readonly secret: RotationSecret | null;
  readonly current: StoredSecret;
}

/** By the value where it can be read, else by its having changed since the rotation began. */
async function proofOf(
  deps: StoreDeps,
  { rotation, place, secret, current }: Look,
): Promise<EvidenceOf<'store'>['proof']> {
  const isSeen = secret !== null && secret.seenAt !== null;
  const isOlder = current.createdAt !== null && current.createdAt < rotation.startedAt;
  if (current.value === null) {
    const isSame = isSeen ? current.version === secret.formerVersion : isOlder;
    if (isSame) throw notThere(place, 'has not changed since the rotation began');
    return isSeen || current.createdAt !== null ? 'version' : 'word';
  }
  const isSame = isSeen && deps.fingerprint(current.value) === secret.formerFingerprint;
  if (isSame) throw notThere(place, 'still holds the old value');
  const newKey = rotation.newKeyId === null ? undefined : await deps.store.read.keys.get(rotation.newKeyId);
  const tail = hintTail(newKey?.hint ?? null);
  if (tail !== null && !current.value.reveal().endsWith(tail)) {
    throw notThere(place, 'holds another value than the new key’s: its last characters differ');
  }
  if (tail !== null) return 'fingerprint';
  return isSeen ? 'version' : 'word';
}

function notThere({ store, reference }: SecretPlace, why: string): AppError {
  return new AppError({
    code: 'conflict',
    message: `${store.name} ${reference} ${why}`,
    publicMessage: `Nothing was changed: ${store.title} (${reference}) ${why}. Store the new value there and try again; if it is kept elsewhere, use Skip… and say where.`,
  });
}
