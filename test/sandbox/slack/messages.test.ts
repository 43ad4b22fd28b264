import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, call, defaultWorkspace, startBench } from './stand-in.ts';

const CHANNEL = 'C0AIKEYS';
const BLOCKS = [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'a block' } }];
const METADATA = { event_type: 'alert', event_payload: { id: 'KS-1' } };

let bench: Bench;

beforeEach(async () => {
  bench = await startBench(defaultWorkspace, { enforceRateLimit: false });
});

afterEach(() => bench.slack.close());

async function post(args: Record<string, unknown> = {}): Promise<string> {
  const { ts } = await call(bench, 'chat.postMessage', { channel: CHANNEL, text: 'first', ...args });
  return String(ts);
}

describe('a message', () => {
  test('is edited in place, and an update with text alone wipes its blocks', async () => {
    const ts = await post({ blocks: BLOCKS });

    await bench.client.chat.update({ channel: CHANNEL, ts, text: 'second' });

    expect(bench.slack.workspace.messages(CHANNEL)).toMatchObject([
      { ts, text: 'second', blocks: [], edited: { user: 'U0KEYBOT' } },
    ]);
  });

  test('keeps metadata that an update leaves out, and loses them to {}', async () => {
    const ts = await post({ metadata: METADATA });
    await bench.client.chat.update({ channel: CHANNEL, ts, text: 'second' });
    const kept = bench.slack.workspace.message(CHANNEL, ts)?.metadata;

    await bench.client.apiCall('chat.update', { channel: CHANNEL, ts, text: 'third', metadata: {} });

    expect(kept).toEqual(METADATA);
    expect(bench.slack.workspace.message(CHANNEL, ts)).not.toHaveProperty('metadata');
  });

  test('shows its metadata only to a caller who asks for them', async () => {
    await post({ metadata: METADATA });

    const plain = await bench.client.conversations.history({ channel: CHANNEL });
    const full = await bench.client.conversations.history({ channel: CHANNEL, include_all_metadata: true });

    expect(plain.messages?.[0]).not.toHaveProperty('metadata');
    expect(full.messages?.[0]?.metadata).toEqual(METADATA);
  });

  test('counts its thread, which stays out of the history', async () => {
    const thread_ts = await post();
    await post({ text: 'reply', thread_ts });

    const history = await bench.client.conversations.history({ channel: CHANNEL });
    const replies = await bench.client.conversations.replies({ channel: CHANNEL, ts: thread_ts });

    expect(history.messages).toMatchObject([{ ts: thread_ts, reply_count: 1 }]);
    expect(replies.messages?.map(({ text }) => text)).toEqual(['first', 'reply']);
    expect(bench.slack.person('U0ANA').visibleMessages(CHANNEL)).toHaveLength(1);
    expect(bench.slack.person('U0ANA').thread(CHANNEL, thread_ts)).toHaveLength(2);
  });

  test('leaves a tombstone when it is deleted under its replies', async () => {
    const ts = await post();
    const reply = await post({ thread_ts: ts });
    await bench.client.chat.delete({ channel: CHANNEL, ts });
    const withReply = bench.slack.workspace.messages(CHANNEL).length;

    await bench.client.chat.delete({ channel: CHANNEL, ts: reply });

    expect(withReply).toBe(2);
    expect(bench.slack.workspace.messages(CHANNEL)).toMatchObject([{ ts, isTombstone: true }]);
  });

  test('has a business-time ts that is never the same twice', async () => {
    const [first, second] = [await post(), await post()];

    expect(Number(first)).toBe(bench.clock.now() / 1000);
    expect(Number(second)).toBeGreaterThan(Number(first));
  });

  test('is read in pages that follow each other', async () => {
    for (const text of ['1', '2', '3']) await post({ text });
    const texts: unknown[] = [];
    for await (const page of bench.client.paginate('conversations.history', { channel: CHANNEL, limit: 2 })) {
      const messages = 'messages' in page && Array.isArray(page.messages) ? page.messages : [];
      texts.push(messages.map((message) => message.text));
    }

    expect(texts).toEqual([['3', '2'], ['1']]);
  });

  test('has a permalink that names its thread', async () => {
    const ts = await post();
    const reply = await post({ thread_ts: ts });

    const { permalink } = await bench.client.chat.getPermalink({ channel: CHANNEL, message_ts: reply });

    expect(permalink).toBe(
      `https://acme.slack.com/archives/C0AIKEYS/p${reply.replace('.', '')}?thread_ts=${ts}&cid=C0AIKEYS`,
    );
  });
});

describe('notifications', () => {
  test('reach those who are mentioned in text, mrkdwn or rich text', async () => {
    const mention = { type: 'user', user_id: 'U0CHRIS' };
    const rich = { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [mention] }] };
    const section = { type: 'section', text: { type: 'mrkdwn', text: 'hi <@U0BEN>' } };

    await post({ text: 'hi <@U0ANA|ana>', blocks: [section, rich] });

    const told = bench.slack.workspace.notifications.map(({ userId, kind }) => `${userId} ${kind}`);
    expect(told).toEqual(['U0ANA mention', 'U0BEN mention', 'U0CHRIS mention']);
  });

  test('do not come from plain text, escaped text, or an edit', async () => {
    const header = { type: 'header', text: { type: 'plain_text', text: '<!channel> <@U0BEN>' } };
    const ts = await post({ text: '&lt;!channel&gt; &lt;@U0BEN&gt;', blocks: [header] });

    await bench.client.chat.update({ channel: CHANNEL, ts, text: 'now <@U0BEN>' });

    expect(bench.slack.workspace.notifications).toEqual([]);
  });

  test('name a broadcast as one', async () => {
    await post({ text: 'look <!channel>' });

    const kinds = new Set(bench.slack.workspace.notifications.map(({ kind }) => kind));
    expect([...kinds]).toEqual(['broadcast']);
    expect(bench.slack.person('U0DEE').notifications).toHaveLength(1);
  });

  test('do not come from an ephemeral message', async () => {
    await bench.client.chat.postEphemeral({ channel: CHANNEL, user: 'U0ANA', text: '<!channel> <@U0BEN>' });

    expect(bench.slack.workspace.notifications).toEqual([]);
  });

  test('come with each direct message, and with a call of the user group', async () => {
    const opened = await bench.client.conversations.open({ users: 'U0DEE' });
    await post({ channel: opened.channel?.id, text: 'for you' });
    await post({ text: 'help <!subteam^S0SECURITY>' });

    expect(bench.slack.person('U0DEE').notifications).toMatchObject([{ kind: 'dm', text: 'for you' }]);
    expect(bench.slack.person('U0DEE').directMessages()).toMatchObject([{ text: 'for you' }]);
    expect(bench.slack.person('U0ANA').notifications).toMatchObject([{ kind: 'usergroup' }]);
  });
});

describe('a person', () => {
  test('cannot look where they have no access', async () => {
    const seen = (): unknown => bench.slack.person('U0GIL').visibleMessages('general');

    expect(seen).toThrow('gil cannot see general');
  });

  test('does not see the ephemeral message of another', async () => {
    await bench.client.chat.postEphemeral({ channel: CHANNEL, user: 'U0ANA', text: 'psst' });

    expect(bench.slack.person('U0ANA').visibleMessages(CHANNEL)).toHaveLength(1);
    expect(bench.slack.person('U0BEN').visibleMessages(CHANNEL)).toHaveLength(0);
    expect((await bench.client.conversations.history({ channel: CHANNEL })).messages).toEqual([]);
  });

  test('can do nothing once deactivated', () => {
    bench.slack.changeUser('U0BEN', { deleted: true });

    expect(() => bench.slack.person('U0BEN').say(CHANNEL, 'still here')).toThrow('deactivated');
  });

  test('is refused a click while no app is connected', async () => {
    const button = { type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } };
    const ts = await post({ blocks: [{ type: 'actions', elements: [button] }] });

    const result = await bench.slack.person('U0ANA').click({ channel: CHANNEL, ts, actionId: 'go' });

    expect(result).toEqual({ acked: false, shown: 'dispatch_failed' });
  });
});

describe('files', () => {
  test('go up in three steps and are shared in a channel', async () => {
    await bench.client.filesUploadV2({ channel_id: CHANNEL, file: Buffer.from('a,b\n1,2\n'), filename: 'keys.csv' });

    const [file] = [...bench.slack.workspace.files.values()];
    expect(file).toMatchObject({ name: 'keys.csv', size: 8, isComplete: true, channels: [CHANNEL] });
    expect(Buffer.from(file?.bytes ?? []).toString()).toBe('a,b\n1,2\n');
    expect(bench.slack.workspace.messages(CHANNEL)).toMatchObject([{ fileIds: [file?.id] }]);
    expect(await bench.client.files.info({ file: String(file?.id) })).toMatchObject({ file: { name: 'keys.csv' } });
  });
});
