import { expect, test, vi } from 'vitest';
import { present } from '../support/bench-deps.ts';
import { leak } from './stories/leak.ts';
import { openHarness } from './support/harness.ts';
import { judge } from './support/judge.ts';
import { casesOf } from './support/points.ts';

// Many processes, on a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

test('the harness can fail: a message that is not looked up before it is repeated comes twice, and is told', async () => {
  const forgetful = { path: 'src/slack/own-messages.ts', from: 'const isOurs =', to: 'const isOurs = false &&' };
  const harness = await openHarness(leak, [forgetful]);
  try {
    const recording = await harness.record();
    // The leak's own: what was told before it is another matter.
    const message = present(
      casesOf(recording.moments, { all: true })
        .filter(({ at }) => at.effect.label === 'slack chat.postMessage alert' && at.phase === 'applied')
        .at(-1),
    );

    const [judged] = await judge([message], { harness, recording, lanes: 1, onJudged: () => {} });

    expect(judged?.faults).toContain('alert posted twice, not marked');
  } finally {
    await harness.close();
  }
});
