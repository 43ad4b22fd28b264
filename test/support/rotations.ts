import {
  newRotation,
  ROTATION_STEPS,
  type Rotation,
  type RotationStep,
  type StepName,
  type StepState,
} from '../../src/domain/rotation.ts';
import { NOON } from './records.ts';

/** A rotation whose steps are in these states; all others wait. */
export function rotationOf(
  fields: Partial<Rotation> = {},
  states: Partial<Record<StepName, StepState | Partial<RotationStep>>> = {},
): Rotation {
  const fresh = newRotation({
    id: 'rot_1',
    lineageId: 'lin_1',
    oldKeyId: 'key_1',
    alertId: null,
    reason: 'it leaked',
    startedBy: 'slack:T1/U0ANA',
    startedAt: NOON,
  });
  const steps = fresh.steps.map((step) => {
    const given = states[step.name];
    if (given === undefined) return step;
    const known = typeof given === 'string' ? { state: given } : given;
    return { ...step, by: 'slack:T1/U0ANA', at: NOON + 60_000, revision: 2, ...known };
  });
  return { ...fresh, steps, ...fields };
}

/** The first so many steps are done. */
export function rotationAfter(count: number, fields: Partial<Rotation> = {}): Rotation {
  return rotationOf(fields, Object.fromEntries(ROTATION_STEPS.slice(0, count).map((name) => [name, 'done' as const])));
}
