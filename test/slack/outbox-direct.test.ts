import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/config/policy.ts';
import { detectors } from '../../src/domain/detectors/index.ts';
import { AppError } from '../../src/domain/errors.ts';
import { MINUTE_MS } from '../../src/domain/time.ts';
import { defaultWorkspace, type Message, renderText } from '../../src/sandbox/slack/index.ts';
import { probeChannelsJob } from '../../src/scheduler/jobs/probe-channels.ts';
import { seenOf } from '../../src/services/actions/account.ts';
import { requestOwnerDeletion } from '../../src/services/actions/request-owner-deletion.ts';
import { addAlertEvent } from '../../src/services/alerts/announce.ts';
import { runAlertTimers } from '../../src/services/alerts/escalate-alerts.ts';
import { recordFinding } from '../../src/services/alerts/record-finding.ts';
import { startTestAlert } from '../../src/services/alerts/test-alert.ts';
import { readTroubles } from '../../src/services/delivery/channel-trouble.ts';
import { originOf } from '../../src/services/delivery/direct-copy.ts';
import { syncMembers } from '../../src/services/inventory/sync-members.ts';
import { notReady } from '../../src/services/status/readiness.ts';
import { sendDue } from '../../src/slack/outbox.ts';
import { takeDetour } from '../../src/slack/outbox-detour.ts';
import { OutboxMemory } from '../../src/slack/outbox-memory.ts';
import { NoRoot } from '../../src/slack/outbox-message.ts';
import { later, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { SERVICE_ACCOUNT } from '../support/limits.ts';
import { LOCALE } from './support/cards.ts';
import { findingOf, type Running, type RunningOptions, startRunning } from './support/running.ts';

const CHANNEL = 'C0AIKEYS';
const BOT = 'U0KEYBOT';
const SECURITY = '{ admins: [U0CHRIS], responders: [S0SECURITY] }';

describe('a channel that refuses an alert', () => {
  test('sends it to the responders directly, once, and says why and what to do', async () => {
    const running = await startRunning();
    kick(running);

    await find(running);
    await running.drain();

    const [copy] = direct(running, 'U0ANA');
    expect(direct(running, 'U0ANA')).toHaveLength(1);
    expect(shown(running, copy)).toContain('staging-ci is spending 96x');
    expect(shown(running, copy)).toMatch(/directly because #ai-keys cannot be posted to since .*Invite it there/);
    expect(copy?.text).toContain('The bot is in no channel called #ai-keys.');
    expect(direct(running, 'U0CHRIS')).toEqual([]);
    expect(await notReady(running.deps.store, () => true)).toEqual(['outbox', 'channel']);
    expect(running.audit().map(({ verb }) => verb)).toContain('channel.refused');
  });

  test.each([
    'channel_not_found',
    'is_archived',
    'missing_scope',
    'restricted_action',
    'restricted_action_read_only_channel',
  ])('does so for %s', async (error) => {
    const running = await startRunning();
    running.slack.faults.add('chat.postMessage', { kind: 'error', error });
    await find(running);
    await running.drain();
    expect(direct(running, 'U0ANA')).toHaveLength(1);
  });

  test('does so for a name that the bot is in no channel of', async () => {
    const running = await startRunning({ channel: '#nowhere' });
    await find(running);
    await running.drain();
    expect(direct(running, 'U0ANA')[0]?.text).toContain('The bot is in no channel called #nowhere.');
  });

  test('says of an archived channel that it is archived', async () => {
    const running = await startRunning();
    running.slack.archive(CHANNEL);
    await find(running);
    await running.drain();
    expect(direct(running, 'U0ANA')[0]?.text).toContain('The channel #ai-keys is archived.');
  });

  test('does not do so for a token that is refused, or a message that cannot be: no other place would take it', async () => {
    for (const error of ['invalid_auth', 'invalid_blocks']) {
      const running = await startRunning();
      running.slack.faults.add('chat.postMessage', { kind: 'error', error });
      await find(running);
      await running.drain();
      expect(direct(running, 'U0ANA')).toEqual([]);
      expect(running.outbox()).toEqual([expect.stringMatching(/^alert .* dead$/)]);
    }
  });

  test('edits the copy in place from then on, and keeps one dead letter of the alert', async () => {
    const running = await startRunning();
    kick(running);
    for (const ratio of [10, 100, 560]) {
      await find(running, ratio);
      await running.drain();
      later(running, MINUTE_MS);
    }

    expect(direct(running, 'U0ANA')).toHaveLength(1);
    expect(shown(running, direct(running, 'U0ANA')[0])).toContain('spending 560x');
    expect(await running.deps.store.read.outbox.dead()).toHaveLength(1);
    expect(running.slack.workspace.notifications.filter(({ kind }) => kind === 'dm')).toHaveLength(1);
  });

  test('goes to everybody of a responder group, guests left out', async () => {
    const usergroups = [
      { id: 'S0SECURITY', handle: 'security', name: 'Security', users: ['U0ANA', 'U0CHRIS', 'U0GIL'] },
    ];
    const running = await startRunning({ roles: SECURITY, seed: { ...defaultWorkspace, usergroups } });
    kick(running);
    await find(running);
    await running.drain();

    expect(direct(running, 'U0ANA')).toHaveLength(1);
    expect(direct(running, 'U0CHRIS')).toHaveLength(1);
    expect(direct(running, 'U0GIL')).toEqual([]);
  });

  test.each<[name: string, options: RunningOptions, prepare: (running: Running) => void]>([
    ['there is no responder', { roles: '{ admins: [U0CHRIS] }' }, () => {}],
    ['the group cannot be looked up', { roles: '{ admins: [U0CHRIS], responders: [S0GONE] }' }, () => {}],
    ['the responder is deactivated', {}, (running) => running.slack.changeUser('U0ANA', { deleted: true })],
    [
      'the app cannot write to the responder',
      {},
      (running) => running.slack.faults.add('conversations.open', { kind: 'error', error: 'messages_tab_disabled' }),
    ],
    [
      'the responder was deactivated a moment ago',
      {},
      (running) => running.slack.faults.add('conversations.open', { kind: 'error', error: 'user_disabled' }),
    ],
  ])('goes to the admins when %s', async (_name, options, prepare) => {
    const running = await startRunning(options);
    prepare(running);
    kick(running);
    await find(running);
    await running.drain();

    expect(direct(running, 'U0ANA')).toEqual([]);
    expect(shown(running, direct(running, 'U0CHRIS')[0])).toContain('staging-ci is spending 96x');
  });

  test('and no person that can be reached leaves dead letters that status tells', async () => {
    const scopes = defaultWorkspace.app.scopes.filter((scope) => scope !== 'im:write');
    const running = await startRunning({ seed: { ...defaultWorkspace, app: { ...defaultWorkspace.app, scopes } } });
    kick(running);
    await find(running);
    await running.drain();

    expect((await running.deps.store.read.outbox.dead()).map(({ kind }) => kind)).toEqual([
      'alert',
      'direct',
      'notice_to',
      'direct',
    ]);
    expect(await status(running)).toContain('The app lacks the Slack scope im:write');
    expect(await status(running)).toMatch(/#ai-keys cannot be posted to since .* Nobody could be told directly\./);
  });

  test('is in status: which channel, why, since when, and who is told instead', async () => {
    const running = await startRunning();
    kick(running);
    await find(running);
    await running.drain();

    const text = await status(running);
    expect(text.split('\n')[0]).toContain('#ai-keys cannot be posted to; 1 message given up');
    expect(text).not.toContain('could not be sent');
    expect(text).toMatch(
      /#ai-keys cannot be posted to since .*\(channels\.alerts, digest\.channel\)\. Its messages go directly to @\w+/,
    );
  });

  test('a copy is lost by no broken connection and made twice by none', async () => {
    const running = await startRunning();
    kick(running);
    running.slack.faults.add('chat.postMessage', { kind: 'cut', when: 'after' });
    await find(running);
    await running.drain();
    expect(direct(running, 'U0ANA')).toHaveLength(1);
  });

  test('the copy knows what it is about, so its buttons can be held against it', async () => {
    const running = await startRunning();
    kick(running);
    const alert = await find(running);
    await running.drain();
    const copy = present(direct(running, 'U0ANA')[0]);
    const record = present(await running.deps.store.read.messages.at(copy.channel, copy.ts));
    expect(originOf(record)).toEqual({ kind: 'alert', subjectId: alert.id });
  });
});

describe('a test alert that its channel refuses', () => {
  test('goes to nobody but the person who tries it out, with the names of those whom a real one would reach', async () => {
    const running = await startRunning({ roles: '{ admins: [U0CHRIS], responders: [U0ANA, U0DEE] }' });
    await syncMembers(running.deps);
    kick(running);
    await running.slack.person('U0ANA').command('/keys test-alert', 'general');
    await running.settled();
    await running.drain();

    for (let minute = 0; minute < 16; minute += 1) {
      later(running, MINUTE_MS);
      await runAlertTimers(running.deps);
      await running.drain();
    }

    const [copy, ...replies] = direct(running, 'U0ANA').filter(({ text }) => !text.startsWith('Was this you?'));
    expect(shown(running, copy)).toContain('Test of the alert path');
    expect(shown(running, copy)).toContain(
      'A real alert would go directly to Ana Ruiz and Dee Park; this test goes to you alone.',
    );
    expect(replies.at(-1)?.text).toContain('message in this channel: :x: failed');
    for (const userId of ['U0CHRIS', 'U0DEE']) expect(direct(running, userId)).toEqual([]);
  });

  test('goes to no admin either when the person cannot be written to', async () => {
    const running = await startRunning();
    kick(running);
    running.slack.faults.add('conversations.open', { kind: 'error', error: 'messages_tab_disabled' });
    await startTestAlert(running.deps, { kind: 'slack', userId: 'U0ANA', teamId: 'T0ACME' });
    await running.drain();

    for (const userId of ['U0ANA', 'U0CHRIS', 'U0DEE']) expect(direct(running, userId)).toEqual([]);
  });

  test('does so for a thread that stands in a channel which refuses by now', async () => {
    const running = await startRunning();
    await startTestAlert(running.deps, { kind: 'slack', userId: 'U0CHRIS', teamId: 'T0ACME' });
    await running.drain();
    kick(running);
    for (let minute = 0; minute < 4; minute += 1) {
      later(running, MINUTE_MS);
      await runAlertTimers(running.deps);
      await running.drain();
    }

    expect(
      direct(running, 'U0CHRIS')
        .map(({ text }) => text)
        .join('\n'),
    ).toContain('a real alert would call');
    expect(direct(running, 'U0ANA')).toEqual([]);
  });
});

describe('a request for a second person that its channel refuses', () => {
  test('reaches those who can approve, also without an alert, and is edited to what became of it', async () => {
    const running = await startRunning({
      provider: { extras: ['deleteKeyOwner'] },
      roles: '{ admins: [U0CHRIS, U0BEN], responders: [U0ANA] }',
    });
    const owner = { ...SERVICE_ACCOUNT, name: 'ci-bot' };
    running.provider.put(fakeKey('apikey_3', { label: 'prod-worker', owner }));
    await running.sync();
    kick(running);
    const { id: keyId, generation } = await running.keyOf('apikey_3');
    const { slug } = await running.lineageOf('apikey_3');
    const actor = { kind: 'slack', userId: 'U0BEN', teamId: 'T0ACME' } as const;
    const input = { actor, keyId, generation, alertId: null, reason: 'it leaked', typedSlug: slug };
    await requestOwnerDeletion(running.deps, { ...input, seen: seenOf([keyId]) });
    await running.drain();

    const [request] = direct(running, 'U0CHRIS');
    expect(shown(running, request)).toContain('Approve it?');
    expect(direct(running, 'U0ANA')).toEqual([]);
    expect(direct(running, 'U0BEN')).toEqual([]);

    const chris = running.slack.person('U0CHRIS');
    await chris.click({ channel: present(request).channel, ts: present(request).ts, actionId: 'approval_approve' });
    await running.settled();
    await running.drain();

    expect(running.provider.effects).toEqual([`deleteKeyOwner ${owner.id}`]);
    expect(shown(running, direct(running, 'U0CHRIS')[0])).toContain('approved by @chris');
    expect(direct(running, 'U0CHRIS')).toHaveLength(1);
  });
});

describe('replies while the channel refuses', () => {
  test('are no dead letters by the dozen: the message shows the state', async () => {
    const running = await startRunning();
    kick(running);
    const alert = await find(running);
    for (const kind of ['worse', 'acknowledged', 'resolved']) await tell(running, alert.id, kind);
    await running.drain();

    expect(await running.deps.store.read.outbox.dead()).toHaveLength(1);
    expect(direct(running, 'U0ANA')).toHaveLength(1);
  });

  test('to a message that stands in the channel bring the message itself to people', async () => {
    const running = await startRunning();
    const alert = await find(running);
    await running.drain();
    kick(running);
    await tell(running, alert.id, 'worse');
    await tell(running, alert.id, 'resolved');
    await running.drain();

    expect(shown(running, direct(running, 'U0ANA')[0])).toContain('staging-ci is spending 96x');
    expect(await running.deps.store.read.outbox.dead()).toHaveLength(1);
  });
});

describe('a reply that calls people while the channel refuses', () => {
  test('is heard: in the thread of their copies, and who has none gets the message first', async () => {
    const running = await startRunning();
    kick(running);
    const alert = await find(running);
    await running.drain();
    await tell(running, alert.id, 'worse');
    const { deps, bolt } = running;
    const row = present((await deps.store.read.outbox.due(running.clock.now(), 1))[0]);
    const context = { deps, locale: LOCALE, bulk: bolt.bulk, memory: new OutboxMemory() };
    const inThreadOf = { kind: 'alert', subjectId: alert.id };
    const mentions = ['<@U0BEN>', '<!subteam^S0SECURITY|security>'];
    const draft = { text: 'Nobody has acknowledged it.', blocks: [], channel: '#ai-keys', inThreadOf, mentions };
    const thrown = new AppError({ code: 'slack_rejected', message: '', publicMessage: '', cause: new NoRoot() });

    expect(await takeDetour(context, { row, draft, thrown })).toBe(true);
    await running.drain();

    for (const userId of ['U0ANA', 'U0BEN', 'U0CHRIS']) {
      const [root, reply, ...more] = direct(running, userId);
      expect(shown(running, root)).toContain('staging-ci is spending 96x');
      expect(reply?.threadTs).toBe(root?.ts);
      expect(reply?.text).toBe(`It got worse: critical now.\n<@${userId}>`);
      expect(more).toEqual([]);
    }
    expect(await deps.store.read.outbox.dead()).toHaveLength(1);
  });
});

describe('a channel that takes messages again', () => {
  test('gets what it refused by itself, settles the dead letter, and the copy says where it goes on', async () => {
    const running = await startRunning();
    kick(running);
    const first = await find(running);
    const second = await find(running, 9, 'apikey_2');
    await running.drain();
    expect(await running.deps.store.read.outbox.dead()).toHaveLength(2);
    later(running, 5 * MINUTE_MS);
    invite(running);

    await probeChannelsJob.run(running.deps);
    await running.drain();

    expect(roots(running)).toHaveLength(2);
    expect(await running.deps.store.read.outbox.dead()).toEqual([]);
    expect(await readTroubles(running.deps)).toEqual([]);
    expect(await notReady(running.deps.store, () => true)).toEqual([]);
    const copies = direct(running, 'U0ANA');
    expect(copies).toHaveLength(2);
    for (const copy of copies) {
      expect(shown(running, copy)).toMatch(/^It goes on in #ai-keys/);
      expect(copy.blocks.map((block) => block['type'])).not.toContain('actions');
    }
    expect(running.audit().map(({ verb }) => verb)).toContain('channel.works');
    for (const id of [first.id, second.id]) {
      expect(await running.deps.store.read.messages.get('alert', id)).toMatchObject({ channel: CHANNEL });
    }

    await find(running, 560);
    await running.drain();
    expect(shown(running, roots(running)[0])).toContain('spending 560x');
    expect(shown(running, direct(running, 'U0ANA')[0])).not.toContain('560x');
  });

  test('at the next change of an alert, without waiting for a probe', async () => {
    const running = await startRunning();
    kick(running);
    await find(running);
    await running.drain();
    invite(running);

    await find(running, 560);
    await running.drain();

    expect(shown(running, roots(running)[0])).toContain('spending 560x');
    expect(await running.deps.store.read.outbox.dead()).toEqual([]);
    expect(await readTroubles(running.deps)).toEqual([]);
  });

  test('is not proven by an edit: an old message may be edited where nothing new may be posted', async () => {
    const running = await startRunning();
    await find(running);
    await running.drain();
    running.slack.faults.add('chat.postMessage', { kind: 'error', error: 'restricted_action_read_only_channel' });
    await find(running, 9, 'apikey_2');
    await running.drain();
    await find(running, 560);
    await running.drain();

    expect(await readTroubles(running.deps)).toHaveLength(1);
    expect(direct(running, 'U0ANA')).toHaveLength(1);
  });

  test('a second time of trouble calls people again, with a message of its own', async () => {
    const running = await startRunning();
    kick(running);
    await find(running);
    await running.drain();
    invite(running);
    await find(running, 200);
    await running.drain();
    running.slack.faults.add('chat.update', { kind: 'error', error: 'is_archived' });

    await find(running, 560);
    await running.drain();

    expect(direct(running, 'U0ANA')).toHaveLength(2);
    expect(running.slack.workspace.notifications.filter(({ kind }) => kind === 'dm')).toHaveLength(2);
  });

  test('another channel in policy.yml takes over what the old one refused', async () => {
    const running = await startRunning();
    kick(running);
    await find(running);
    await running.drain();
    const parsed = parsePolicy(
      "channels: { alerts: '#general' }\nroles: { admins: [U0CHRIS], responders: [U0ANA] }\n",
      { file: 'policy.yml', detectors },
    );
    if (!parsed.ok) throw new Error('the policy is wrong');
    const deps = { ...running.deps, policy: parsed.policy };

    await probeChannelsJob.run(deps);
    for (let round = 0; round < 3; round += 1) {
      await sendDue({ deps, locale: LOCALE, bulk: running.bolt.bulk, memory: new OutboxMemory() });
      later(running, MINUTE_MS);
    }

    const posted = running.slack.workspace.messages('C0GENERAL');
    expect(posted.map((message) => shown(running, message))).toEqual([expect.stringContaining('spending 96x')]);
    expect(await readTroubles(deps)).toEqual([]);
    expect(shown(running, direct(running, 'U0ANA')[0])).toMatch(/^It goes on in #general/);
  });

  test('a probe that is refused again changes nothing that people see', async () => {
    const running = await startRunning();
    kick(running);
    await find(running);
    await running.drain();
    const before = running.slack.calls.length;
    for (let round = 0; round < 2; round += 1) {
      later(running, 5 * MINUTE_MS);
      await probeChannelsJob.run(running.deps);
      await running.drain();
    }
    const changes = running.slack.calls.slice(before).filter(({ ok, method }) => ok && method.startsWith('chat.'));
    expect(changes).toEqual([]);
    expect(await running.deps.store.read.outbox.dead()).toHaveLength(1);
    expect(await readTroubles(running.deps)).toHaveLength(1);
  });
});

function kick({ slack }: Running): void {
  slack.kick(CHANNEL, BOT);
}

function invite({ slack }: Running): void {
  slack.invite(CHANNEL, BOT);
}

async function find(running: Running, ratio = 96, providerKeyId = 'apikey_1') {
  const key = await running.keyOf(providerKeyId);
  const headline = [`spending ${ratio}x its usual hour`];
  return present(await recordFinding(running.deps, findingOf(key.lineageId, key.id, { headline })));
}

async function tell(running: Running, id: string, kind: string): Promise<void> {
  const event = { kind, actor: { kind: 'system', job: 'detect' } as const, detail: { severity: 'critical' } };
  await running.deps.store.write((tx) => addAlertEvent({ deps: running.deps, tx }, { id }, event));
}

function roots({ slack }: Running): readonly Message[] {
  return slack.workspace.messages(CHANNEL).filter(({ threadTs }) => threadTs === undefined);
}

function direct({ slack }: Running, userId: string): readonly Message[] {
  return slack.workspace.messages(`D${userId.slice(1)}`);
}

function shown({ slack }: Running, message: Message | undefined): string {
  return renderText(present(message), slack.workspace);
}

async function status(running: Running): Promise<string> {
  await running.slack.person('U0BEN').command('/keys status', 'general');
  await running.settled();
  return shown(running, running.slack.person('U0BEN').visibleMessages('general').at(-1));
}
