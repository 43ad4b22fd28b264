import { makeWaitingKeys, nextMakingAt } from '../../services/rotation/request-new-key.ts';
import type { DueWork } from '../due-work.ts';

/** Asks for the new keys of rotations that go on by themselves. */
export const makeKeys: DueWork = {
  name: 'make-keys',
  nextDueAt: nextMakingAt,
  run: makeWaitingKeys,
};
