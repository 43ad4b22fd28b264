import { describe, expect, test } from 'vitest';
import { encodeRotationButton } from '../../src/slack/rotation-button.ts';
import { present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import {
  CHANNEL,
  click,
  closeAll,
  ephemerals,
  page,
  replies,
  roots,
  stepTs,
  submit,
  textOf,
  threadOf,
} from './support/rotation-gestures.ts';
import { type Running, startRunning } from './support/running.ts';

const REASON = { reason: { value: 'it was in a public repository' }, public: { value: 'calm' } };

describe('a rotation in Slack', () => {
  test('begins with a click on the alert: one message, one reply for each step, and the alert says where', async () => {
    const { running, alertTs, root } = await rotating();

    expect(textOf(running, root)).toContain('Rotating staging-ci: 0 of 6 steps done.');
    expect(textOf(running, root)).toContain('▓'.repeat(0) + '░'.repeat(6));
    expect(textOf(running, root)).toContain('@ana drives it');
    expect(replies(running, root)).toHaveLength(6);
    const posted = running.slack
      .person('U0ANA')
      .thread(CHANNEL, root)
      .map(({ ts }) => Number(ts));
    expect(posted.every((at, index) => index === 0 || at - (posted[index - 1] ?? 0) >= 1)).toBe(true);
    expect(replies(running, root)[0]).toContain('Call it exactly staging-ci-2026-10-17');
    expect(replies(running, root)[1]).toBe('2. Store it – after generate');
    const alert = threadOf(running, alertTs);
    expect(alert[0]).toContain('A rotation is under way, driven by @ana: its thread');
    expect(alert[1]).toContain('Rotation started by @ana: its thread in this channel leads through the steps.');
    const event = present(running.slack.person('U0ANA').thread(CHANNEL, alertTs)[1]);
    expect(event.text).toContain(`https://acme.slack.com/archives/C0AIKEYS/p${root.replace('.', '')}|its thread`);
  });

  test('is never opened twice: two quick clicks, and whoever comes later is led to it', async () => {
    const { running, alertTs, root } = await rotating();
    await click(running, 'U0CHRIS', alertTs, 'key_rotate');

    expect(page(running, 'U0CHRIS')).toContain('staging-ci is being rotated already: 0 of 6 steps done.');
    expect(page(running, 'U0CHRIS')).not.toContain('Why?');
    expect(roots(running)).toEqual([root]);
  });

  test('opened by two people at once is one, and the second is told', async () => {
    const running = await startRunning();
    const ts = await running.leak();
    await click(running, 'U0ANA', ts, 'key_rotate');
    await click(running, 'U0CHRIS', ts, 'key_rotate');

    await submit(running, 'U0ANA', REASON);
    await submit(running, 'U0CHRIS', REASON);
    await running.drain();

    expect(page(running, 'U0ANA')).toContain('The rotation of staging-ci has begun.');
    expect(page(running, 'U0CHRIS')).toContain('is being rotated already');
    expect(roots(running)).toHaveLength(1);
  });

  test('walked through in quick clicks posts nothing twice', async () => {
    const { running, root } = await rotating();
    await newKey(running);
    await click(running, 'U0ANA', stepTs(running, root, 0), 'rotation_key');
    await submit(running, 'U0ANA', { key: { value: (await running.keyOf('apikey_new')).id } });
    await running.drain();
    expect(replies(running, root)[0]).toContain('done by @ana');
    expect(replies(running, root)[0]).toContain('The new key is');

    const ana = running.slack.person('U0ANA');
    const done = { channel: CHANNEL, ts: stepTs(running, root, 1), actionId: 'rotation_done' };
    await Promise.all([ana.click(done), ana.click(done), ana.click(done)]);
    await running.settled();
    await running.slack.redeliverLast();
    await running.settled();
    await running.drain();

    expect(replies(running, root)).toHaveLength(6);
    expect(replies(running, root)[1]).toContain('2. Store it – done by @ana');
    expect(textOf(running, root)).toContain('Rotating staging-ci: 2 of 6 steps done.\n▓▓░░░░  next: redeploy');
    expect(running.audit().filter(({ verb }) => verb === 'rotation.step.done')).toHaveLength(2);
    expect(ephemerals(running, 'U0ANA')).toEqual([]);
  });

  test('answers a stale button with what is true, and changes nothing', async () => {
    const { running, root } = await rotating();
    const ben = running.slack.person('U0CHRIS');
    await completeGenerate(running, root);
    const ts = stepTs(running, root, 1);
    // Both see the button; Ana is faster, and Chris's message has not been edited yet.
    await running.slack.person('U0ANA').click({ channel: CHANNEL, ts, actionId: 'rotation_done' });
    await running.settled();
    await ben.click({ channel: CHANNEL, ts, actionId: 'rotation_done' });
    await running.settled();
    await running.drain();

    expect(ephemerals(running, 'U0CHRIS')).toEqual([
      expect.stringContaining('Nothing was changed: somebody was faster.'),
    ]);
    expect(replies(running, root)[1]).toContain('done by @ana');
  });

  test('is driven by those who may rotate the key, and by nobody else', async () => {
    const { running, root } = await rotating();

    for (const [actionId, step] of [
      ['rotation_key', 0],
      ['rotation_block', 0],
    ] as const) {
      await click(running, 'U0BEN', stepTs(running, root, step), actionId);
      expect(page(running, 'U0BEN')).toContain('only the key’s owner, a responder or an admin may rotate it');
      await closeAll(running, 'U0BEN');
    }
    await click(running, 'U0BEN', root, 'rotation_cancel');
    expect(page(running, 'U0BEN')).toContain('Nothing was done: only');
    expect(textOf(running, root)).toContain('0 of 6 steps done');
  });

  test('lets an owner do it all, but for taking a key that is not theirs into their lineage', async () => {
    const { running, root } = await rotating();
    await give(running, 'apikey_1', 'U0BEN');
    await newKey(running);
    const fresh = { key: { value: (await running.keyOf('apikey_new')).id } };
    await click(running, 'U0BEN', stepTs(running, root, 0), 'rotation_key');
    await submit(running, 'U0BEN', fresh);
    await running.drain();
    expect(replies(running, root)[0]).toContain('done by @ben');

    await click(running, 'U0BEN', stepTs(running, root, 5), 'rotation_key');
    await submit(running, 'U0BEN', fresh);
    expect(page(running, 'U0BEN')).toContain('may set its owner, environment, cap or models');
    expect((await running.keyOf('apikey_new')).lineageId).not.toBe((await running.keyOf('apikey_1')).lineageId);

    await give(running, 'apikey_new', 'U0BEN');
    await click(running, 'U0BEN', stepTs(running, root, 5), 'rotation_key');
    await submit(running, 'U0BEN', fresh);
    expect((await running.keyOf('apikey_new')).lineageId).toBe((await running.keyOf('apikey_1')).lineageId);
  });

  test('shows what is in the way, and goes on when it is out of the way', async () => {
    const { running, root } = await rotating();
    await click(running, 'U0ANA', stepTs(running, root, 0), 'rotation_block');
    await submit(running, 'U0ANA', { reason: { value: '  ' } }, { errors: ['reason'] });
    await submit(running, 'U0ANA', { reason: { value: 'the console is down <!channel>' } });
    await running.drain();

    expect(textOf(running, root)).toContain('generate is blocked: the console is down <!channel>');
    expect(replies(running, root)[0]).toContain('blocked by @ana');
    await running.slack
      .person('U0ANA')
      .click({ channel: CHANNEL, ts: stepTs(running, root, 0), actionId: 'rotation_undo' });
    await running.settled();
    await running.drain();
    expect(textOf(running, root)).toContain('next: generate');
    expect(running.slack.workspace.notifications.filter(({ kind }) => kind === 'broadcast')).toEqual([]);
  });

  test('handed over names the new driver once in the thread, and only somebody with the right', async () => {
    const { running, root } = await rotating();
    await click(running, 'U0ANA', root, 'rotation_hand_over');
    await submit(running, 'U0ANA', { person: { value: 'U0BEN' } });
    expect(page(running, 'U0ANA')).toContain('may rotate it');
    await closeAll(running, 'U0ANA');

    await click(running, 'U0ANA', root, 'rotation_hand_over');
    await submit(running, 'U0ANA', { person: { value: 'U0CHRIS' } });
    await running.drain();

    expect(textOf(running, root)).toContain('@chris drives it');
    expect(replies(running, root)[6]).toBe('@chris, the rotation of staging-ci is yours now; next: generate.');
    expect(running.slack.workspace.notifications.filter(({ userId }) => userId === 'U0CHRIS')).not.toEqual([]);
  });

  test('cancelled says why, and takes its buttons away', async () => {
    const { running, alertTs, root } = await rotating();
    await click(running, 'U0ANA', root, 'rotation_cancel');
    await submit(running, 'U0ANA', { reason: { value: 'the key is not used any more' } });
    await running.drain();

    expect(textOf(running, root)).toContain('was cancelled after moments, with 0 of 6 steps done.');
    expect(textOf(running, root)).toContain('@ana: the key is not used any more');
    expect(threadOf(running, root).join('\n')).not.toContain('[ ');
    expect(threadOf(running, alertTs).at(-1)).toContain('@ana cancelled the rotation');
    await click(running, 'U0ANA', alertTs, 'key_rotate');
    expect(page(running, 'U0ANA')).toContain('Why?');
  });

  test('begins from the key’s card and from /keys rotate, without an alert', async () => {
    const running = await startRunning();
    await running.slack.person('U0ANA').command('/keys rotate prod-api', CHANNEL);
    await running.settled();
    expect(page(running, 'U0ANA')).toContain('Rotate prod-api');
    expect(page(running, 'U0ANA')).toContain('If the key is public, stop it first');
    await submit(running, 'U0ANA', { reason: REASON.reason });
    await running.drain();

    const [root = ''] = roots(running);
    expect(textOf(running, root)).toContain('Rotating prod-api');
    expect(textOf(running, root)).not.toContain('started from');
    await running.slack.person('U0BEN').command('/keys show prod-api', CHANNEL);
    await running.settled();
    expect(ephemerals(running, 'U0BEN')[0]).toContain(
      'Rotation this is the old key, 0 of 6 steps done, next: generate',
    );
    await running.slack.person('U0BEN').command('/keys status', CHANNEL);
    await running.settled();
    expect(ephemerals(running, 'U0BEN')[1]).toContain('rotation of prod-api: 0 of 6 steps done, next: generate, begun');
    await running.slack.person('U0BEN').command('/keys rotate nothing', CHANNEL);
    await running.settled();
    expect(ephemerals(running, 'U0BEN')[2]).toContain('No key is called “nothing”');
  });

  test('finds the new key when it is asked to read the key list', async () => {
    const { running, root } = await rotating();
    await click(running, 'U0ANA', stepTs(running, root, 0), 'rotation_key');
    expect(page(running, 'U0ANA')).not.toContain('staging-ci-new');
    running.provider.put(fakeKey('apikey_new', { label: 'staging-ci-new', createdAt: running.clock.now() }));

    const view = present(running.slack.person('U0ANA').views.at(-1));
    await running.slack.person('U0ANA').click({ viewId: view.id, actionId: 'rotation_sync' });
    await running.settled();

    expect(page(running, 'U0ANA')).toContain('staging-ci-new');
  });

  test('takes the answer that nobody here made the key in question, and calls people', async () => {
    const { running, root } = await rotating();
    await newKey(running);
    await click(running, 'U0ANA', stepTs(running, root, 0), 'rotation_key');
    expect(page(running, 'U0ANA')).toMatch(/In question: .*staging-ci-new/);
    await submit(running, 'U0ANA', { key: { value: 'None: nobody here made what is in question' } });
    await running.drain();

    expect(page(running, 'U0ANA')).toContain('has an alert now');
    const { lineageId } = await running.keyOf('apikey_new');
    expect(await running.store.read.alerts.latestOfLineage(lineageId)).toMatchObject({ severity: 'high' });
    expect(replies(running, root)[0]).not.toContain('staging-ci-new');
  });

  test('refuses a forged value with a sentence', async () => {
    const { running, root } = await rotating();
    const value = encodeRotationButton({ rotationId: 'rot_none', step: 'store', revision: 1 });
    const message = present(running.slack.person('U0ANA').thread(CHANNEL, root)[1]);
    const forged = JSON.parse(
      JSON.stringify(message.blocks).replace(/"value":"[^}]*?}"/, `"value":${JSON.stringify(value)}`),
    );
    Object.assign(message, { blocks: forged });

    await click(running, 'U0ANA', message.ts, 'rotation_key');

    expect(page(running, 'U0ANA')).toContain('There is no such rotation.');
  });
});

interface Rotating {
  readonly running: Running;
  readonly alertTs: string;
  readonly root: string;
}

/** Ana has clicked `Rotate…` on the alert of `staging-ci` and said why. */
async function rotating(): Promise<Rotating> {
  const running = await startRunning();
  const alertTs = await running.leak();
  await click(running, 'U0ANA', alertTs, 'key_rotate');
  await submit(running, 'U0ANA', REASON);
  await running.drain();
  await closeAll(running, 'U0ANA');
  return { running, alertTs, root: present(roots(running)[0]) };
}

async function give(running: Running, providerKeyId: string, ownerSlackId: string): Promise<void> {
  const lineage = await running.lineageOf(providerKeyId);
  await running.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId }));
}

async function newKey(running: Running): Promise<void> {
  running.provider.put(fakeKey('apikey_new', { label: 'staging-ci-new', createdAt: running.clock.now() }));
  await running.sync();
}

async function completeGenerate(running: Running, root: string): Promise<void> {
  await click(running, 'U0ANA', stepTs(running, root, 0), 'rotation_key');
  await submit(running, 'U0ANA', { key: { value: 'It is not listed yet' } });
  await running.drain();
  await closeAll(running, 'U0ANA');
}
