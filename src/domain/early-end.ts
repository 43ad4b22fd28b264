import { z } from 'zod';
import { isOver, ROTATION_STEPS, type Rotation, type StepName, stepOf } from './rotation.ts';
import { standingOf } from './rotation-standing.ts';

const EARLY_REASONS = ['generate', 'store', 'redeploy', 'verify', 'rolling_back'] as const satisfies readonly (
  | StepName
  | 'rolling_back'
)[];
/** A step that is not over, or that people go back to the old key. */
export type EarlyReason = (typeof EARLY_REASONS)[number];

/** What somebody was told who ends the old key of a rotation all the same, before its new key is verified. */
export const earlyEnd = z.object({
  rotationId: z.string(),
  reasons: z.array(z.enum(EARLY_REASONS)).readonly(),
  /** What its traffic said against it (`Doubt`). */
  doubts: z.array(z.string()).readonly(),
});
export type EarlyEnd = z.infer<typeof earlyEnd>;

/** Why an end of the old key leaves somebody without a key; empty where it does not. What is public ends first. */
export function earlyReasons(rotation: Rotation): readonly EarlyReason[] {
  const standing = standingOf(rotation);
  if (rotation.kind === 'drill' || rotation.isPublic || standing === 'done' || standing === 'cancelled') return [];
  if (standing === 'rolling_back') return ['rolling_back'];
  return ROTATION_STEPS.filter(isBeforeEnd).filter((name) => !isOver(stepOf(rotation, name).state));
}

/** Whether people know all that speaks against it now: less than they were told is no news. */
export function wasTold(told: readonly EarlyEnd[], { id }: Pick<Rotation, 'id'>, reasons: readonly EarlyReason[]) {
  const known = told.find(({ rotationId }) => rotationId === id)?.reasons ?? [];
  return reasons.every((reason) => known.includes(reason));
}

function isBeforeEnd(name: StepName): name is Exclude<EarlyReason, 'rolling_back'> {
  return name !== 'revoke' && name !== 'inventory';
}
