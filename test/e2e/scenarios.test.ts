import { describe, expect, test, vi } from 'vitest';
import { type SimulationResult, simulate } from '../../src/sandbox/simulate.ts';
import { renderText } from '../../src/sandbox/slack/index.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import {
  HOUR_MS,
  lateData,
  type ProviderId,
  providerDown,
  type Scenario,
  slackDown,
} from '../../src/sandbox/world/index.ts';
import { recordingLogger } from '../providers/support/recording-logger.ts';
import { CHANNEL, minutes, person } from './support/night.ts';

// A machine that does other things as well.
vi.setConfig({ testTimeout: 90_000 });

const MIDNIGHT = Date.UTC(2026, 9, 17);
const at = (text: string) => `2026-10-17T${text}:00.000Z`;

interface Played {
  readonly result: SimulationResult;
  /** Every text that the channel has shown, each version once, with the instant when it first stood there. */
  readonly shown: ReadonlyMap<string, number>;
}

interface Span {
  /** Hours after midnight. */
  readonly from: number;
  readonly to: number;
  readonly onStep?: (stage: Stage) => void;
}

/** Plays the hours of a scenario that matter. */
async function play(scenario: Scenario, provider: ProviderId, { from, to, onStep = () => {} }: Span): Promise<Played> {
  const shown = new Map<string, number>();
  const look = (stage: Stage) => {
    onStep(stage);
    for (const message of person(stage, 'U0ANA').visibleMessages(CHANNEL)) {
      const text = renderText(message, stage.slack.workspace);
      if (!shown.has(text)) shown.set(text, stage.clock.now());
    }
  };
  const result = await simulate({
    scenario: { ...scenario, startAt: MIDNIGHT + from * HOUR_MS, endsAt: MIDNIGHT + to * HOUR_MS },
    provider,
    seed: 1,
    pollMinutes: 5,
    lagMinutes: 5,
    responderMinutes: 3,
    logger: recordingLogger(),
    teller: (stage) => ({ step: async () => look(stage) }),
  });
  return { result, shown };
}

describe('provider-down', () => {
  test.each([
    ['anthropic', 'Anthropic', 'suspend'],
    ['openai', 'OpenAI', 'revoke'],
  ] as const)(
    'a leak that began while %s was down is one alert, at the first poll after it',
    async (provider, title, kind) => {
      const { result, shown } = await play(providerDown, provider, { from: 1.75, to: 4.25 });

      expect(result).toMatchObject({ rootMessages: 1, leakStartedAt: at('02:10'), auditVerified: true });
      const alertedAt = Date.parse(result.firstAlertAt ?? '');
      expect(alertedAt).toBeGreaterThanOrEqual(MIDNIGHT + 4 * HOUR_MS);
      expect(alertedAt).toBeLessThanOrEqual(MIDNIGHT + 4 * HOUR_MS + minutes(5));
      // Whether usage stays zero takes longer to prove than this part of the night.
      expect(result.actions).toMatchObject([{ kind, confirmedAt: expect.any(String) }]);
      expect(result.blind.filter(({ reading }) => reading === 'usage')).toEqual([
        { provider, reading: 'usage', from: at('02:00'), to: at('04:00') },
      ]);
      for (const span of result.blind) expect(span.provider).toBe(provider);

      const [dark, back] = [
        ` Usage of ${title} (${provider}) cannot be read since`,
        `Usage of ${title} (${provider}) is readable again`,
      ];
      const told = [...shown].filter(([text]) => text.includes(dark) || text.includes(back));
      expect(told.map(([text]) => text.includes(back))).toEqual([false, true]);
      expect(told[1]?.[1]).toBe(MIDNIGHT + 4 * HOUR_MS);
    },
  );
});

describe('late-data', () => {
  test('a leak that shows 40 minutes late is one alert that says how old its data is', async () => {
    const { result, shown } = await play(lateData, 'anthropic', { from: 1.25, to: 3.25 });

    expect(result).toMatchObject({ rootMessages: 1, lagMinutes: 40, blind: [], auditVerified: true });
    // Lag, and the five minutes of a poll that the leak may have to wait for each.
    expect(result.latencyMinutes).toBeGreaterThanOrEqual(40);
    expect(result.latencyMinutes).toBeLessThanOrEqual(50);
    const first = [...shown].find(([text]) => text.startsWith('staging-ci is spending'));
    expect(first?.[1]).toBe(Date.parse(result.firstAlertAt ?? ''));
    const dataUpTo = MIDNIGHT + 2 * HOUR_MS + minutes((result.latencyMinutes ?? 0) - 30);
    expect(first?.[0]).toContain(`data up to ${new Date(dataUpTo).toISOString().slice(11, 16)} UTC`);
  });
});

describe('slack-down', () => {
  test('an hour without Slack is one message with its present state when it is back, its history below in order', async () => {
    let thread: readonly string[] = [];
    const { result, shown } = await play(slackDown, 'anthropic', {
      from: 1.75,
      to: 3.25,
      onStep: (stage) => {
        const who = person(stage, 'U0ANA');
        const root = who.visibleMessages(CHANNEL).find(({ text }) => text.startsWith('staging-ci is'));
        if (root !== undefined) thread = who.thread(CHANNEL, root.ts).map(({ text }) => text);
      },
    });

    expect(result).toMatchObject({ rootMessages: 1, blind: [], auditVerified: true, keyStatus: 'inactive' });
    expect(result.slackDown).toEqual([{ from: at('02:00'), to: at('03:00') }]);
    // Slack's longest pause between two tries is two minutes.
    const alertedAt = Date.parse(result.firstAlertAt ?? '');
    expect(alertedAt).toBeGreaterThanOrEqual(MIDNIGHT + 3 * HOUR_MS);
    expect(alertedAt).toBeLessThanOrEqual(MIDNIGHT + 3 * HOUR_MS + minutes(2));
    // What it says first is what is true then, not what was when it was found at 02:20.
    const [first] = [...shown].find(([text]) => text.startsWith('staging-ci is spending')) ?? [];
    expect(first).toMatch(/\$1\d\d in 4\d minutes/);
    expect(thread[0]).toMatch(/^staging-ci is suspended/);
    const lines = thread.slice(1).map((line) => line.split('\n')[0]);
    expect(lines.at(-2)).toContain('asked to suspend the key');
    expect(lines.at(-1)).toContain('Suspended: the provider now shows the key as inactive.');
    // Only what is still to be decided when Slack is back calls anybody.
    expect(thread.filter((line) => line.includes('U0CHRIS'))).toHaveLength(1);
    const ofAlert = [...shown].filter(([text]) => !text.startsWith('Over the last 31 days'));
    for (const [text, since] of ofAlert) expect([text, since >= MIDNIGHT + 3 * HOUR_MS]).toEqual([text, true]);
  });
});
