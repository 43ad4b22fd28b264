import { nextGrantAt, settleGrants } from '../../services/grants/settle-grants.ts';
import type { DueWork } from '../due-work.ts';

/** Limits that were changed for a time get their former value back. */
export const endGrants: DueWork = {
  name: 'end-grants',
  nextDueAt: nextGrantAt,
  run: settleGrants,
};
