import { type Actor, actorText } from '../../domain/actor.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { steered } from '../../domain/rotation-steering.ts';
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

export interface SteerInput {
  readonly actor: Actor;
  readonly rotationId: string;
  readonly reason: string;
}

/** Ends it before it is through. What was done stays done; the message says what that is. */
export async function cancelRotation(deps: SteerDeps, input: SteerInput): Promise<Rotation> {
  return steer(deps, input, {
    event: 'cancel',
    verb: 'rotation.cancelled',
    isSo: ({ state, closedBy }) => state === 'cancelled' && isSameActor(input.actor, closedBy),
  });
}

/** Nothing goes on by itself, and nobody is reminded; people may still tick what they have done. */
export async function pauseRotation(deps: SteerDeps, input: SteerInput): Promise<Rotation> {
  const isSo = ({ paused }: Rotation) => paused !== null && isSameActor(input.actor, paused.by);
  return steer(deps, input, { event: 'pause', verb: 'rotation.paused', isSo });
}

/** What was due meanwhile is done now. */
export async function resumeRotation(deps: SteerDeps, input: Omit<SteerInput, 'reason'>): Promise<Rotation> {
  const isSo = ({ state, paused }: Rotation) => state === 'open' && paused === null;
  return steer(deps, { ...input, reason: 'it goes on' }, { event: 'resume', verb: 'rotation.resumed', isSo });
}

interface Way {
  readonly event: 'cancel' | 'pause' | 'resume';
  readonly verb: string;
  /** A second click, or a repeated delivery. */
  readonly isSo: (rotation: Rotation) => boolean;
}

async function steer(deps: SteerDeps, input: SteerInput, { event, verb, isSo }: Way): Promise<Rotation> {
  const { actor, rotationId } = input;
  const reason = cleanReason(input.reason);
  return deps.store.write(async (tx) => {
    const before = await tx.rotations.get(rotationId);
    if (before === undefined) throw notFound(rotationId);
    const after = steered(before, event, { by: actorText(actor), at: deps.clock.now(), reason });
    if (after === null) {
      if (isSo(before)) return before;
      throw stale(before);
    }
    const detail = { reason, newKeyId: before.newKeyId };
    await saveRotation({ deps, tx }, { before, after }, { actor, verb, detail });
    return after;
  });
}
