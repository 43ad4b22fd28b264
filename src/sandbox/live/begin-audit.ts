import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import type { Stage } from '../stage.ts';
import type { Scenario } from '../world/index.ts';

const MONDAY_MORNING = Date.UTC(2026, 9, 19, 9);

export const auditDay: Scenario = {
  id: 'audit',
  title: 'Somebody goes through all keys for the first time',
  startAt: MONDAY_MORNING,
  endsAt: MONDAY_MORNING + 36 * HOUR_MS,
  pollMinutes: 5,
  leaks: () => [],
};

/** Chris begins the audit as soon as the keys are known. */
export async function beginAudit(stage: Stage): Promise<void> {
  await stage.playUntil(stage.clock.now() + 2 * MINUTE_MS);
  const person = stage.slack.person('U0CHRIS');
  await stage.during(() => person.command('/keys audit', 'ai-keys'));
  await stage.settle();
  await stage.playUntil(stage.clock.now() + MINUTE_MS);
}
