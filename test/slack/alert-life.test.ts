import { describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../src/domain/time.ts';
import { renderText, renderView } from '../../src/sandbox/slack/index.ts';
import { runAlertTimers } from '../../src/services/alerts/escalate-alerts.ts';
import { encodeButton } from '../../src/slack/button-value.ts';
import { ownerAnswer } from '../../src/slack/owner-answer.ts';
import { later, present } from '../support/bench-deps.ts';
import { type Running, startRunning } from './support/running.ts';

const CHANNEL = 'C0AIKEYS';

async function leaking(): Promise<{ running: Running; ts: string; alertId: string }> {
  const running = await startRunning();
  const key = await running.keyOf('apikey_1');
  const lineage = present(await running.store.read.lineages.get(key.lineageId));
  await running.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: 'U0DEE' }));
  const ts = await running.leak();
  return { running, ts, alertId: present((await running.store.read.messages.at(CHANNEL, ts))?.subjectId) };
}

function alertIn(running: Running, alertId: string) {
  return running.store.read.alerts.get(alertId).then(present);
}

async function press(running: Running, userId: string, click: { ts: string; actionId: string; option?: string }) {
  await running.slack.person(userId).click({ channel: CHANNEL, ...click });
  await running.settled();
}

/** What the modal shows; it is the last that the person opened. */
function page(running: Running, userId: string): string {
  return renderView(present(running.slack.person(userId).views.at(-1)), running.slack.workspace);
}

async function submit(running: Running, userId: string, entries: Record<string, { value: string }>) {
  const person = running.slack.person(userId);
  const result = await person.submit(present(person.views.at(-1)).id, entries);
  await running.settled();
  return result;
}

function whispers(running: Running, userId: string): readonly string[] {
  const seen = running.slack.person(userId).visibleMessages('ai-keys');
  return seen
    .filter(({ ephemeralTo }) => ephemeralTo === userId)
    .map((message) => renderText(message, running.slack.workspace));
}

/** A message of ours with one button of any value, as an old version or a forger may have made it. */
async function oldButton(running: Running, actionId: string, value: string): Promise<string> {
  later(running, SECOND_MS);
  const text = { type: 'plain_text' as const, text: 'Go' };
  const button = { type: 'button' as const, action_id: actionId, value, text };
  const blocks = [{ type: 'actions' as const, elements: [button] }];
  const answer = await running.bolt.client.chat.postMessage({ channel: CHANNEL, text: 'an old message', blocks });
  const ts = present(answer.ts);
  const record = { kind: 'old', subjectId: ts, channel: CHANNEL, ts, renderedHash: '', postedAt: 0, updatedAt: 0 };
  await running.store.write((tx) => tx.messages.put(record));
  return ts;
}

describe('“This was us…” on a critical alert', () => {
  test('is refused to its owner and taken from a responder, who can take it back', async () => {
    const { running, ts, alertId } = await leaking();
    await press(running, 'U0DEE', { ts, actionId: 'menu', option: 'This was us…' });
    expect(page(running, 'U0DEE')).toContain('Nothing was done: only a responder or an admin may say');

    await press(running, 'U0ANA', { ts, actionId: 'menu', option: 'This was us…' });
    await submit(running, 'U0ANA', { length: { value: '4h' }, reason: { value: 'our load test' } });
    expect(page(running, 'U0ANA')).toContain('is closed as expected.');
    const closed = await alertIn(running, alertId);
    expect(closed).toMatchObject({ state: 'resolved', verdict: 'legitimate' });
    expect(present(closed.expected).until).toBe(running.clock.now() + 240 * MINUTE_MS);
    await running.drain();

    await press(running, 'U0DEE', { ts, actionId: 'menu', option: 'It was not us after all' });
    expect(whispers(running, 'U0DEE').at(-1)).toContain('Nothing was done: only');
    await press(running, 'U0ANA', { ts, actionId: 'menu', option: 'It was not us after all' });
    expect(await alertIn(running, alertId)).toMatchObject({ state: 'open', verdict: null, expected: null });
  });

  test('asks for a reason, and counts a second answer as too late', async () => {
    const { running, ts, alertId } = await leaking();
    await press(running, 'U0ANA', { ts, actionId: 'menu', option: 'This was us…' });
    expect(await submit(running, 'U0ANA', { reason: { value: '  ' } })).toMatchObject({
      errors: { reason: 'Say in a few words why.' },
    });
    await press(running, 'U0CHRIS', { ts, actionId: 'menu', option: 'This was us…' });

    await submit(running, 'U0ANA', { reason: { value: 'us' } });
    await submit(running, 'U0CHRIS', { reason: { value: 'us too' } });

    expect(page(running, 'U0CHRIS')).toContain('This alert is already resolved; nothing was changed.');
    expect((await running.store.read.alerts.events(alertId)).map(({ kind }) => kind)).toEqual(['expected']);
  });
});

describe('old and forged buttons', () => {
  test.each([
    ['alert_acknowledge', encodeButton({ alertId: 'alert_0', keyId: '', generation: 0 }), 'belongs to no alert'],
    ['alert_confirm', encodeButton({ alertId: null, keyId: '', generation: 0 }), 'belongs to no alert'],
    ['alert_end_test', '{"v":1}', 'another version'],
    ['owner_yes', ownerAnswer.encode({ a: 'alert_0', e: 'event_0' }), 'belongs to no alert'],
    ['owner_no', 'nonsense', 'another version'],
  ])('%s with a value of nothing is answered with a sentence', async (actionId, value, words) => {
    const { running } = await leaking();

    await press(running, 'U0ANA', { ts: await oldButton(running, actionId, value), actionId });

    expect(whispers(running, 'U0ANA').at(-1)).toContain(words);
  });

  test('the answer of somebody who is not the owner changes nothing', async () => {
    const { running, alertId } = await leaking();
    const before = await alertIn(running, alertId);
    const value = ownerAnswer.encode({ a: alertId, e: 'event_0' });

    await press(running, 'U0ANA', { ts: await oldButton(running, 'owner_yes', value), actionId: 'owner_yes' });

    expect(whispers(running, 'U0ANA').at(-1)).toContain('this key is not yours any more');
    expect(await alertIn(running, alertId)).toEqual(before);
  });

  test('a real alert is not ended like a test', async () => {
    const { running, alertId } = await leaking();
    const value = encodeButton({ alertId, keyId: '', generation: 0 });

    await press(running, 'U0ANA', {
      ts: await oldButton(running, 'alert_end_test', value),
      actionId: 'alert_end_test',
    });

    expect(whispers(running, 'U0ANA').at(-1)).toContain('This alert is real');
    expect((await alertIn(running, alertId)).state).toBe('open');
  });
});

describe('the direct message to the owner', () => {
  test('that Slack refuses for good goes to the responders, and is no dead letter', async () => {
    const { running, alertId } = await leaking();
    running.slack.faults.add('conversations.open', { kind: 'error', error: 'user_disabled' });
    later(running, 6 * MINUTE_MS);

    await runAlertTimers(running.deps);
    await running.drain();

    const { alerts, outbox } = running.store.read;
    expect((await alerts.events(alertId)).map(({ kind }) => kind)).toEqual(['owner_asked', 'escalated']);
    expect((await outbox.counts()).dead).toBe(0);
    const called = running.slack.workspace.notifications.filter(({ text }) => text.includes('could not be delivered'));
    expect(called.map(({ userId }) => userId)).toEqual(['U0ANA']);
  });
});
