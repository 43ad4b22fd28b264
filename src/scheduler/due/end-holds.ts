import { endDueHolds, nextHoldEnd } from '../../services/noise/holds.ts';
import type { DueWork } from '../due-work.ts';

/** Windows in which spend is expected and muted rules end with a message. */
export const endHolds: DueWork = {
  name: 'end-holds',
  nextDueAt: nextHoldEnd,
  run: endDueHolds,
};
