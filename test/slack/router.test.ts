import { describe, expect, test } from 'vitest';
import { SECOND_MS } from '../../src/domain/time.ts';
import { renderText, renderView } from '../../src/sandbox/slack/index.ts';
import { encodeButton } from '../../src/slack/button-value.ts';
import { later, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { type Running, startRunning } from './support/running.ts';

const CHANNEL = 'ai-keys';
const REASON = { reason: { value: 'spend that nobody can explain' } };

describe('a slash command', () => {
  test.each([
    ['/keys', 'Keysteward watches'],
    ['/keys HELP', '/keys stale [days]'],
    ['/keys   list  ', 'staging-ci'],
    ['/keys status', 'Fake'],
    ['/keys stale 1', 'No working key is known to have been quiet for 1 day.'],
    ['/keys show staging-ci', 'staging-ci is active'],
    ['/keys stael', 'Did you mean /keys stale [days]?'],
    ['/keys qwertyuiop', 'There is no /keys qwertyuiop. /keys help'],
    ['/keys show', 'Say which key'],
    ['/keys show nothing', 'No key is called “nothing”.'],
    ['/keys stale soon', 'Give whole days from 1 to 3650'],
  ])('%s is answered to the person alone', async (line, expected) => {
    const running = await startRunning({ provider: { title: 'Fake' } });

    const answer = await ask(running, 'U0BEN', line);

    expect(answer).toContain(expected);
    expect(running.slack.person('U0ANA').visibleMessages(CHANNEL)).toEqual([]);
  });

  test('shows a key that vanished by its name, and since when it is missing; a name that lives on means the living', async () => {
    const running = await startRunning();
    later(running, 30 * SECOND_MS);
    running.provider.keys.delete('apikey_1');
    await running.sync();

    const answer = await ask(running, 'U0BEN', '/keys show staging-ci');
    expect(answer).toContain('staging-ci is gone');
    expect(answer).toContain('Gone missing from the provider’s list since Oct 17, 2026');
    expect(answer).not.toContain('[ ');

    running.provider.put(fakeKey('key_new', { label: 'staging-ci' }));
    await running.sync();
    expect(await ask(running, 'U0BEN', '/keys show staging')).toContain('staging-ci-2 is active');
    expect(await ask(running, 'U0BEN', '/keys show staging-ci')).toContain('staging-ci is gone');
  });

  test('gives a guest no data, whatever is asked', async () => {
    const running = await startRunning();

    for (const line of ['/keys', '/keys list', '/keys status', '/keys show staging-ci', '/keys nonsense']) {
      const answer = await ask(running, 'U0GIL', line);
      expect(answer).toBe('Nothing was done: Keysteward answers active full members of this workspace only.');
    }
  });

  test('never repeats a key that somebody pasted', async () => {
    const running = await startRunning();
    const pasted = `sk-ant-api03-${'A1b2C3d4'.repeat(11)}`;

    for (const line of [`/keys ${pasted}`, `/keys show ${pasted}`, `/keys stale ${pasted}`]) {
      expect(await ask(running, 'U0ANA', line)).not.toContain('A1b2C3d4');
    }
    expect(running.logger.lines.join('\n')).not.toContain('A1b2C3d4');
  });

  test('that holds a whole key is refused, and the person told to rotate it', async () => {
    const running = await startRunning();
    const answer = await ask(running, 'U0ANA', `/keys cap sk-ant-api03-${'A1b2C3d4'.repeat(11)} 5`);

    expect(answer).toContain('That looks like a whole key, so nothing was looked up.');
    expect(answer).toContain('rotate that key');
  });

  test('understands what Slack escapes', async () => {
    const running = await startRunning();

    expect(await ask(running, 'U0ANA', '/keys list spend:&gt;100')).toContain('No key fits all of that.');
    expect(await ask(running, 'U0ANA', '/keys list owner:&lt;@U0ANA&gt;')).toContain('No key fits all of that.');
  });

  test('pages in the place of the answer; when that cannot be changed any more, the page comes anew', async () => {
    const running = await startRunning();
    for (let key = 0; key < 40; key += 1) running.provider.put(fakeKey(`more_${key}`, { label: `more-${key}` }));
    await running.sync();
    const ana = running.slack.person('U0ANA');
    await ask(running, 'U0ANA', '/keys list');
    const shown = () => ana.visibleMessages(CHANNEL).filter(({ ephemeralTo }) => ephemeralTo === 'U0ANA');
    const count = shown().length;

    await ana.click({ channel: CHANNEL, ts: present(shown().at(-1)).ts, actionId: 'command_0' });
    await running.settled();
    expect(shown()).toHaveLength(count);
    expect(renderText(present(shown().at(-1)), running.slack.workspace)).toContain('page 2 of 3');

    const gone = { kind: 'status', status: 404 } as const;
    running.slack.faults.add('response_url', gone, gone);
    await ana.click({ channel: CHANNEL, ts: present(shown().at(-1)).ts, actionId: 'command_1' });
    await running.settled();
    expect(renderText(present(shown().at(-1)), running.slack.workspace)).toContain('page 3 of 3');
  });

  test('of which the work fails says so to the person and keeps the stack in the log', async () => {
    const running = await startRunning();
    const port = { ...running.provider.port, consoleSteps: () => JSON.parse('no JSON') };
    Object.assign(running.deps, { providers: new Map([[port.connectionId, port]]) });

    const answer = await ask(running, 'U0ANA', '/keys show staging-ci');

    expect(answer).toBe('Something went wrong inside Keysteward. Nothing was changed; the log has the details.');
    expect(running.logger.lines.find((line) => line.startsWith('error'))).toMatch(/SyntaxError(?:.|\n)*show\.ts/);
  });

  test('that the database refuses is our fault in the log and a sentence to the person', async () => {
    const running = await startRunning();
    running.raw().exec('DROP TABLE usage_days');

    const answer = await ask(running, 'U0ANA', '/keys list');

    expect(answer).toContain('The database refused this and nothing was changed.');
    expect(running.logger.lines.find((line) => line.startsWith('error'))).toContain('no such table');
  });
});

describe('a click', () => {
  test('on a stop button leads through the modal to the act, once', async () => {
    const running = await startRunning();
    const ts = await running.leak();

    const notice = await stop(running, 'U0ANA', ts);
    await running.drain();

    expect(notice).toContain('Suspend of staging-ci is on its way.');
    expect(running.provider.effects).toEqual(['suspend apikey_1']);
    const [root, ...replies] = threadOf(running, ts);
    expect(root).toContain('staging-ci is suspended.');
    expect(root).toContain('Suspended by @ana');
    expect(replies).toEqual([
      '@ana asked to suspend the key: spend that nobody can explain\nThat acknowledges the alert.',
      'Suspended: the provider now shows the key as inactive. Whether usage stays zero is checked.',
    ]);
  });

  test('repeated, or delivered twice, does nothing twice', async () => {
    const running = await startRunning();
    const ts = await running.leak();
    const ana = running.slack.person('U0ANA');

    await Promise.all([ana.click(target(ts, 'key_suspend')), ana.click(target(ts, 'key_suspend'))]);
    await running.settled();
    await ana.submit(topView(running, 'U0ANA').id, REASON);
    await running.slack.redeliverLast();
    await running.settled();
    await running.slack.redeliverLast();
    await running.settled();
    await running.drain();

    expect(running.provider.callsOf('suspend')).toEqual(['suspend apikey_1']);
    expect(running.audit().filter(({ verb }) => verb === 'key.suspend.requested')).toHaveLength(1);
    expect(threadOf(running, ts)).toHaveLength(3);
  });

  test('of two people at the same time is one act, and the other is told', async () => {
    const running = await startRunning();
    const ts = await running.leak();
    await open(running, 'U0ANA', ts, 'key_suspend');
    await open(running, 'U0CHRIS', ts, 'key_suspend');

    await submit(running, 'U0ANA');
    await running.drain();
    const second = await submit(running, 'U0CHRIS');
    await running.drain();

    expect(second).toContain('Nothing was done: staging-ci is inactive now.');
    expect(running.provider.effects).toEqual(['suspend apikey_1']);
  });

  test('in a modal that was open while the key was stopped and restored does nothing', async () => {
    const running = await startRunning();
    const ts = await running.leak();
    await open(running, 'U0CHRIS', ts, 'key_suspend');
    for (const status of ['inactive', 'active'] as const) {
      running.provider.change('apikey_1', { status });
      await running.sync();
    }

    const page = await submit(running, 'U0CHRIS');
    await running.drain();

    expect(page).toContain('Nothing was done: staging-ci is active now. Somebody, or the provider, changed it');
    expect(running.provider.callsOf('suspend')).toEqual([]);
  });

  test('on a button that is months old is answered with what is true now', async () => {
    const running = await startRunning();
    const ts = await running.leak();
    running.provider.change('apikey_1', { status: 'inactive' });
    await running.sync();

    const page = await open(running, 'U0ANA', ts, 'key_suspend');

    expect(page).toContain('Nothing to do: staging-ci is inactive now.');
    expect(running.provider.effects).toEqual([]);
  });

  test('on an alert whose key is gone from the inventory is answered with a sentence', async () => {
    const running = await startRunning();
    const ts = await postButton(
      running,
      'key_suspend',
      encodeButton({ alertId: null, keyId: 'key_old', generation: 1 }),
    );

    const page = await open(running, 'U0ANA', ts, 'key_suspend');

    expect(page).toContain('This key is not in the inventory any more.');
  });

  test.each([
    ['an act of another version', 'key_explode', undefined],
    ['a forged value', 'key_suspend', '{"v":9}'],
    ['a value that is no JSON', 'alert_acknowledge', 'key_1'],
    ['an acknowledgement of no alert', 'alert_acknowledge', encodeButton({ alertId: null, keyId: 'k', generation: 1 })],
  ])('on %s gives one sentence to the person alone', async (_what, actionId, value) => {
    const running = await startRunning();
    const ts = await postButton(running, actionId, value ?? 'x');

    await running.slack.person('U0ANA').click(target(ts, actionId));
    await running.settled();

    const [answer, ...more] = ephemeral(running, 'U0ANA');
    expect(answer).toMatch(/^This button (was made by another version|belongs to no alert)/);
    expect(more).toEqual([]);
    expect(ephemeral(running, 'U0BEN')).toEqual([]);
    expect(
      running.slack
        .person('U0ANA')
        .visibleMessages(CHANNEL)
        .filter((one) => one.ephemeralTo === undefined),
    ).toHaveLength(1);
  });

  test('on a message of another bot has no power', async () => {
    const running = await startRunning();
    const ts = await running.leak();
    const key = await running.keyOf('apikey_1');
    const stolen = encodeButton({ alertId: null, keyId: key.id, generation: key.generation });
    const foreign = await postButton(running, 'key_suspend', stolen);
    Object.assign(present(running.slack.workspace.message('C0AIKEYS', foreign)), { botId: 'B0EVIL' });

    await running.slack.person('U0ANA').click(target(foreign, 'key_suspend'));
    await running.settled();

    expect(ephemeral(running, 'U0ANA')).toEqual(['Nothing was done: this message is not Keysteward’s.']);
    expect(running.slack.person('U0ANA').views).toEqual([]);
    expect(threadOf(running, ts)).toHaveLength(1);
  });

  test('on Acknowledge is said in the headline and the thread; a second one is told', async () => {
    const running = await startRunning();
    const ts = await running.leak();

    await running.slack.person('U0ANA').click({ ...target(ts, 'menu'), option: 'Acknowledge' });
    await running.settled();
    await running.slack.redeliverLast();
    await running.settled();
    expect(ephemeral(running, 'U0ANA')).toEqual([]);
    await running.slack.person('U0ANA').click({ ...target(ts, 'menu'), option: 'Acknowledge' });
    await running.settled();
    await running.drain();

    expect(threadOf(running, ts)[0]).toContain('@ana is on it.');
    expect(threadOf(running, ts).slice(1)).toEqual(['@ana is on it.']);
    expect(ephemeral(running, 'U0ANA')).toEqual(['This alert is already acknowledged; nothing was changed.']);
  });

  test.each([
    ['U0BEN', 'key_suspend', 'Nothing was done: only the key’s owner, a responder or an admin may suspend it'],
    ['U0BEN', 'key_revoke', 'Nothing was done: only a responder or an admin may revoke it'],
    ['U0GIL', 'key_suspend', 'Nothing was done: Keysteward answers active full members of this workspace only.'],
  ])('of %s on %s is refused in the modal and changes nothing', async (userId, actionId, expected) => {
    const running = await startRunning();
    const ts = await postKeyButton(running, 'apikey_1', actionId);

    const page = await open(running, userId, ts, actionId);

    expect(page).toContain(expected);
    expect(topView(running, userId).body['submit']).toBeUndefined();
    expect(running.audit().some(({ verb }) => verb.endsWith('.requested'))).toBe(false);
  });

  test.each([
    ['U0BEN', 'only the key’s owner, a responder or an admin may acknowledge it (policy.yml, roles)'],
    ['U0GIL', 'Keysteward answers active full members of this workspace only'],
  ])('of %s on Acknowledge is refused to that person alone', async (userId, why) => {
    const running = await startRunning();
    const ts = await running.leak();

    await running.slack.person(userId).click({ ...target(ts, 'menu'), option: 'Acknowledge' });
    await running.settled();
    await running.drain();

    expect(ephemeral(running, userId)).toEqual([`Nothing was done: ${why}.`]);
    expect(ephemeral(running, 'U0ANA')).toEqual([]);
    expect(threadOf(running, ts)).toEqual([expect.stringContaining('Suspend it?')]);
  });

  test('whose person loses the right while the modal is open is refused at the submit', async () => {
    const running = await startRunning();
    const ts = await running.leak();
    await open(running, 'U0ANA', ts, 'key_suspend');
    running.slack.changeUser('U0ANA', { isRestricted: true });

    const page = await submit(running, 'U0ANA');
    await running.drain();

    expect(page).toContain('Nothing was done: Keysteward answers active full members');
    expect(running.provider.effects).toEqual([]);
  });
});

describe('a modal', () => {
  test('asks again where the typed name is wrong or the reason is blank, and nothing happens', async () => {
    const running = await startRunning();
    const ts = await postKeyButton(running, 'apikey_2', 'key_suspend');
    await open(running, 'U0ANA', ts, 'key_suspend');
    const view = topView(running, 'U0ANA');

    const wrong = await running.slack
      .person('U0ANA')
      .submit(view.id, { reason: { value: ' ' }, slug: { value: 'prod' } });
    await running.settled();

    expect(wrong.errors).toEqual({ reason: 'Say in a few words why.', slug: 'This has to be exactly prod-api.' });
    expect(running.audit().some(({ verb }) => verb.endsWith('.requested'))).toBe(false);
    await running.slack.person('U0ANA').submit(view.id, { reason: { value: 'leaked' }, slug: { value: ' prod-api ' } });
    await running.settled();
    await running.drain();
    expect(running.provider.effects).toEqual(['suspend apikey_2']);
  });

  test('whose check fails says so and goes no further', async () => {
    const running = await startRunning();
    const ts = await running.leak();
    await open(running, 'U0ANA', ts, 'key_suspend');
    running.raw().exec('ALTER TABLE keys RENAME TO elsewhere');

    const page = await submit(running, 'U0ANA');

    expect(page).toContain('The database refused this and nothing was changed.');
    expect(running.logger.lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
  });

  test('gives the steps by hand where there is no right to act', async () => {
    const running = await startRunning({ provider: { acts: [] } });
    const key = await running.keyOf('apikey_1');
    const ts = await postButton(
      running,
      'key_suspend',
      encodeButton({ alertId: null, keyId: key.id, generation: key.generation }),
    );

    const page = await open(running, 'U0ANA', ts, 'key_suspend');

    expect(page).toContain('Keysteward cannot suspend this key. In the provider’s console:\n1. suspend apikey_1');
  });
});

describe('a gesture that Slack delivers again', () => {
  test('is answered once: a command', async () => {
    const running = await startRunning();
    await ask(running, 'U0BEN', '/keys list');

    await running.slack.redeliverLast();
    await running.settled();

    expect(ephemeral(running, 'U0BEN')).toHaveLength(1);
  });

  test('of a submission gets the same answer, so that the page stays', async () => {
    const running = await startRunning();
    const ts = await running.leak();
    await stop(running, 'U0ANA', ts);

    const again = await running.slack.redeliverLast();
    await running.settled();

    expect(again).toMatchObject({ outcome: 'acked', payload: { response_action: 'update' } });
    expect(await running.store.read.actions.unfinished()).toHaveLength(1);
  });

  test('that opened a dialog in another process asks to click again, and does nothing', async () => {
    const running = await startRunning();
    const ts = await running.leak();
    running.slack.faults.add('views.open', { kind: 'error', error: 'expired_trigger_id' });

    await running.slack.person('U0ANA').click(target(ts, 'key_suspend'));
    await running.settled();

    expect(ephemeral(running, 'U0ANA')).toEqual([
      'Nothing was done: Slack did not open the dialog in time. Click again.',
    ]);
    expect(running.logger.lines.filter((line) => line.startsWith('error'))).toEqual([]);
  });
});

test.each(['suspend it', '{"v":9}', '{"kind":"explode","alertId":null,"keyId":"key_1","generation":1}'])(
  'a dialog of another version, or a forged one, is answered politely: %s',
  async (metadata) => {
    const running = await startRunning();
    const ts = await running.leak();
    await open(running, 'U0ANA', ts, 'key_suspend');
    Object.assign(topView(running, 'U0ANA').body, { private_metadata: metadata });

    const page = await submit(running, 'U0ANA');

    expect(page).toContain('this dialog was opened by another version of Keysteward. Open it again.');
    expect(running.provider.effects).toEqual([]);
    expect(running.logger.lines.filter((line) => line.startsWith('error'))).toEqual([]);
  },
);

async function ask(running: Running, userId: string, line: string): Promise<string> {
  const before = ephemeral(running, userId).length;
  const result = await running.slack.person(userId).command(line, CHANNEL);
  await running.settled();
  expect(result.acked).toBe(true);
  const [answer, ...more] = ephemeral(running, userId).slice(before);
  expect(more).toEqual([]);
  return present(answer);
}

async function open(
  running: Running,
  userId: string,
  ...[ts, actionId]: [ts: string, actionId: string]
): Promise<string> {
  await running.slack.person(userId).click(target(ts, actionId));
  await running.settled();
  return renderView(topView(running, userId), running.slack.workspace);
}

async function submit(running: Running, userId: string): Promise<string> {
  await running.slack.person(userId).submit(topView(running, userId).id, REASON);
  await running.settled();
  return renderView(topView(running, userId), running.slack.workspace);
}

async function stop(running: Running, userId: string, ts: string): Promise<string> {
  await open(running, userId, ts, 'key_suspend');
  return submit(running, userId);
}

function topView(running: Running, userId: string) {
  return present(running.slack.person(userId).views.at(-1));
}

function target(ts: string, actionId: string) {
  return { channel: 'C0AIKEYS', ts, actionId };
}

/** A message with a button for one key, such as its card. */
async function postKeyButton(running: Running, providerKeyId: string, actionId: string): Promise<string> {
  const { id: keyId, generation } = await running.keyOf(providerKeyId);
  return postButton(running, actionId, encodeButton({ alertId: null, keyId, generation }));
}

/** Posts a message of ours with one button, as an older version may have done. */
async function postButton(running: Running, actionId: string, value: string): Promise<string> {
  running.clock.jumpTo(running.clock.now() + SECOND_MS);
  const button = {
    type: 'button' as const,
    action_id: actionId,
    value,
    text: { type: 'plain_text' as const, text: 'Go' },
  };
  const answer = await running.bolt.client.chat.postMessage({
    channel: 'C0AIKEYS',
    text: 'an old message',
    blocks: [{ type: 'actions', elements: [button] }],
  });
  const ts = present(answer.ts);
  const record = { kind: 'old', subjectId: ts, channel: 'C0AIKEYS', ts, renderedHash: '', postedAt: 0, updatedAt: 0 };
  await running.store.write((tx) => tx.messages.put(record));
  return ts;
}

function threadOf(running: Running, ts: string): readonly string[] {
  const { slack } = running;
  return slack
    .person('U0ANA')
    .thread(CHANNEL, ts)
    .map((message) => renderText(message, slack.workspace));
}

function ephemeral({ slack }: Running, userId: string): readonly string[] {
  const seen = slack.person(userId).visibleMessages(CHANNEL);
  return seen
    .filter(({ ephemeralTo }) => ephemeralTo === userId)
    .map((message) => renderText(message, slack.workspace));
}
