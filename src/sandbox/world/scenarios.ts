import { DAY_MS, HOUR_MS, MINUTE_MS } from './calendar.ts';
import type { LeakPlan, ProviderId } from './types.ts';

/** A story as data: when it plays, how often the app polls by default, and what goes wrong. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly startAt: number;
  readonly endsAt: number;
  readonly pollMinutes: number;
  /** The thefts, on whichever provider the story is told with. */
  leaks(provider: ProviderId): readonly LeakPlan[];
}

const SATURDAY = Date.UTC(2026, 9, 17);
const QUIET_START = Date.UTC(2026, 9, 5);
/** An expensive model that nobody at Acme uses. */
const THIEF_MODEL = { openai: 'gpt-5-pro', anthropic: 'claude-opus-4-1' } as const;

export const leakWeekend: Scenario = {
  id: 'leak-weekend',
  title: 'A CI key leaks on a Saturday at 02:10 and burns $265 an hour until somebody stops it',
  startAt: SATURDAY,
  endsAt: SATURDAY + 3 * DAY_MS,
  pollMinutes: 5,
  leaks: (provider) => [
    {
      provider,
      keyName: 'staging-ci',
      startedAt: SATURDAY + 2 * HOUR_MS + 10 * MINUTE_MS,
      endsAt: SATURDAY + 50 * HOUR_MS + 10 * MINUTE_MS,
      usdPerHour: 265,
      model: THIEF_MODEL[provider],
      firstProbeAt: SATURDAY + 2 * HOUR_MS + 9 * MINUTE_MS,
    },
  ],
};

export const quietMonth: Scenario = {
  id: 'quiet-month',
  title: 'Thirty honest days: every alert is a false one',
  startAt: QUIET_START,
  endsAt: QUIET_START + 30 * DAY_MS,
  // Every five minutes would take ten minutes to play; the rule looks at whole hours anyway.
  pollMinutes: 60,
  leaks: () => [],
};

export const scenarios: readonly Scenario[] = [leakWeekend, quietMonth];

export function findScenario(id: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.id === id);
}
