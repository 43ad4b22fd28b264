import { nextFindAt, tickFoundKeys } from '../../services/rotation/find-new-keys.ts';
import type { DueWork } from '../due-work.ts';

/** Ticks the step *generate* as soon as the key that a person has made is in the key list. */
export const findNewKeys: DueWork = {
  name: 'find-new-keys',
  nextDueAt: nextFindAt,
  run: tickFoundKeys,
};
