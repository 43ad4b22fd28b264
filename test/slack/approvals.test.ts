import { describe, expect, test } from 'vitest';
import { APPROVAL_MS } from '../../src/domain/approval.ts';
import { renderText, renderView } from '../../src/sandbox/slack/index.ts';
import { expireApprovals } from '../../src/services/actions/decide-approval.ts';
import { openRotation } from '../../src/services/rotation/open-rotation.ts';
import { encodeApproval, encodeButton } from '../../src/slack/button-value.ts';
import { later, present } from '../support/bench-deps.ts';
import { type Running, type RunningOptions, startRunning } from './support/running.ts';

const CHANNEL = 'C0AIKEYS';
const REASON = { value: 'it was in a public repository' };

/** Dee is a responder as Ana is, Chris the admin; `apikey_2` is production and has an alert. */
async function productionLeak(options: RunningOptions = {}) {
  const running = await startRunning({ roles: '{ admins: [U0CHRIS], responders: [U0ANA, U0DEE] }', ...options });
  const ts = await running.leak('apikey_2');
  const { id: keyId, generation } = await running.keyOf('apikey_2');
  const alert = present(await running.store.read.alerts.latestOfLineage((await running.keyOf('apikey_2')).lineageId));
  const value = encodeButton({ alertId: alert.id, keyId, generation });
  const card = await post(running, 'key_revoke', value);
  return { running, ts, card };
}

async function post(running: Running, actionId: string, value: string): Promise<string> {
  later(running, 1_000);
  const text = { type: 'plain_text' as const, text: 'Go' };
  const blocks = [{ type: 'actions', elements: [{ type: 'button' as const, action_id: actionId, value, text }] }];
  const answer = await running.bolt.client.chat.postMessage({ channel: CHANNEL, text: 'card', blocks });
  const ts = present(answer.ts);
  const record = { kind: 'card', subjectId: ts, channel: CHANNEL, ts, renderedHash: '', postedAt: 0, updatedAt: 0 };
  await running.store.write((tx) => tx.messages.put(record));
  return ts;
}

async function click(running: Running, userId: string, target: { ts: string; actionId: string }): Promise<void> {
  await running.slack.person(userId).click({ channel: CHANNEL, ...target });
  await running.settled();
}

async function revoke(running: Running, userId: string, { card, ...entries }: { card: string; alone?: string[] }) {
  await click(running, userId, { ts: card, actionId: 'key_revoke' });
  const person = running.slack.person(userId);
  const alone = entries.alone === undefined ? {} : { alone: { value: entries.alone } };
  const view = present(person.views.at(-1));
  const result = await person.submit(view.id, { reason: REASON, slug: { value: 'prod-api' }, ...alone });
  await running.settled();
  await running.drain();
  const page = person.views.at(-1);
  return { result, page: page === undefined ? '' : renderView(page, running.slack.workspace) };
}

/** The request for a second person as the channel shows it. */
function request(running: Running) {
  const { workspace } = running.slack;
  const found = workspace
    .messages(CHANNEL)
    .filter(({ metadata }) => JSON.stringify(metadata ?? {}).includes('approval:'));
  const message = present(found.at(-1));
  return { ts: message.ts, threadTs: message.threadTs, text: renderText(message, workspace) };
}

function told(running: Running, userId: string): readonly string[] {
  const { workspace } = running.slack;
  return workspace.ephemerals(CHANNEL, userId).map((message) => renderText(message, workspace));
}

function thread(running: Running, ts: string): readonly string[] {
  const { workspace } = running.slack;
  return running.slack
    .person('U0ANA')
    .thread(CHANNEL, ts)
    .map((message) => renderText(message, workspace));
}

describe('a production key is revoked by two people', () => {
  test('one asks in the modal, another approves in the thread, and the card names both', async () => {
    const { running, ts, card } = await productionLeak();

    const { page } = await revoke(running, 'U0ANA', { card });

    expect(page).toContain('Nothing is done yet: it waits for a second person until');
    expect(page).toContain('@dee or @chris can do that within 30 minutes. They are asked in the alert’s thread.');
    expect(request(running)).toMatchObject({ threadTs: ts });
    expect(request(running).text).toContain('@ana wants to revoke prod-api. Approve it?');
    expect(thread(running, ts)[0]).toContain('Revoke, asked by @ana, waits for a second person until');
    const called = running.slack.workspace.notifications.filter(({ kind }) => kind === 'mention');
    expect(called.map(({ userId }) => userId).sort()).toEqual(expect.arrayContaining(['U0CHRIS', 'U0DEE']));
    expect(running.provider.effects).toEqual([]);
    // The key goes on spending while it waits: the calls go on too.
    expect(thread(running, ts)[0]).toContain('escalates to responders at');
    expect((await running.store.read.alerts.unresolved())[0]?.state).toBe('open');

    await click(running, 'U0CHRIS', { ts: request(running).ts, actionId: 'approval_approve' });
    await running.drain();

    expect(running.provider.effects).toEqual(['revoke apikey_2']);
    expect(request(running).text).toContain('@ana wanted to revoke prod-api: approved by @chris.');
    expect(request(running).text).not.toContain('[ Approve ]');
    expect(thread(running, ts)[0]).toContain('Revoked by @ana, approved by @chris');
    expect(thread(running, ts).join('\n')).toContain('@ana asked to revoke the key, approved by @chris: it was in');
    expect((await running.store.read.alerts.unresolved())[0]?.acknowledgedBy).toBe('slack:T0ACME/U0ANA');
    expect(told(running, 'U0CHRIS')).toEqual([]);
  });

  test.each([
    ['U0ANA', 'you asked for this, so somebody else has to approve it'],
    ['U0BEN', 'only a responder or an admin may revoke it (policy.yml, roles)'],
    ['U0GIL', 'Keysteward answers active full members of this workspace only'],
  ])('%s does not count as a second person', async (userId, why) => {
    const { running, card } = await productionLeak();
    await revoke(running, 'U0ANA', { card });

    await click(running, userId, { ts: request(running).ts, actionId: 'approval_approve' });
    await running.drain();

    expect(told(running, userId).at(-1)).toBe(`Nothing was done: ${why}.`);
    expect(running.provider.effects).toEqual([]);
    expect(request(running).text).toContain('[ Approve ]');
  });

  test('a member of the responders’ user group counts', async () => {
    const { running, card } = await productionLeak({ roles: '{ admins: [U0BEN], responders: [S0SECURITY, U0DEE] }' });
    await revoke(running, 'U0DEE', { card });

    await click(running, 'U0CHRIS', { ts: request(running).ts, actionId: 'approval_approve' });
    await running.drain();

    expect(running.provider.effects).toEqual(['revoke apikey_2']);
  });

  test.each([
    ['who left', { deleted: true }],
    ['who became a guest', { isRestricted: true }],
  ])(
    'a guest since the request cannot approve, and what was asked by somebody %s is overtaken',
    async (_what, patch) => {
      const { running, card } = await productionLeak();
      await revoke(running, 'U0ANA', { card });
      running.slack.changeUser('U0CHRIS', { isRestricted: true });
      await click(running, 'U0CHRIS', { ts: request(running).ts, actionId: 'approval_approve' });
      expect(told(running, 'U0CHRIS').at(-1)).toContain('active full members');
      running.slack.changeUser('U0ANA', patch);

      await click(running, 'U0DEE', { ts: request(running).ts, actionId: 'approval_approve' });
      await running.drain();

      expect(told(running, 'U0DEE').at(-1)).toContain('Whoever asked may not do this any more.');
      expect(request(running).text).toContain('overtaken');
      expect(running.provider.effects).toEqual([]);
    },
  );

  test('a look-up that fails decides nothing, and the request still stands', async () => {
    const { running, card } = await productionLeak();
    await revoke(running, 'U0ANA', { card });
    const down = { kind: 'error', error: 'internal_error' } as const;
    running.slack.faults.add('users.info', down, down, down, down);

    await click(running, 'U0CHRIS', { ts: request(running).ts, actionId: 'approval_approve' });
    expect(told(running, 'U0CHRIS').at(-1)).toContain('could not be looked up');
    running.slack.faults.clear();
    await click(running, 'U0CHRIS', { ts: request(running).ts, actionId: 'approval_approve' });
    await running.drain();

    expect(running.provider.effects).toEqual(['revoke apikey_2']);
  });

  test('Approve clicked twice, delivered again, and by two people at once is one act', async () => {
    const { running, card } = await productionLeak();
    await revoke(running, 'U0ANA', { card });
    const target = { channel: CHANNEL, ts: request(running).ts, actionId: 'approval_approve' };
    const [chris, dee] = [running.slack.person('U0CHRIS'), running.slack.person('U0DEE')];

    await Promise.all([chris.click(target), chris.click(target), dee.click(target)]);
    await running.settled();
    await running.slack.redeliverLast();
    await running.settled();
    await running.drain();

    expect(running.provider.callsOf('revoke')).toEqual(['revoke apikey_2']);
    const answers = [...told(running, 'U0CHRIS'), ...told(running, 'U0DEE')];
    expect(answers).toEqual(Array(2).fill('Nothing was done: this request was approved already.'));
  });

  test('declining, taking it back and time end it, each said in its message', async () => {
    const { running, card } = await productionLeak();
    const ends: string[] = [];
    for (const userId of ['U0CHRIS', 'U0ANA', null]) {
      await revoke(running, 'U0ANA', { card });
      if (userId !== null) await click(running, userId, { ts: request(running).ts, actionId: 'approval_decline' });
      else later(running, APPROVAL_MS);
      await expireApprovals(running.deps);
      await running.drain();
      ends.push(present(request(running).text.split('\n')[0]));
    }

    expect(ends).toEqual([
      '@ana wanted to revoke prod-api: declined by @chris. Nothing was done.',
      '@ana wanted to revoke prod-api and took it back. Nothing was done.',
      '@ana wanted to revoke prod-api: nobody approved it within 30 minutes. Nothing was done.',
    ]);
    expect(running.provider.effects).toEqual([]);
  });

  test('a request that belongs to no alert stands in the channel', async () => {
    const running = await startRunning();
    const { id: keyId, generation } = await running.keyOf('apikey_2');
    const card = await post(running, 'key_revoke', encodeButton({ alertId: null, keyId, generation }));

    const { page } = await revoke(running, 'U0ANA', { card });

    expect(page).toContain('They are asked in #ai-keys.');
    expect(request(running).threadTs).toBeUndefined();
  });

  test.each([
    ['of an approval that nobody knows', encodeApproval('approval_nobody'), 'this request is not on record here'],
    ['that was forged', '{"v":1,"i":7}', 'This button was made by another version'],
    ['with more than it should have', '{"v":1,"i":"approval_1","asker":"U0EVE"}', 'made by another version'],
  ])('a button %s is answered politely', async (_what, value, expected) => {
    const { running } = await productionLeak();
    const ts = await post(running, 'approval_approve', value);

    await click(running, 'U0CHRIS', { ts, actionId: 'approval_approve' });

    expect(told(running, 'U0CHRIS').at(-1)).toContain(expected);
    expect(running.provider.effects).toEqual([]);
  });
});

describe('somebody alone', () => {
  const notices = (running: Running, channel: string) =>
    running.slack.workspace
      .messages(channel)
      .map((message) => renderText(message, running.slack.workspace))
      .filter((text) => text.includes('acted alone'));

  test('revokes on a critical alert without a second person; channel and admins are told', async () => {
    const { running, ts, card } = await productionLeak();

    const { page } = await revoke(running, 'U0ANA', { card, alone: ['alone'] });

    expect(page).toContain('Revoke of prod-api is on its way.');
    expect(running.provider.effects).toEqual(['revoke apikey_2']);
    expect(notices(running, CHANNEL)).toEqual([expect.stringContaining('@ana acted alone: asked to revoke prod-api')]);
    expect(notices(running, CHANNEL)[0]).toContain('@chris: please look whether it was right.');
    expect(notices(running, 'D0CHRIS')).toHaveLength(1);
    expect(notices(running, CHANNEL)[0]).toContain('a critical alert is open (KS-1)');
    expect(thread(running, ts)[0]).toContain('Revoked by @ana, alone (break-glass)');
  });

  test('is sent back under the box where there is no reason to be alone, or three times were used', async () => {
    const { running, card } = await productionLeak();
    const alert = present(await running.store.read.alerts.latestOfLineage((await running.keyOf('apikey_2')).lineageId));
    await running.store.write((tx) => tx.alerts.update({ ...alert, severity: 'high' }));

    const { result } = await revoke(running, 'U0ANA', { card, alone: ['alone'] });

    expect(result.errors).toEqual({ alone: expect.stringContaining('needs an open critical alert on this key') });
    expect(running.provider.effects).toEqual([]);
  });

  test('is not offered the way to a person without the right to it', async () => {
    const { running, card } = await productionLeak({ roles: '{ admins: [U0CHRIS], responders: [U0ANA] }' });
    running.raw().exec("UPDATE lineages SET owner_slack_id = 'U0BEN', owner_standing = 'confirmed'");

    await click(running, 'U0BEN', { ts: card, actionId: 'key_revoke' });

    const view = renderView(present(running.slack.person('U0BEN').views.at(-1)), running.slack.workspace);
    expect(view).toContain('only a responder or an admin may revoke it');
    expect(view).not.toContain('I am alone');
  });
});

test('the old key of a rotation that is not verified is revoked by two who were told so', async () => {
  const { running, card } = await productionLeak();
  const { id: keyId } = await running.keyOf('apikey_2');
  const actor = { kind: 'slack', userId: 'U0ANA', teamId: 'T0ACME' } as const;
  await openRotation(running.deps, { actor, keyId, alertId: null, reason: 'the quarter' });
  await click(running, 'U0ANA', { ts: card, actionId: 'key_revoke' });
  const ana = running.slack.person('U0ANA');
  const modal = present(ana.views.at(-1));
  expect(renderView(modal, running.slack.workspace)).toContain('the new key is not verified: generate, store');
  await ana.submit(modal.id, { reason: REASON, slug: { value: 'prod-api' } });
  await running.settled();
  await running.drain();
  const asked = request(running);
  expect(asked.text).toContain('the new key is not verified');

  await click(running, 'U0DEE', { ts: asked.ts, actionId: 'approval_approve' });
  await running.drain();
  expect(running.provider.effects).toEqual(['revoke apikey_2']);
});
