import { WebClient } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/slack/index.ts';
import { recordFinding } from '../../src/services/alerts/record-finding.ts';
import { enqueueCopy, openTrouble } from '../../src/services/delivery/channel-trouble.ts';
import { sendDue } from '../../src/slack/outbox.ts';
import { OutboxMemory } from '../../src/slack/outbox-memory.ts';
import { slackLogger } from '../../src/system/slack-logger.ts';
import { present } from '../support/bench-deps.ts';
import { LOCALE } from './support/cards.ts';
import { findingOf, type Running, startRunning } from './support/running.ts';

const CHANNEL = 'C0AIKEYS';
const PATIENCE_MS = 300;

const PASSING: readonly [name: string, fault: Fault][] = [
  ['429', { kind: 'status', status: 429, retryAfterS: 7 }],
  ['500', { kind: 'status', status: 500 }],
  ['503', { kind: 'status', status: 503 }],
  ['ok: false, internal_error', { kind: 'error', error: 'internal_error' }],
  ['ok: false, service_unavailable', { kind: 'error', error: 'service_unavailable' }],
  ['a hang before it took effect', { kind: 'hang', when: 'before' }],
  ['a hang after it took effect', { kind: 'hang', when: 'after' }],
  ['a cut before it took effect', { kind: 'cut', when: 'before' }],
  ['a cut after it took effect', { kind: 'cut', when: 'after' }],
];

describe.each(['chat.postMessage', 'chat.update', 'users.conversations', 'conversations.history'])('%s', (method) => {
  test.each(PASSING)('%s: the message is neither lost nor doubled', async (_name, fault) => {
    const running = await startRunning();
    const drain = impatient(running);
    if (method === 'chat.update') {
      await find(running, 10);
      await drain();
    }
    // Something to look for in the history: the first try got no answer.
    if (method === 'conversations.history')
      running.slack.faults.add('chat.postMessage', { kind: 'cut', when: 'after' });
    running.slack.faults.add(method, fault);

    await find(running, 560);
    await drain();

    const shown = running.slack.workspace.messages(CHANNEL);
    expect(shown.map(({ text }) => text)).toEqual([expect.stringContaining('spending 560x')]);
    expect(shown[0]?.text).not.toContain('repeat');
    expect(running.slack.faults.pending()).toBe(0);
    expect(await running.deps.store.read.outbox.counts()).toEqual({ waiting: 0, dead: 0 });
  });
});

describe.each(['chat.postMessage', 'chat.update', 'users.conversations'])('%s', (method) => {
  test.each(['invalid_auth', 'brand_new_error'])(
    '%s is a dead letter, and the next change is told all the same',
    async (error) => {
      const running = await startRunning();
      const drain = impatient(running);
      if (method === 'chat.update') {
        await find(running, 10);
        await drain();
      }
      running.slack.faults.add(method, { kind: 'error', error });
      await find(running, 20);
      await drain();
      expect((await running.deps.store.read.outbox.counts()).dead).toBe(1);

      await find(running, 560);
      await drain();

      const texts = running.slack.workspace.messages(CHANNEL).map(({ text }) => text);
      expect(texts).toEqual([expect.stringContaining('spending 560x')]);
      expect((await running.deps.store.read.outbox.counts()).dead).toBe(0);
    },
  );
});

describe('conversations.open', () => {
  test.each(PASSING)('%s: the direct message is neither lost nor doubled', async (_name, fault) => {
    const running = await startRunning();
    running.slack.faults.add('conversations.open', fault);
    await enqueueDirect(running);

    await impatient(running)();

    expect(running.slack.workspace.messages('D0ANA').map(({ text }) => text)).toEqual([
      expect.stringContaining('spending 96x'),
    ]);
    expect(running.slack.faults.pending()).toBe(0);
  });

  test.each([
    ['user_disabled', 'deactivated'],
    ['messages_tab_disabled', 'Messages tab'],
    ['user_not_found', 'does not know this person'],
  ])('%s is for good, and says what to do', async (error, advice) => {
    const running = await startRunning({ roles: '{ admins: [U0ANA] }' });
    running.slack.faults.add('conversations.open', { kind: 'error', error });
    await enqueueDirect(running);

    await impatient(running)();

    const [letter] = await running.deps.store.read.outbox.dead();
    expect(letter?.problem).toContain(advice);
    expect(running.slack.calls.filter(({ method }) => method === 'conversations.open')).toHaveLength(1);
  });

  test('is asked once: what a person’s channel is does not change', async () => {
    const running = await startRunning();
    await enqueueDirect(running);
    await impatient(running)();
    await find(running, 560);
    await enqueueDirect(running);
    await running.drain();

    expect(running.slack.calls.filter(({ method }) => method === 'conversations.open').length).toBeLessThanOrEqual(1);
    const record = await running.deps.store.read.messages.about('direct', 'trouble');
    expect(record.map(({ channel }) => channel)).toEqual(['D0ANA']);
  });
});

describe('places side by side', () => {
  test('a channel that hangs does not hold up a direct message', async () => {
    const running = await startRunning();
    await find(running);
    await enqueueDirect(running);
    // The channel is looked up for ever; the direct message needs no such look-up.
    running.slack.faults.add('users.conversations', { kind: 'hang', when: 'before' });
    let arrived: () => void = () => {};
    const direct = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const stop = running.slack.onChange(({ kind, channel }) => kind === 'posted' && channel === 'D0ANA' && arrived());

    const sending = send(running, new OutboxMemory());
    await direct;

    expect(running.slack.workspace.messages(CHANNEL)).toEqual([]);
    stop();
    await sending;
  });

  test('what is enqueued while a place hangs is sent to another place at once', async () => {
    const running = await startRunning();
    await find(running);
    running.slack.faults.add('users.conversations', { kind: 'hang', when: 'before' });
    const direct = new Promise<void>((resolve) => {
      running.slack.onChange(({ kind, channel }) => kind === 'posted' && channel === 'D0ANA' && resolve());
    });

    const sending = send(running, new OutboxMemory());
    await enqueueDirect(running);
    await direct;

    expect(running.slack.workspace.messages(CHANNEL)).toEqual([]);
    await sending;
  });

  test('Retry-After of a channel does not hold up a direct message', async () => {
    const running = await startRunning();
    running.slack.faults.add('users.conversations', { kind: 'status', status: 429, retryAfterS: 600 });
    await find(running);
    await find(running, 9, 'apikey_2');
    await enqueueDirect(running);

    await send(running, new OutboxMemory());

    expect(running.slack.workspace.messages('D0ANA')).toHaveLength(1);
    // The second alert did not ask again.
    expect(running.slack.calls.filter(({ method }) => method === 'users.conversations')).toHaveLength(1);
  });
});

/** Drains with a client that gives up within a moment instead of ten seconds. */
function impatient(running: Running): () => Promise<void> {
  const memory = new OutboxMemory();
  return async () => {
    for (;;) {
      await send(running, memory);
      const next = await running.deps.store.read.outbox.nextDueAt();
      if (next === null) return;
      running.clock.jumpTo(next);
    }
  };
}

function send({ deps, slack, logger }: Running, memory: OutboxMemory): Promise<void> {
  const bulk = new WebClient('xoxb-sandbox', {
    slackApiUrl: slack.apiUrl,
    timeout: PATIENCE_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: slackLogger(logger),
  });
  return sendDue({ deps, locale: LOCALE, bulk, memory });
}

async function find(running: Running, ratio = 96, providerKeyId = 'apikey_1') {
  const key = await running.keyOf(providerKeyId);
  const headline = [`spending ${ratio}x its usual hour`];
  return present(await recordFinding(running.deps, findingOf(key.lineageId, key.id, { headline })));
}

/** Ana’s copy of the alert, as if the channel had refused it. */
async function enqueueDirect(running: Running): Promise<void> {
  const { deps } = running;
  const known = await deps.store.read.alerts.unresolved();
  const alert = present(known[0] ?? (await findQuietly(running)));
  await deps.store.write(async (tx) => {
    const trouble = await openTrouble({ deps, tx }, { channel: '#elsewhere', problem: 'It is gone.' });
    await enqueueCopy({ deps, tx }, { troubleId: trouble.id, userId: 'U0ANA', kind: 'alert', subjectId: alert.id });
  });
}

/** An alert whose own message is not wanted. */
async function findQuietly(running: Running) {
  const alert = await find(running);
  const { store, clock } = running.deps;
  const [row] = await store.read.outbox.due(clock.now(), 1);
  await store.write((tx) => tx.outbox.update({ ...present(row), state: 'dismissed' }));
  return alert;
}
