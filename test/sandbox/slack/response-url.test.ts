import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type RunningApp, startApp, startBench } from './stand-in.ts';

const CHANNEL = 'C0AIKEYS';
const BUTTON = { type: 'button' as const, action_id: 'go', text: { type: 'plain_text' as const, text: 'Go' } };
const BLOCKS = [{ type: 'actions' as const, elements: [BUTTON] }];

let bench: Bench;
let running: RunningApp;
let url = '';

beforeEach(async () => {
  bench = await startBench();
  running = await startApp(bench.slack, (app) => {
    app.command('/keys', async ({ ack, command }) => {
      url = command.response_url;
      await ack();
    });
    app.action('go', async ({ ack, body }) => {
      url = 'response_url' in body ? String(body.response_url) : '';
      await ack();
    });
  });
});

afterEach(async () => {
  await running.stop();
  await bench.slack.close();
});

async function respond(body: Record<string, unknown>): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

describe('a response URL', () => {
  test('takes five answers, the sixth is refused', async () => {
    await bench.slack.person('U0ANA').command('/keys', CHANNEL);
    for (const text of ['1', '2', '3', '4', '5']) expect((await respond({ text })).status).toBe(200);

    const sixth = await respond({ text: '6' });

    expect(sixth).toMatchObject({ status: 404, text: expect.stringContaining('used_url') });
    expect(bench.slack.person('U0ANA').visibleMessages(CHANNEL)).toHaveLength(5);
  });

  test('ends after thirty minutes of business time', async () => {
    await bench.slack.person('U0ANA').command('/keys', CHANNEL);
    bench.clock.pass(30 * 60_000);
    const inTime = await respond({ text: 'in time' });
    bench.clock.pass(1);

    const late = await respond({ text: 'late' });

    expect(inTime.status).toBe(200);
    expect(late).toMatchObject({ status: 404, text: expect.stringContaining('expired_url') });
  });

  test('posts for all only when told so', async () => {
    await bench.slack.person('U0ANA').command('/keys', CHANNEL);

    await respond({ text: 'for ana' });
    await respond({ text: 'for all', response_type: 'in_channel' });

    expect(bench.slack.workspace.messages(CHANNEL)).toMatchObject([{ text: 'for all' }]);
  });

  test('refuses what chat.postMessage refuses', async () => {
    await bench.slack.person('U0ANA').command('/keys', CHANNEL);

    expect(await respond({ response_type: 'ephemeral' })).toMatchObject({ status: 400 });
  });

  test('replaces and deletes the ephemeral message that was clicked', async () => {
    await bench.client.chat.postEphemeral({ channel: CHANNEL, user: 'U0ANA', text: 'choose', blocks: BLOCKS });
    const ana = bench.slack.person('U0ANA');
    const [message] = ana.visibleMessages(CHANNEL);
    await ana.click({ channel: CHANNEL, ts: String(message?.ts), actionId: 'go' });

    await respond({ replace_original: true, text: 'chosen' });
    const replaced = ana.visibleMessages(CHANNEL);
    await respond({ delete_original: true });

    expect(replaced).toMatchObject([{ ts: message?.ts, text: 'chosen', blocks: [], ephemeralTo: 'U0ANA' }]);
    expect(ana.visibleMessages(CHANNEL)).toEqual([]);
  });
});
