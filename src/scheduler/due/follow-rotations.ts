import { followOldKeys, nextFollowAt } from '../../services/rotation/follow-old-keys.ts';
import type { DueWork } from '../due-work.ts';

/** Ticks the step *revoke* as soon as the old key is seen stopped. */
export const followRotations: DueWork = {
  name: 'follow-rotations',
  nextDueAt: nextFollowAt,
  run: followOldKeys,
};
