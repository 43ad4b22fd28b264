import { nextAlertTimer, runAlertTimers } from '../../services/alerts/escalate-alerts.ts';
import type { DueWork } from '../due-work.ts';

/** Escalations, the ends of snoozes and of tests. */
export const alertTimers: DueWork = {
  name: 'alert-timers',
  nextDueAt: nextAlertTimer,
  run: runAlertTimers,
};
