import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, call, clientOf, defaultWorkspace, errorOf, startBench } from './stand-in.ts';

const CHANNEL = 'C0AIKEYS';

const SEED = {
  ...defaultWorkspace,
  users: [...defaultWorkspace.users, { id: 'U0EVE', name: 'eve', realName: 'Eve Gone', deleted: true }],
  channels: [
    ...defaultWorkspace.channels,
    { id: 'C0OTHER', name: 'other', members: ['U0ANA'] },
    { id: 'C0SECRET', name: 'secret', members: ['U0ANA'], isPrivate: true },
    { id: 'C0OLD', name: 'old', members: ['U0ANA', 'U0KEYBOT'], isArchived: true },
  ],
};

interface Case {
  readonly code: string;
  readonly when: string;
  act(bench: Bench): Promise<unknown>;
}

const text = 'hello';
const modal = { type: 'modal', title: { type: 'plain_text', text: 'Title' }, blocks: [{ type: 'divider' }] };
const home = { type: 'home', blocks: [{ type: 'divider' }] };

async function posted(bench: Bench, args: Record<string, unknown> = {}): Promise<string> {
  const { ts } = await call(bench, 'chat.postMessage', { channel: CHANNEL, text, ...args });
  return String(ts);
}

/** A trigger id of a fresh click; nobody is connected, so the click itself goes nowhere. */
async function trigger(bench: Bench): Promise<string> {
  await bench.slack.person('U0ANA').command('/keys');
  return bench.trigger();
}

async function openModal(bench: Bench, extra: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const { view } = await call(bench, 'views.open', { trigger_id: await trigger(bench), view: { ...modal, ...extra } });
  return Object(view);
}

async function updateWith(bench: Bench, args: Record<string, unknown>): Promise<unknown> {
  return call(bench, 'chat.update', { channel: CHANNEL, ts: await posted(bench), ...args });
}

const CASES: readonly Case[] = [
  { code: 'unknown_method', when: 'no such method', act: (b) => call(b, 'chat.shout') },
  { code: 'not_authed', when: 'no token', act: (b) => clientOf(b.slack, '').apiCall('auth.test') },
  { code: 'invalid_auth', when: 'a wrong token', act: (b) => clientOf(b.slack, 'xoxb-no').apiCall('auth.test') },
  {
    code: 'not_allowed_token_type',
    when: 'a socket is asked for with the bot token',
    act: (b) => call(b, 'apps.connections.open'),
  },
  { code: 'no_text', when: 'an empty post', act: (b) => call(b, 'chat.postMessage', { channel: CHANNEL }) },
  {
    code: 'invalid_blocks',
    when: 'a block is broken',
    act: (b) => call(b, 'chat.postMessage', { channel: CHANNEL, text, blocks: [{ type: 'section' }] }),
  },
  {
    code: 'invalid_blocks_format',
    when: 'blocks are not a list',
    act: (b) => call(b, 'chat.postMessage', { channel: CHANNEL, text, blocks: { type: 'divider' } }),
  },
  {
    code: 'invalid_blocks_format',
    when: 'blocks are not JSON',
    act: (b) => call(b, 'chat.postMessage', { channel: CHANNEL, text, blocks: '[{' }),
  },
  { code: 'msg_too_long', when: 'a long update', act: (b) => updateWith(b, { text: 'x'.repeat(4001) }) },
  {
    code: 'invalid_metadata_format',
    when: 'metadata have no payload',
    act: (b) => call(b, 'chat.postMessage', { channel: CHANNEL, text, metadata: { event_type: 'alert' } }),
  },
  {
    code: 'invalid_metadata_format',
    when: 'metadata are nested twice',
    act: (b) =>
      call(b, 'chat.postMessage', {
        channel: CHANNEL,
        text,
        metadata: { event_type: 'alert', event_payload: { a: { b: { c: 1 } } } },
      }),
  },
  {
    code: 'metadata_too_large',
    when: 'metadata are long',
    act: (b) =>
      call(b, 'chat.postMessage', {
        channel: CHANNEL,
        text,
        metadata: { event_type: 'alert', event_payload: { id: 'x'.repeat(9000) } },
      }),
  },
  {
    code: 'channel_not_found',
    when: 'no such channel',
    act: (b) => call(b, 'chat.postMessage', { channel: 'C0NONE', text }),
  },
  {
    code: 'channel_not_found',
    when: 'a private channel without the bot',
    act: (b) => call(b, 'chat.postMessage', { channel: 'C0SECRET', text }),
  },
  {
    code: 'not_in_channel',
    when: 'a public channel without the bot',
    act: (b) => call(b, 'chat.postMessage', { channel: 'C0OTHER', text }),
  },
  {
    code: 'is_archived',
    when: 'an archived channel',
    act: (b) => call(b, 'chat.postMessage', { channel: 'C0OLD', text }),
  },
  {
    code: 'cannot_reply_to_message',
    when: 'the thread does not exist',
    act: (b) => call(b, 'chat.postMessage', { channel: CHANNEL, text, thread_ts: '1.000001' }),
  },
  {
    code: 'channel_not_found',
    when: 'an update names a person as its channel',
    act: async (b) => call(b, 'chat.update', { channel: 'U0ANA', ts: await posted(b, { channel: 'U0ANA' }), text }),
  },
  {
    code: 'message_not_found',
    when: 'an update of nothing',
    act: (b) => call(b, 'chat.update', { channel: CHANNEL, ts: '1.000001', text }),
  },
  {
    code: 'message_not_found',
    when: 'an update of an ephemeral message',
    act: async (b) => {
      const { message_ts: ts } = await call(b, 'chat.postEphemeral', { channel: CHANNEL, user: 'U0ANA', text });
      return call(b, 'chat.update', { channel: CHANNEL, ts, text });
    },
  },
  {
    code: 'cant_update_message',
    when: "an update of a person's message",
    act: (b) => call(b, 'chat.update', { channel: CHANNEL, ts: b.slack.person('U0ANA').say(CHANNEL, 'hi').ts, text }),
  },
  {
    code: 'cant_delete_message',
    when: "a person's message is deleted",
    act: (b) => call(b, 'chat.delete', { channel: CHANNEL, ts: b.slack.person('U0ANA').say(CHANNEL, 'hi').ts }),
  },
  {
    code: 'is_inactive',
    when: 'an update in an archived channel',
    act: async (b) => {
      const ts = await posted(b);
      b.slack.archive(CHANNEL);
      return call(b, 'chat.update', { channel: CHANNEL, ts, text });
    },
  },
  {
    code: 'user_not_in_channel',
    when: 'an ephemeral message for someone outside',
    act: (b) => call(b, 'chat.postEphemeral', { channel: 'C0GENERAL', user: 'U0GIL', text }),
  },
  {
    code: 'user_disabled',
    when: 'a DM to someone gone',
    act: (b) => call(b, 'conversations.open', { users: 'U0EVE' }),
  },
  { code: 'user_not_found', when: 'a DM to nobody', act: (b) => call(b, 'conversations.open', { users: 'U0NONE' }) },
  { code: 'cannot_dm_bot', when: 'a DM to itself', act: (b) => call(b, 'conversations.open', { users: 'U0KEYBOT' }) },
  { code: 'user_not_found', when: 'no such person', act: (b) => call(b, 'users.info', { user: 'U0NONE' }) },
  {
    code: 'users_not_found',
    when: 'no such e-mail',
    act: (b) => call(b, 'users.lookupByEmail', { email: 'no@acme.example' }),
  },
  {
    code: 'no_such_subteam',
    when: 'no such user group',
    act: (b) => call(b, 'usergroups.users.list', { usergroup: 'S0NONE' }),
  },
  {
    code: 'not_in_channel',
    when: 'history of a channel without the bot',
    act: (b) => call(b, 'conversations.history', { channel: 'C0OTHER' }),
  },
  {
    code: 'thread_not_found',
    when: 'replies to nothing',
    act: (b) => call(b, 'conversations.replies', { channel: CHANNEL, ts: '1.000001' }),
  },
  {
    code: 'invalid_limit',
    when: 'a page of 1000 messages',
    act: (b) => call(b, 'conversations.history', { channel: CHANNEL, limit: 1000 }),
  },
  { code: 'invalid_cursor', when: 'a made-up cursor', act: (b) => call(b, 'users.list', { cursor: 'bm8=' }) },
  { code: 'invalid_types', when: 'an unknown kind', act: (b) => call(b, 'conversations.list', { types: 'room' }) },
  {
    code: 'invalid_trigger_id',
    when: 'a made-up trigger',
    act: (b) => call(b, 'views.open', { trigger_id: '1.2.3', view: modal }),
  },
  {
    code: 'exchanged_trigger_id',
    when: 'a trigger is used twice',
    act: async (b) => {
      const trigger_id = await trigger(b);
      await call(b, 'views.open', { trigger_id, view: modal });
      return call(b, 'views.open', { trigger_id, view: modal });
    },
  },
  {
    code: 'expired_trigger_id',
    when: 'a trigger is older than 3 seconds',
    act: async (b) => {
      const trigger_id = await trigger(b);
      b.wall.now += 3001;
      return call(b, 'views.open', { trigger_id, view: modal });
    },
  },
  {
    code: 'invalid_arguments',
    when: 'a view is broken',
    act: async (b) => call(b, 'views.open', { trigger_id: await trigger(b), view: { ...modal, title: 'Title' } }),
  },
  {
    code: 'invalid_arguments',
    when: 'a Home view is opened as a modal',
    act: async (b) => call(b, 'views.open', { trigger_id: await trigger(b), view: home }),
  },
  {
    code: 'view_too_large',
    when: 'a view is above 250 kB',
    act: (b) => {
      const blocks = Array.from({ length: 90 }, () => ({
        type: 'section',
        text: { type: 'plain_text', text: 'x'.repeat(2990) },
      }));
      return call(b, 'views.publish', { user_id: 'U0ANA', view: { ...home, blocks } });
    },
  },
  {
    code: 'hash_conflict',
    when: 'Home was published since',
    act: async (b) => {
      const { view } = await call(b, 'views.publish', { user_id: 'U0ANA', view: home });
      await call(b, 'views.publish', { user_id: 'U0ANA', view: home });
      return call(b, 'views.publish', { user_id: 'U0ANA', view: home, hash: Object(view).hash });
    },
  },
  {
    code: 'hash_conflict',
    when: 'the modal was updated since',
    act: async (b) => {
      const { id: view_id, hash } = await openModal(b);
      await call(b, 'views.update', { view_id, view: modal, hash });
      return call(b, 'views.update', { view_id, view: modal, hash });
    },
  },
  {
    code: 'not_found',
    when: 'the modal is closed',
    act: async (b) => {
      const { id: view_id } = await openModal(b);
      await b.slack.person('U0ANA').closeView(String(view_id));
      return call(b, 'views.update', { view_id, view: modal });
    },
  },
  {
    code: 'duplicate_external_id',
    when: 'two open views share an external id',
    act: async (b) => {
      await openModal(b, { external_id: 'one' });
      return openModal(b, { external_id: 'one' });
    },
  },
  {
    code: 'file_not_found',
    when: 'an upload is completed before its bytes came',
    act: async (b) => {
      const { file_id: id } = await call(b, 'files.getUploadURLExternal', { filename: 'a.png', length: 3 });
      return call(b, 'files.completeUploadExternal', { files: [{ id }] });
    },
  },
];

let bench: Bench;

beforeEach(async () => {
  bench = await startBench(SEED);
});

afterEach(() => bench.slack.close());

describe('the stand-in refuses as Slack does', () => {
  test.each(CASES)('$code when $when', async ({ code, act }) => {
    expect(await errorOf(act(bench))).toBe(code);
    expect(bench.slack.calls.at(-1)).toMatchObject({ ok: false, error: code });
  });

  test('names the fault and where it is', async () => {
    const blocks = [{ type: 'section', text: { type: 'plain_text', text: 'x'.repeat(3001) } }];
    const refused = call(bench, 'chat.postMessage', { channel: CHANNEL, text, blocks });

    await expect(refused).rejects.toMatchObject({
      data: {
        response_metadata: {
          messages: expect.arrayContaining([
            '[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
          ]),
        },
      },
    });
  });

  test('says which scope is missing', async () => {
    await bench.slack.close();
    const app = { ...SEED.app, scopes: ['commands', 'chat:write'] };
    bench = await startBench({ ...SEED, app });

    await expect(call(bench, 'users.info', { user: 'U0ANA' })).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'users:read', provided: 'commands,chat:write' },
    });
  });

  test.each([
    ['chat.postMessage', 'chat:write'],
    ['conversations.open', 'im:write'],
    ['conversations.history', 'channels:history'],
    ['conversations.info', 'channels:read'],
    ['conversations.list', 'channels:read'],
    ['users.info', 'users:read'],
    ['users.lookupByEmail', 'users:read.email'],
    ['usergroups.list', 'usergroups:read'],
    ['files.getUploadURLExternal', 'files:write'],
    ['files.info', 'files:read'],
  ])('%s needs %s', async (method, needed) => {
    await bench.slack.close();
    bench = await startBench({ ...SEED, app: { ...SEED.app, scopes: [] } });

    await expect(call(bench, method, { channel: CHANNEL })).rejects.toMatchObject({
      data: { error: 'missing_scope', needed },
    });
  });

  test('tells the granted scopes with every answer', async () => {
    const result = await bench.client.auth.test();

    expect(result.response_metadata?.scopes).toEqual(SEED.app.scopes);
  });

  test('takes one message per second in a channel, and does not count updates', async () => {
    const ts = await posted(bench);
    await call(bench, 'chat.update', { channel: CHANNEL, ts, text: 'again' });
    const second = bench.client.chat.postMessage({ channel: CHANNEL, text });

    await expect(second).rejects.toMatchObject({ retryAfter: 1 });
    await call(bench, 'chat.postMessage', { channel: 'C0GENERAL', text });
    bench.clock.pass(1_000);
    await posted(bench);
    expect(bench.slack.workspace.messages(CHANNEL)).toHaveLength(2);
  });

  test('refuses a fourth modal on the stack', async () => {
    const person = bench.slack.person('U0ANA');
    const button = { type: 'button', action_id: 'next', text: { type: 'plain_text', text: 'Next' } };
    const view = { ...modal, blocks: [{ type: 'actions', elements: [button] }] };
    await call(bench, 'views.open', { trigger_id: await trigger(bench), view });
    const push = async (): Promise<unknown> => {
      await person.click({ viewId: String(person.views.at(-1)?.id), actionId: 'next' });
      return call(bench, 'views.push', { trigger_id: bench.trigger(), view });
    };
    await push();
    await push();

    expect(person.views).toHaveLength(3);
    expect(await errorOf(push())).toBe('push_limit_reached');
  });
});
