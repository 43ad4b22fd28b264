import { nextRetirementAt, retireByPolicy } from '../../services/rotation/retire-by-policy.ts';
import type { DueWork } from '../due-work.ts';

/** Old keys of automatic rotations are suspended once they are quiet, where policy says so. */
export const retireOldKeys: DueWork = {
  name: 'retire-old-keys',
  nextDueAt: nextRetirementAt,
  run: retireByPolicy,
};
