import { expect, test, vi } from 'vitest';
import { renderText } from '../../src/sandbox/slack/index.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { systemIds } from '../../src/system/ids.ts';
import { ask, CHANNEL, leakOf, leakRoots, minutes, openNight, person } from './support/night.ts';
import { restart } from './support/restart.ts';

// A machine that does other things as well.
vi.setConfig({ testTimeout: 90_000 });

/** Every message of the channel that is neither an alert nor for one person only. */
/** All but what was found in the past of a new connection. */
async function notices(stage: Stage): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const message of person(stage, 'U0ANA').visibleMessages(CHANNEL)) {
    const record = await stage.app.deps.store.read.messages.at(message.channel, message.ts);
    if (record?.kind === 'notice') texts.push(renderText(message, stage.slack.workspace));
  }
  return texts.filter((text) => !text.startsWith('Over the last 31 days'));
}

/** In which minutes from now on this provider's usage is asked for. */
function polledMinutes(stage: Stage, from: number): readonly number[] {
  const calls = stage.anthropic.calls.filter(({ at, path }) => at >= from && path.includes('usage_report'));
  return [...new Set(calls.map(({ at }) => Math.floor((at - from) / minutes(1))))];
}

test('a provider that is dark for twenty minutes is one message, edited when it is back', async () => {
  const stage = await openNight({ provider: 'openai' });
  const from = stage.clock.now();
  stage.anthropic.faults.dark({ from: from + minutes(3), to: from + minutes(23) });

  await stage.playUntil(from + minutes(22));
  const dark = await notices(stage);
  expect(dark).toEqual([expect.stringMatching(/^:warning: Usage of Anthropic \(anthropic\) cannot be read since /)]);
  expect(dark[0]).toMatch(/Not watched meanwhile: what the \d+ keys spend there\./);
  expect(await ask(stage, 'U0ANA', '/keys status')).toContain('cannot be read since');
  await stage.playUntil(from + minutes(26));

  const back = await notices(stage);
  expect(back).toEqual([
    expect.stringMatching(/^Usage of Anthropic \(anthropic\) is readable again, blind .*caught up\./),
  ]);
  expect(await stage.app.deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
});

test('a quiet provider is asked every five minutes, one with a running leak every minute', async () => {
  const stage = await openNight({ provider: 'anthropic' });
  const { startedAt } = leakOf(stage);
  const from = stage.clock.now();
  await stage.playUntil(from + minutes(12));
  expect(polledMinutes(stage, from)).toEqual(expect.arrayContaining([0, 5, 10]));
  expect(polledMinutes(stage, from)).toHaveLength(3);

  await stage.playUntil(startedAt + minutes(15));
  expect(await leakRoots(stage)).toHaveLength(1);
  const hot = stage.clock.now();
  await stage.playUntil(hot + minutes(4));

  expect(polledMinutes(stage, hot + 1).length).toBeGreaterThanOrEqual(3);
});

test('after an hour of being down it says so once, with what it found', async () => {
  const before = await openNight({ provider: 'anthropic', overrides: { ids: systemIds }, closes: false });
  await before.playUntil(leakOf(before).startedAt - minutes(2));
  const stage = await restart(before, minutes(62));
  try {
    await stage.playUntil(stage.clock.now() + minutes(11));

    expect(await notices(stage)).toEqual([
      expect.stringMatching(/^I was down .*, caught up, 1 finding\.\nSee KS-1\.$/),
    ]);
    expect(await leakRoots(stage)).toHaveLength(1);
  } finally {
    await stage.close();
  }
});
