import { access } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { stories } from '../../../src/sandbox/live/stories.ts';
import { Theatre } from '../../../src/sandbox/live/theatre.ts';
import { clockPart } from '../../../src/sandbox/page/sections/snapshot.ts';
import { PageServer } from '../../../src/sandbox/page/server.ts';
import { renderText } from '../../../src/sandbox/slack/index.ts';
import type { Stage } from '../../../src/sandbox/stage.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { recordingLogger } from '../../providers/support/recording-logger.ts';
import { present } from '../../support/bench-deps.ts';
import { ServedPage } from '../page/support/served.ts';

// Each story sets up a whole company.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

function rejected(error: unknown): never {
  throw error;
}

let page: ServedPage | undefined;
afterEach(() => page?.close());

async function play(storyId: string): Promise<ServedPage> {
  page = new ServedPage();
  await page.start(storyId);
  return page;
}

function channelTexts({ slack }: Stage): readonly string[] {
  const seen = slack.person('U0ANA').visibleMessages('ai-keys');
  return seen.map((message) => renderText(message, slack.workspace));
}

/** Goes from event to event until the channel says this. */
async function seekTo(served: ServedPage, words: RegExp): Promise<string> {
  const { stage, conductor } = served.playing;
  for (let events = 0; events < 40; events += 1) {
    const text = channelTexts(stage).find((one) => words.test(one));
    if (text !== undefined) return text;
    conductor.seek();
    await served.beat(50);
  }
  throw new Error(`nothing says ${words}: ${channelTexts(stage).join('\n---\n')}`);
}

test('every story has its own name and a line that says what to watch for', () => {
  expect(new Set(stories.map(({ id }) => id)).size).toBe(stories.length);
  for (const { title, watchFor } of stories) {
    expect(title.length).toBeGreaterThan(5);
    expect(watchFor).toMatch(/^[A-Z].{30,160}\.$/);
  }
});

test('a staging key leaks: from event to event it is twenty minutes to the alert', async () => {
  const served = await play('leak');

  expect(await seekTo(served, /^staging-ci is spending/)).toMatch(
    /^staging-ci is spending \d+x its usual hour\. Suspend it\?/,
  );
  expect(new Date(served.playing.stage.clock.now()).toISOString()).toMatch(/^2026-10-17T02:2/);
});

test('time stands still while nobody watches, and goes on as soon as somebody does', async () => {
  const server = new PageServer(() => {});
  await server.listen(0);
  const watched = { isIt: false, asked: 0 };
  const isWatched = (): boolean => {
    watched.asked += 1;
    return watched.isIt;
  };
  const wallNow = () => systemClock.now();
  const theatre = new Theatre({ host: server, logger: () => recordingLogger(), wallNow, isWatched, onFault: rejected });
  try {
    const story = present(stories[0]);
    await theatre.open(story, 600);
    const { clock } = present(theatre.playing).stage;
    await vi.waitFor(() => expect(watched.asked).toBeGreaterThan(3), 10_000);
    expect(clock.now()).toBe(story.scenario.startAt);

    watched.isIt = true;
    await vi.waitFor(() => expect(clock.now()).toBeGreaterThan(story.scenario.startAt), 10_000);
  } finally {
    await theatre.close();
    await server.close();
  }
});

test('a fault of the sandbox itself is told once, and the page says that time stands still until another story', async () => {
  const server = new PageServer(() => {});
  await server.listen(0);
  const wallNow = () => systemClock.now();
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  const theatre = new Theatre({
    host: server,
    logger: () => recordingLogger(),
    wallNow,
    isWatched: () => true,
    onFault,
  });
  try {
    const story = present(stories[0]);
    await theatre.open(story, 60);
    const playing = present(theatre.playing);
    const broken = new Error('a beat that breaks');
    playing.stage.clock.timer(playing.stage.clock.now() + 1, () => {
      throw broken;
    });
    await vi.waitFor(() => expect(playing.conductor.hasFailed).toBe(true), 10_000);
    expect(faults).toEqual([broken]);
    expect(clockPart(playing).news()).toMatchObject({ value: { hasFailed: true, pace: 0, isSeeking: false } });

    await theatre.open(story, 60);
    expect(present(theatre.playing).conductor.hasFailed).toBe(false);
  } finally {
    await theatre.close();
    await server.close();
  }
});

test('another story leaves nothing of the first behind: no folder, no socket, no message, and the same address', async () => {
  const served = await play('leak');
  const { stage: first, conductor } = served.playing;
  const { url } = served.server;
  const gone = [first.openai.url, first.anthropic.url];
  first.slack.person('U0BEN').say('ai-keys', 'of the first story');

  const switching = served.post('/sandbox/story', { id: 'rotation' });
  await vi.waitFor(() => expect(served.theatre.playing?.story.id).not.toBe('leak'));
  expect((await switching).status).toBe(204);

  const { stage, story } = served.playing;
  expect(story.id).toBe('rotation');
  await expect(access(first.folder)).rejects.toThrow();
  expect(first.slack.connections()).toBe(0);
  for (const address of gone) await expect(fetch(address)).rejects.toThrow();
  await conductor.beat();
  expect(stage.slack.url).toBe(url);
  expect(served.server.url).toBe(url);
  expect(stage.slack.connections()).toBe(1);
  expect(channelTexts(stage).join()).not.toContain('of the first story');
  const { folder } = stage;
  await served.close();
  page = undefined;
  await expect(access(folder)).rejects.toThrow();
});

test('a rotation is open when its story begins, and its new key is there when it is asked for', async () => {
  const { stage } = (await play('rotation')).playing;
  const [root = ''] = channelTexts(stage);
  expect(root).toContain('Rotating prod-assistant: 0 of 6 steps done.');
  expect(stage.slack.person('U0ANA').views).toEqual([]);

  await stage.playUntil(stage.clock.now() + 20 * 60_000);
  const ana = stage.slack.person('U0ANA');
  const { ts } = present(ana.visibleMessages('ai-keys')[0]);
  expect(ana.thread('ai-keys', ts)).toHaveLength(7);
  const fresh = present(stage.world.findKey('anthropic', 'prod-assistant-2026-10'));
  const now = stage.clock.now();
  expect(stage.world.truth.burnedMicroUsd({ keyId: fresh.id, from: now - 240_000, to: now })).toBeGreaterThan(0);
});

test('production nears its cap: it is told first, and people are called at four fifths, within the hour', async () => {
  const served = await play('near-cap');
  const { stage, story } = served.playing;
  await seekTo(served, /^prod-api is at (79|8\d)% of the cap/);

  expect(stage.slack.person('U0ANA').notifications).toHaveLength(1);
  expect(stage.clock.now() - story.scenario.startAt).toBeLessThan(60 * 60_000);
});

test('a production key that leaks waits for a second person', async () => {
  const text = await seekTo(await play('two-people'), /^prod-api is spending .* Revoke it\?/);

  expect(text).toContain('[ Revoke… ]');
});

test.each(['provider-dark', 'slack-down'])(
  'the story %s begins, and ends in the middle without a hitch',
  async (id) => {
    const served = await play(id);
    const { stage } = served.playing;
    await stage.playUntil(stage.outages[0]?.from ?? present(stage.slackOutages[0]).from + 60_000);

    await served.close();
    page = undefined;
    await expect(access(stage.folder)).rejects.toThrow();
  },
);

test('the week is told by the bot’s own job when clocks in Berlin show nine, and once', async () => {
  const { stage } = (await play('digest')).playing;
  const { digests, jobRuns } = stage.app.deps.store.read;
  const nine = Date.UTC(2026, 9, 26, 8);

  expect((await digests.get('2026-W44'))?.card).toMatchObject({ madeAt: nine, lateMs: 0, score: expect.any(Number) });
  expect((await jobRuns.latest()).get('send-digest')).toMatchObject({ outcome: 'ok' });
  const told = stage.slack
    .person('U0ANA')
    .visibleMessages('ai-keys')
    .filter(({ text }) => text.startsWith('Keys this'));
  expect(told.map(({ ts }) => Math.floor((Number(ts) * 1_000 - nine) / 60_000))).toEqual([0]);
});
