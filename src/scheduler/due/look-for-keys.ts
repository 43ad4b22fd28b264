import { lookForKeys, nextLookAt } from '../../services/rotation/look-for-keys.ts';
import type { DueWork } from '../due-work.ts';

/** Reads a connection's key list more often while somebody waits for a new key of it. */
export const lookForNewKeys: DueWork = {
  name: 'look-for-keys',
  nextDueAt: nextLookAt,
  run: lookForKeys,
};
