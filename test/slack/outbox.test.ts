import { describe, expect, test } from 'vitest';
import { SECOND_MS } from '../../src/domain/time.ts';
import type { OutboxRow } from '../../src/ports/store.ts';
import { defaultWorkspace, renderText } from '../../src/sandbox/slack/index.ts';
import { addAlertEvent, announceAlert } from '../../src/services/alerts/announce.ts';
import { recordFinding } from '../../src/services/alerts/record-finding.ts';
import { OutboxMemory } from '../../src/slack/outbox-memory.ts';
import { show } from '../../src/slack/outbox-message.ts';
import { section } from '../../src/slack/views/blocks.ts';
import { present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { LOCALE } from './support/cards.ts';
import { findingOf, type Running, type RunningOptions, startRunning } from './support/running.ts';

const CHANNEL = 'C0AIKEYS';
const CUT_AFTER = { kind: 'cut', when: 'after' } as const;
const CUT_BEFORE = { kind: 'cut', when: 'before' } as const;

describe('an alert on its way to Slack', () => {
  test('is posted once and edited in place from then on', async () => {
    const running = await startRunning();
    const alert = await find(running);
    await running.send();
    const [posted] = roots(running);

    await find(running, 560);
    await running.send();

    expect(roots(running)).toHaveLength(1);
    expect(roots(running)[0]?.ts).toBe(posted?.ts);
    expect(shown(running)[0]).toContain('spending 560x');
    expect(calls(running)).toEqual(['chat.postMessage', 'chat.update']);
    expect(await running.deps.store.read.messages.get('alert', alert.id)).toMatchObject({ ts: posted?.ts });
  });

  test('is rendered when it is sent: three changes that waited are one message', async () => {
    const running = await startRunning();
    await find(running, 3);
    await find(running, 30);
    await find(running, 300);

    await running.send();

    expect(calls(running)).toEqual(['chat.postMessage']);
    expect(shown(running)[0]).toContain('spending 300x');
  });

  test('that looks the same is not sent again', async () => {
    const running = await startRunning();
    const alert = await find(running);
    await running.send();

    await announce(running, alert.id);
    await running.send();

    expect(calls(running)).toEqual(['chat.postMessage']);
    expect(running.outbox()).toEqual([`alert ${alert.id} sent`, `alert ${alert.id} sent`]);
  });

  test('has its history in its thread, in the order in which it happened', async () => {
    const running = await startRunning();
    const alert = await find(running);
    for (const kind of ['worse', 'acknowledged', 'resolved']) await tell(running, alert.id, kind);

    await running.drain();

    const [root] = roots(running);
    const thread = running.slack.workspace.replies(CHANNEL, present(root).ts);
    expect(thread.map((one) => one.text)).toEqual([
      'It got worse: critical now.',
      'Keysteward is on it.',
      'Two hours of complete data below the threshold: resolved by itself.',
    ]);
  });

  test('carries ids in its metadata and nothing else', async () => {
    const running = await startRunning();
    const alert = await find(running);
    await running.send();

    expect(roots(running)[0]?.metadata).toEqual({
      event_type: 'keysteward_message',
      event_payload: { subject: `alert:${alert.id}` },
    });
  });

  test('that somebody deleted is posted anew with what is true now', async () => {
    const running = await startRunning();
    await find(running);
    await running.send();
    running.slack.workspace.messages(CHANNEL);
    await running.bolt.client.chat.delete({ channel: CHANNEL, ts: present(roots(running)[0]).ts });
    running.clock.jumpTo(running.clock.now() + SECOND_MS);

    await find(running, 560);
    await running.send();

    expect(shown(running)).toEqual([expect.stringContaining('spending 560x')]);
    expect(await deadLetters(running)).toEqual([]);
  });
});

describe('mentions', () => {
  const draft = { text: 'It burns.', blocks: [], channel: CHANNEL, inThreadOf: null } as const;
  const row = {
    id: 'out_1',
    kind: 'alert',
    subjectId: 'alert_1',
    threadKey: 'alert:alert_1',
    state: 'sending',
    attempts: 1,
    notBeforeAt: 0,
    createdAt: 0,
    settledAt: null,
    problem: null,
    refusedBy: null,
  } as const;

  test('are a line of their own where the message is posted, and in no edit', async () => {
    const running = await startRunning();
    const context = { deps: running.deps, locale: LOCALE, bulk: running.bolt.bulk, memory: new OutboxMemory() };
    const mentions = ['<@U0ANA>', '<!subteam^S0SECURITY>'];
    const blocks = [section('It burns.')];

    const { message } = await show(context, row, { ...draft, blocks, mentions });
    await running.deps.store.write((tx) => tx.messages.put(message));

    const [posted] = roots(running);
    expect(posted?.text).toBe('It burns.\n<@U0ANA> <!subteam^S0SECURITY>');
    expect(JSON.stringify(posted?.blocks.at(-1))).toContain('<@U0ANA> <!subteam^S0SECURITY>');
    const called = running.slack.workspace.notifications.map(({ userId }) => userId);
    expect(called.toSorted()).toEqual(['U0ANA', 'U0CHRIS']);

    // Other people to call is no change of the message.
    expect(await show(context, row, { ...draft, blocks, mentions: ['<@U0BEN>'] })).toMatchObject({ how: 'unchanged' });
    await show(context, row, { ...draft, text: 'It burns on.', blocks, mentions });
    expect(roots(running)[0]?.text).toBe('It burns on.');
    expect(roots(running)[0]?.blocks).toHaveLength(1);
    expect(running.slack.workspace.notifications).toHaveLength(2);
  });
});

describe('a rate limit', () => {
  test('is waited for in business time, and then the message comes once', async () => {
    const running = await startRunning();
    running.slack.faults.add('chat.postMessage', { kind: 'status', status: 429, retryAfterS: 37 });
    await find(running);
    const asked = running.clock.now();

    await running.send();
    expect(await running.deps.store.read.outbox.nextDueAt()).toBe(asked + 37 * SECOND_MS);
    running.clock.jumpTo(asked + 36 * SECOND_MS);
    await running.send();
    expect(roots(running)).toEqual([]);
    running.clock.jumpTo(asked + 37 * SECOND_MS);
    await running.send();

    expect(roots(running)).toHaveLength(1);
    expect(calls(running).filter((method) => method === 'chat.postMessage')).toHaveLength(2);
  });

  test('holds up its own place, without asking Slack again, and no other', async () => {
    const running = await startRunning({ enforceRateLimit: false });
    running.slack.faults.add('chat.postMessage', { kind: 'status', status: 429, retryAfterS: 60 });
    const first = await find(running);
    await tell(running, first.id, 'worse');
    const second = await find(running, 9, 'apikey_2');

    await running.send();

    expect(calls(running)).toEqual(['chat.postMessage']);
    expect(running.outbox()).toEqual([
      `alert ${first.id} pending`,
      expect.stringMatching(/^alert_event event_\d+ pending$/),
      `alert ${second.id} pending`,
    ]);
    expect(await running.deps.store.read.outbox.nextDueAt()).toBe(running.clock.now() + 60 * SECOND_MS);
    await running.drain();
    expect(shown(running)).toHaveLength(2);
    // Turned away at the door: there is nothing to look up.
    expect(calls(running)).not.toContain('conversations.history');
  });
});

describe('a connection that breaks', () => {
  test('after Slack took the message leaves exactly one, found by its metadata', async () => {
    const running = await startRunning();
    running.slack.faults.add('chat.postMessage', CUT_AFTER);
    await find(running);

    await running.drain();

    expect(roots(running)).toHaveLength(1);
    expect(calls(running)).toContain('conversations.history');
    await find(running, 560);
    await running.drain();
    expect(shown(running)).toEqual([expect.stringContaining('spending 560x')]);
  });

  test('after Slack took a message leaves the mentions by which people see whom it called', async () => {
    const running = await startRunning();
    running.slack.faults.add('chat.postMessage', CUT_AFTER);
    await find(running);

    await running.drain();

    expect(roots(running)[0]?.text).toMatch(/\n<@U0ANA>$/);
    expect(calls(running)).not.toContain('chat.update');
  });

  test('after Slack took a reply leaves exactly one reply', async () => {
    const running = await startRunning();
    const alert = await find(running);
    await running.drain();
    running.slack.faults.add('chat.postMessage', CUT_AFTER);
    running.clock.jumpTo(running.clock.now() + SECOND_MS);
    await tell(running, alert.id, 'worse');

    await running.drain();

    expect(running.slack.workspace.replies(CHANNEL, present(roots(running)[0]).ts)).toHaveLength(1);
    expect(calls(running)).toContain('conversations.replies');
  });

  test('before Slack took it is followed by one message', async () => {
    const running = await startRunning();
    running.slack.faults.add('chat.postMessage', CUT_BEFORE, CUT_BEFORE, { kind: 'status', status: 500 });
    await find(running);

    await running.drain();

    expect(roots(running)).toHaveLength(1);
  });

  test('and a history that may not be read: twice is better than never, and the message says so', async () => {
    const scopes = defaultWorkspace.app.scopes.filter((scope) => scope !== 'channels:history');
    const running = await startRunning({ seed: { ...defaultWorkspace, app: { ...defaultWorkspace.app, scopes } } });
    running.slack.faults.add('chat.postMessage', CUT_BEFORE);
    await find(running);

    await running.drain();

    expect(shown(running)).toEqual([expect.stringContaining('This may be a repeat')]);
    expect(roots(running)[0]?.text).toContain('This may be a repeat');
    await find(running, 560);
    await running.drain();
    expect(shown(running)).toEqual([expect.not.stringContaining('This may be a repeat')]);
  });

  test('while a newer change waits shows the newer one', async () => {
    const running = await startRunning();
    running.slack.faults.add('chat.postMessage', CUT_AFTER);
    await find(running, 3);
    await running.send();
    await find(running, 560);

    await running.drain();

    expect(shown(running)).toEqual([expect.stringContaining('spending 560x')]);
  });
});

describe('a refusal for good', () => {
  test.each<[name: string, options: RunningOptions, error: string | null, advice: string]>([
    ['an unknown channel', { channel: '#nowhere' }, null, 'The bot is in no channel called #nowhere. Invite it there'],
    ['an unknown channel id', { channel: 'C0NOWHERE' }, null, 'Check channels.alerts and digest.channel in policy.yml'],
    [
      'an archived channel',
      { channel: 'C0AIKEYS' },
      'is_archived',
      'The channel is archived. Unarchive it, or name another one',
    ],
    ['a channel without the bot', { channel: 'C0AIKEYS' }, 'not_in_channel', 'Invite it with /invite'],
    ['a missing scope', {}, 'missing_scope', 'The app lacks a Slack scope. Add it: open the app at api.slack.com/apps'],
    ['a token that was revoked', {}, 'invalid_auth', 'Check SLACK_BOT_TOKEN'],
    ['something new', {}, 'brand_new_error', 'Slack refused the message (brand_new_error).'],
  ])('%s is a dead letter with advice that /keys status shows', async (_name, options, error, advice) => {
    const running = await startRunning(options);
    if (error !== null) running.slack.faults.add('chat.postMessage', { kind: 'error', error });
    const alert = await find(running);

    await running.send();

    expect(running.outbox()[0]).toBe(`alert ${alert.id} dead`);
    expect((await deadLetters(running))[0]?.problem).toContain(advice);
    await running.slack.person('U0BEN').command('/keys status', 'general');
    await running.settled();
    const status = present(running.slack.person('U0BEN').visibleMessages('general').at(-1));
    expect(renderText(status, running.slack.workspace)).toMatch(/1 message given up/);
    expect(renderText(status, running.slack.workspace)).toContain(advice);
  });

  test('of the root is one dead letter: its replies are in what it shows', async () => {
    const running = await startRunning();
    running.slack.faults.add('chat.postMessage', { kind: 'error', error: 'is_archived' });
    const alert = await find(running);
    await tell(running, alert.id, 'worse');

    await running.send();

    expect((await deadLetters(running)).map(({ problem }) => problem)).toEqual([expect.stringContaining('archived')]);
    expect(running.outbox()).toContainEqual(expect.stringMatching(/^alert_event event_\d+ dismissed$/));
  });

  test('does not stop the next change from being told', async () => {
    const running = await startRunning();
    running.slack.faults.add('chat.postMessage', { kind: 'error', error: 'not_in_channel' });
    await find(running);
    await running.send();

    await find(running, 560);
    await running.drain();

    expect(shown(running)).toEqual([expect.stringContaining('spending 560x')]);
  });

  test('a row that this version cannot render is given up with a sentence', async () => {
    const running = await startRunning();
    const row = { id: 'out_9', kind: 'from_the_future', subjectId: 'x', threadKey: 'x', createdAt: 0 };
    await running.deps.store.write((tx) => tx.outbox.enqueue(row));

    await running.send();

    expect((await deadLetters(running))[0]?.problem).toBe('This version cannot send messages of kind from_the_future.');
  });
});

async function find(running: Running, ratio = 96, providerKeyId = 'apikey_1') {
  if (!running.provider.keys.has(providerKeyId)) running.provider.put(fakeKey(providerKeyId));
  const key = await running.keyOf(providerKeyId);
  const headline = [`spending ${ratio}x its usual hour`];
  return present(await recordFinding(running.deps, findingOf(key.lineageId, key.id, { headline })));
}

async function announce(running: Running, id: string): Promise<void> {
  await running.deps.store.write((tx) => announceAlert({ deps: running.deps, tx }, { id }));
}

async function tell(running: Running, id: string, kind: string): Promise<void> {
  const event = { kind, actor: { kind: 'system', job: 'detect' } as const, detail: { severity: 'critical' } };
  await running.deps.store.write((tx) => addAlertEvent({ deps: running.deps, tx }, { id }, event));
}

function roots({ slack }: Running) {
  return slack.workspace
    .messages(CHANNEL)
    .filter(({ threadTs, isTombstone }) => threadTs === undefined && isTombstone !== true);
}

function shown(running: Running): readonly string[] {
  return roots(running).map((message) => renderText(message, running.slack.workspace));
}

function calls({ slack }: Running): readonly string[] {
  return slack.calls.map(({ method }) => method).filter((method) => /^(chat|conversations)\./.test(method));
}

async function deadLetters({ deps }: Running): Promise<readonly OutboxRow[]> {
  return deps.store.read.outbox.dead();
}
