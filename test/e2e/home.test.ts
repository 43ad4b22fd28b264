import { expect, test, vi } from 'vitest';
import { renderText, renderView } from '../../src/sandbox/slack/index.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { systemIds } from '../../src/system/ids.ts';
import { present } from '../support/bench-deps.ts';
import { minutes, openNight, person, playToAlert } from './support/night.ts';
import { restart } from './support/restart.ts';

// A machine that does other things as well.
vi.setConfig({ testTimeout: 90_000 });

const published = ({ slack }: Stage) =>
  slack.calls.filter(({ method }) => method === 'views.publish').map(({ args }) => JSON.stringify(args['view']));
const greetings = (stage: Stage) =>
  person(stage, 'U0CHRIS')
    .directMessages()
    .map((message) => renderText(message, stage.slack.workspace))
    .filter((text) => text.includes('Hello, this is Keysteward'));

function home(stage: Stage): string {
  return renderView(present(person(stage, 'U0ANA').home), stage.slack.workspace);
}

test('the Home tab follows the leak, and after a restart nothing is said twice', async () => {
  const before = await openNight({ provider: 'anthropic', overrides: { ids: systemIds }, closes: false });
  await before.playUntil(before.clock.now() + minutes(11));
  expect(greetings(before)).toHaveLength(1);
  expect(greetings(before)[0]).toMatch(/\d+ keys in all, .* spent in the last 31 days/);
  await before.during(() => person(before, 'U0ANA').openHome());
  await before.settle();
  expect(home(before)).toContain('The company in numbers');
  expect(home(before)).not.toContain('KS-1');

  await playToAlert(before);
  await before.playUntil(before.clock.now() + minutes(1));
  expect(home(before)).toContain('KS-1');

  const stage = await restart(before);
  try {
    await stage.playUntil(stage.clock.now() + minutes(3));
    expect(greetings(stage)).toHaveLength(1);
    const views = published(stage);
    expect(views.filter((view, index) => view === views[index - 1])).toEqual([]);
  } finally {
    await stage.close();
  }
});
