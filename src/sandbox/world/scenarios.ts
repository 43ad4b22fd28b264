import { DAY_MS, HOUR_MS, MINUTE_MS } from './calendar.ts';
import type { LagPlan, LeakPlan, OutagePlan, ProviderId, SlackOutagePlan } from './types.ts';

/** A story as data: when it plays, how often the app polls by default, and what goes wrong. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly startAt: number;
  readonly endsAt: number;
  readonly pollMinutes: number;
  /** The thefts, on whichever provider the story is told with. */
  leaks(provider: ProviderId): readonly LeakPlan[];
  /** What the provider itself does to us; nothing, if not given. */
  outages?(provider: ProviderId): readonly OutagePlan[];
  lags?(provider: ProviderId): readonly LagPlan[];
  /** What Slack does to us. */
  readonly slackOutages?: readonly SlackOutagePlan[];
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

export const providerDown: Scenario = {
  id: 'provider-down',
  title: 'The same leak while the provider answers 503 from 02:00 to 04:00: nobody can see it begin',
  startAt: SATURDAY + 1.5 * HOUR_MS,
  endsAt: SATURDAY + 5 * HOUR_MS,
  pollMinutes: 5,
  leaks: leakWeekend.leaks,
  outages: (provider) => [{ provider, from: SATURDAY + 2 * HOUR_MS, to: SATURDAY + 4 * HOUR_MS, status: 503 }],
};

export const slackDown: Scenario = {
  id: 'slack-down',
  title: 'The same leak while Slack answers 503 and drops its socket from 02:00 to 03:00: nobody can be told',
  startAt: SATURDAY + 1.5 * HOUR_MS,
  endsAt: SATURDAY + 4 * HOUR_MS,
  pollMinutes: 5,
  leaks: leakWeekend.leaks,
  slackOutages: [{ from: SATURDAY + 2 * HOUR_MS, to: SATURDAY + 3 * HOUR_MS, status: 503 }],
};

export const lateData: Scenario = {
  id: 'late-data',
  title: 'The same leak while the provider publishes usage 40 minutes late from 01:30 on',
  startAt: SATURDAY + HOUR_MS,
  endsAt: SATURDAY + 4.5 * HOUR_MS,
  pollMinutes: 5,
  leaks: leakWeekend.leaks,
  lags: (provider) => [{ provider, from: SATURDAY + 1.5 * HOUR_MS, to: SATURDAY + 4 * HOUR_MS, minutes: 40 }],
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

export const scenarios: readonly Scenario[] = [leakWeekend, providerDown, slackDown, lateData, quietMonth];

export function findScenario(id: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.id === id);
}
