import { nextRollBackAt, settleRollBacks } from '../../services/rotation/roll-back.ts';
import type { DueWork } from '../due-work.ts';

/** A rotation that goes back ends when its old key works again and its secret has its former value. */
export const settleRollBacksWork: DueWork = {
  name: 'settle-roll-backs',
  nextDueAt: nextRollBackAt,
  run: settleRollBacks,
};
