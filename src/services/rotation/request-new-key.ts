import type { KeyCreation } from '../../domain/action-params.ts';
import { missingBefore, type Rotation, stepOf, stepRefusal } from '../../domain/rotation.ts';
import { standingOf } from '../../domain/rotation-standing.ts';
import type { Repos } from '../../ports/store.ts';
import { type RequestDeps, recordRequest } from '../actions/record-request.ts';
import type { Deps } from '../deps.ts';
import { announceRotation } from './announce-rotation.ts';
import { creationKey, creationOf, isUnderWay, MAKER, type RequestNewKeyInput } from './creation-of.ts';
import { newKeyName } from './describe-rotation.ts';
import { type Making, makingOf } from './making.ts';
import { conflict, notFound, refused, stale } from './refusals.ts';
import { simulateMaking } from './simulate.ts';

type MakeDeps = RequestDeps & Pick<Deps, 'places' | 'secretStores'>;

/** Asks for the new key to be made and stored; in a drill it is only said. The same click twice is one request. */
export async function requestNewKey(deps: MakeDeps, input: RequestNewKeyInput): Promise<void> {
  const rotation = await deps.store.read.rotations.get(input.rotationId);
  if (rotation === undefined) throw notFound(input.rotationId);
  if (rotation.kind === 'drill') {
    await simulateMaking(deps, input);
    return;
  }
  const request = { ...input, keyId: rotation.oldKeyId, alertId: null, reason: 'the new key of a rotation' };
  await recordRequest(deps, { ...request, typedSlug: null }, async ({ tx, key, lineage }) => {
    const { rotation: now, standing } = await ready(tx, input);
    const name = newKeyName(lineage, now);
    const params = paramsOf(makingOf(deps, { oldKey: key, lineage }), now, name);
    return {
      kind: 'create_key',
      // One at a time, whatever has happened to the step meanwhile.
      idempotencyKey: isUnderWay(standing) ? (standing?.idempotencyKey ?? '') : creationKey(now),
      params,
      detail: { rotationId: now.id, name, store: params.store, reference: params.reference },
      withIt: () => announceRotation({ deps, tx }, now),
    };
  });
}

/** The step as it has to be for a key to be made. */
async function ready(tx: Repos, { rotationId, revision }: RequestNewKeyInput) {
  const rotation = await tx.rotations.get(rotationId);
  if (rotation === undefined) throw notFound(rotationId);
  const standing = await creationOf(tx, rotation);
  if (stepOf(rotation, 'generate').revision !== revision && !isUnderWay(standing)) throw stale(rotation);
  const refusal = stepRefusal(rotation, { step: 'generate', event: 'complete' });
  if (refusal !== null) throw refused(rotation, 'generate', refusal);
  if (rotation.paused !== null) throw conflict(rotation, 'Nothing was done: this rotation is paused.');
  return { rotation, standing };
}

function paramsOf(making: Making, rotation: Rotation, name: string): KeyCreation {
  if (making.kind === 'by_hand') {
    throw conflict(rotation, 'This key has to be made by hand: the thread says how.');
  }
  const { store, reference } = making.place;
  return { rotationId: rotation.id, name, store: store.name, reference };
}

/** Rotations that go on by themselves, and whose new key nobody has asked for yet. */
async function waiting(
  deps: Pick<Deps, 'store' | 'providers' | 'places' | 'secretStores'>,
): Promise<readonly Rotation[]> {
  const found: Rotation[] = [];
  const { actions, rotations } = deps.store.read;
  for (const { rotation, oldKey, lineage } of await rotations.openWithKeys()) {
    if (!rotation.isAutomatic || standingOf(rotation) !== 'open') continue;
    if (stepOf(rotation, 'generate').state !== 'todo' || missingBefore(rotation, 'generate').length > 0) continue;
    if (rotation.kind !== 'drill' && makingOf(deps, { oldKey, lineage }).kind === 'by_hand') continue;
    if ((await actions.byIdempotencyKey(creationKey(rotation))) === undefined) found.push(rotation);
  }
  return found;
}

/** What makes itself: now where something waits; null where nothing does. */
export async function nextMakingAt(
  deps: Pick<Deps, 'store' | 'clock' | 'providers' | 'places' | 'secretStores'>,
): Promise<number | null> {
  return (await waiting(deps)).length > 0 ? deps.clock.now() : null;
}

export async function makeWaitingKeys(deps: MakeDeps): Promise<void> {
  const failures: unknown[] = [];
  for (const rotation of await waiting(deps)) {
    const input = { actor: MAKER, rotationId: rotation.id, revision: stepOf(rotation, 'generate').revision };
    // One that cannot be asked for must not hold up the others.
    await requestNewKey(deps, input).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
