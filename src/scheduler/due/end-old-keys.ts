import { nextFinalAt, runFinals } from '../../services/rotation/run-finals.ts';
import type { DueWork } from '../due-work.ts';

/** Old keys that were suspended for their grace are revoked for good. */
export const endOldKeys: DueWork = {
  name: 'end-old-keys',
  nextDueAt: nextFinalAt,
  run: runFinals,
};
