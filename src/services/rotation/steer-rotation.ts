import { type Actor, actorText } from '../../domain/actor.ts';
import { ROTATION_TRANSITIONS, type Rotation } from '../../domain/rotation.ts';
import type { Deps } from '../deps.ts';
import { isSameActor, saveRotation, tellDriver } from './announce-rotation.ts';
import { cleanReason } from './open-rotation.ts';
import { notFound, stale } from './refusals.ts';

type SteerDeps = Pick<Deps, 'store' | 'clock' | 'ids'>;

export interface HandOverInput {
  readonly actor: Actor;
  readonly rotationId: string;
  /** Who drives it from here on. */
  readonly to: Actor;
}

/** Somebody else sees to it that it ends; the thread tells them. */
export async function handOver(deps: SteerDeps, { actor, rotationId, to }: HandOverInput): Promise<Rotation> {
  return deps.store.write(async (tx) => {
    const before = await tx.rotations.get(rotationId);
    if (before === undefined) throw notFound(rotationId);
    if (before.state !== 'open') throw stale(before);
    if (isSameActor(to, before.driver)) return before;
    const after: Rotation = { ...before, driver: actorText(to), revision: before.revision + 1 };
    const detail = { from: before.driver, to: after.driver };
    await saveRotation({ deps, tx }, { before, after }, { actor, verb: 'rotation.handed_over', detail });
    await tellDriver({ deps, tx }, after);
    return after;
  });
}

export interface CancelRotationInput {
  readonly actor: Actor;
  readonly rotationId: string;
  readonly reason: string;
}

/** Ends it before it is through. What was done stays done; the message says what that is. */
export async function cancelRotation(deps: SteerDeps, input: CancelRotationInput): Promise<Rotation> {
  const { actor, rotationId } = input;
  const closeReason = cleanReason(input.reason);
  return deps.store.write(async (tx) => {
    const before = await tx.rotations.get(rotationId);
    if (before === undefined) throw notFound(rotationId);
    const state = ROTATION_TRANSITIONS[before.state].cancel;
    if (state === null) {
      if (before.state === 'cancelled' && isSameActor(actor, before.closedBy)) return before;
      throw stale(before);
    }
    const at = deps.clock.now();
    const closing = { state, closedBy: actorText(actor), closedAt: at, closeReason };
    const after: Rotation = { ...before, ...closing, revision: before.revision + 1 };
    const detail = { reason: closeReason, newKeyId: before.newKeyId };
    await saveRotation({ deps, tx }, { before, after }, { actor, verb: 'rotation.cancelled', detail });
    return after;
  });
}
