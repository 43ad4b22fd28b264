import { missingBefore, type Rotation } from './rotation.ts';
import { ROTATION_TRANSITIONS, type RotationEvent, standingOf } from './rotation-standing.ts';

/** Who steers it, when and why. */
export interface Steering {
  /** Actor text. */
  readonly by: string;
  readonly at: number;
  readonly reason: string;
}

/** Null: the event does not apply to it as it stands. */
export function steered(
  rotation: Rotation,
  event: Exclude<RotationEvent, 'change' | 'finish'>,
  steering: Steering,
): Rotation | null {
  if (ROTATION_TRANSITIONS[standingOf(rotation)][event] === null) return null;
  const next = { ...rotation, revision: rotation.revision + 1 };
  const { by, at, reason } = steering;
  switch (event) {
    case 'pause':
      return { ...next, paused: { by, at, reason } };
    case 'resume':
      return { ...next, paused: null };
    case 'roll_back':
      return { ...next, paused: null, finalAt: null, rollback: { by, at, reason } };
    case 'cancel':
      return { ...next, state: 'cancelled', finalAt: null, closedBy: by, closedAt: at, closeReason: reason };
  }
}

export type EndRefusal = 'closed' | 'rolling_back' | 'paused' | 'not_verified';

/**
 * Why the old key may not be led to its end from here; null where it may. Nobody is to be left without a key: only what is
 * public ends before the new key was verified, and the record says that it was.
 */
export function endRefusal(rotation: Rotation): EndRefusal | null {
  const standing = standingOf(rotation);
  if (standing === 'done' || standing === 'cancelled') return 'closed';
  if (standing !== 'open') return standing;
  return rotation.isPublic || missingBefore(rotation, 'revoke').length === 0 ? null : 'not_verified';
}

/** The old key is stopped, and revoked for good at `finalAt`, unless somebody needs it until then. */
export function withGrace(rotation: Rotation, finalAt: number): Rotation {
  return { ...rotation, finalAt, revision: rotation.revision + 1 };
}

/**
 * It was started again, or what was agreed on does not hold any more: the step says so, and what was agreed on before that
 * is void.
 */
export function withoutGrace(rotation: Rotation, { by, at, reason }: Steering): Rotation {
  const steps = rotation.steps.map((step) =>
    step.name === 'revoke' ? { ...step, by, at, reason, revision: step.revision + 1 } : step,
  );
  return { ...rotation, steps, finalAt: null, revision: rotation.revision + 1 };
}

/** Whether the final step is due; what is paused waits. */
export function isFinalDue(rotation: Rotation, now: number): boolean {
  return rotation.finalAt !== null && rotation.finalAt <= now && endRefusal(rotation) === null;
}
