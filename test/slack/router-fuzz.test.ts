import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { assertMessage } from '../../src/sandbox/slack/strictness/index.ts';
import { KEY_LIKE_TEXTS, nastyText } from './support/nasty.ts';
import { startRunning } from './support/running.ts';

// Hundreds of gestures, on a machine that does other things as well.
vi.setConfig({ testTimeout: 90_000 });

const RUNS = 300;

const line = fc.oneof(
  nastyText,
  fc
    .tuple(fc.constantFrom('help', 'status', 'list', 'stale', 'show', 'STALE', 'sho'), nastyText)
    .map(([name, rest]) => `${name} ${rest}`),
  fc.tuple(fc.constant('stale'), fc.oneof(fc.integer(), fc.double())).map(([name, days]) => `${name} ${days}`),
);

test('whatever is typed after /keys is answered with one message that Slack takes, to the person alone', async () => {
  const running = await startRunning();
  const ana = running.slack.person('U0ANA');
  const answers = () => ana.visibleMessages('ai-keys');

  await fc.assert(
    fc.asyncProperty(line, async (text) => {
      const before = answers().length;
      const result = await ana.command(`/keys ${text.slice(0, 2_000)}`, 'ai-keys');
      await running.settled();

      expect(result.acked).toBe(true);
      const [answer, ...more] = answers().slice(before);
      expect(more).toEqual([]);
      expect(answer?.ephemeralTo).toBe('U0ANA');
      if (answer !== undefined) assertMessage(answer);
      for (const key of KEY_LIKE_TEXTS) expect(JSON.stringify(answer)).not.toContain(key);
    }),
    { numRuns: RUNS },
  );

  expect(running.slack.workspace.notifications).toEqual([]);
  expect(running.logger.lines.filter((one) => one.startsWith('error'))).toEqual([]);
});
