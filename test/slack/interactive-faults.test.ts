import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Fault, renderText, renderView } from '../../src/sandbox/slack/index.ts';
import { present } from '../support/bench-deps.ts';
import { type Running, type RunningOptions, startRunning } from './support/running.ts';

const CHANNEL = 'C0AIKEYS';
const REASON = { reason: { value: 'spend that nobody can explain' } };
const OPEN = 'Nothing was done: Slack did not show the dialog.';
const ROLE = 'Nothing was done: your role could not be looked up in Slack just now; try again in a moment.';
const GROUPS = '{ admins: [U0CHRIS], responders: [U0ANA, S0SECURITY] }';

const SILENT: readonly [name: string, fault: Fault][] = [
  ['429', { kind: 'status', status: 429, retryAfterS: 0 }],
  ['500', { kind: 'status', status: 500 }],
  ['503', { kind: 'status', status: 503 }],
  ['ok: false, internal_error', { kind: 'error', error: 'internal_error' }],
  ['a hang', { kind: 'hang', when: 'before' }],
  ['a cut', { kind: 'cut', when: 'before' }],
];

describe('views.open', () => {
  test.each(SILENT)(
    '%s: the person is told in the channel to click again, and the next click works',
    async (_, fault) => {
      const { running, ts } = await leaking();
      running.slack.faults.add('views.open', fault);

      await click(running, ts, 'key_suspend');

      expect(answers(running)).toEqual([expect.stringContaining(OPEN)]);
      await click(running, ts, 'key_suspend');
      expect(page(running)).toContain('Why?');
      await expectDone(running, 0);
    },
  );

  test.each(['expired_trigger_id', 'exchanged_trigger_id', 'invalid_trigger_id'])('%s: the same', async (error) => {
    const { running, ts } = await leaking();
    running.slack.faults.add('views.open', { kind: 'error', error });

    await click(running, ts, 'key_suspend');

    expect(answers(running)).toEqual([expect.stringContaining('Slack did not open the dialog in time. Click again.')]);
    await expectDone(running, 0);
  });

  test.each(['invalid_arguments', 'not_found'])('%s is our fault, in the log with its stack', async (error) => {
    const { running, ts } = await leaking();
    running.slack.faults.add('views.open', { kind: 'error', error });

    await click(running, ts, 'key_suspend');

    expect(answers(running)).toEqual([expect.stringContaining('Something went wrong inside Keysteward.')]);
    expect(logged(running, 'error')).toEqual([expect.stringContaining(error)]);
  });
});

describe('views.update of a dialog that is being filled in', () => {
  test.each(SILENT)('%s: the person is told in the channel', async (_, fault) => {
    const { running, ts } = await leaking();
    running.slack.faults.add('views.update', fault);

    await click(running, ts, 'key_suspend');

    expect(answers(running)).toEqual([expect.stringContaining(OPEN)]);
    await expectDone(running, 0);
  });

  test('not_found: it was closed, so nobody is told anything', async () => {
    const { running, ts } = await leaking();
    running.slack.faults.add('views.update', { kind: 'error', error: 'not_found' });

    await click(running, ts, 'key_suspend');

    expect(answers(running)).toEqual([]);
    expect(logged(running, 'error')).toEqual([]);
    expect(logged(running, 'info')).toContainEqual(expect.stringContaining('closed before it was filled in'));
  });
});

describe('views.update after a submission', () => {
  test.each([...SILENT, ...codes('not_found', 'hash_conflict', 'view_too_large')])(
    '%s: what was asked for is done once, and the log says that the page did not change',
    async (_, fault) => {
      const { running, ts } = await leaking();
      await click(running, ts, 'key_suspend');
      running.slack.faults.add('views.update', fault);

      await submit(running);

      expect(logged(running, 'warn')).toContainEqual(expect.stringContaining('an answer did not reach the person'));
      await expectDone(running, 1);
    },
  );
});

describe('views.push and views.update inside a dialog', () => {
  test.each([...SILENT, ...codes('expired_trigger_id', 'push_limit_reached')])(
    '%s: the page that the button was in says it',
    async (_, fault) => {
      const { running, ts } = await leaking();
      await click(running, ts, 'key_suspend');
      await submit(running);
      running.slack.faults.add('views.push', fault);

      await clickInPage(running, 'key_restore');

      expect(page(running)).toMatch(/Nothing was done: Slack did not|Something went wrong inside Keysteward/);
      expect(logged(running, 'error').filter((line) => line.includes('listener'))).toEqual([]);
      await expectDone(running, 1);
    },
  );
});

describe.each([
  ['users.info', undefined],
  ['usergroups.users.list', GROUPS],
])('%s', (method, roles) => {
  test.each([...SILENT, ...codes('user_not_found', 'missing_scope', 'invalid_auth')])(
    '%s: nobody is let in, a command and a dialog say so, and later it works',
    async (name, fault) => {
      const said =
        name === 'missing_scope' ? 'your role cannot be looked up in Slack. The app lacks a Slack scope.' : ROLE;
      const { running, ts } = await leaking(roles === undefined ? {} : { roles });
      running.slack.faults.add(method, fault);
      await running.slack.person('U0ANA').command('/keys list', 'ai-keys');
      await running.settled();
      expect(answers(running)).toEqual([expect.stringContaining(said)]);

      running.slack.faults.add(method, fault);
      await click(running, ts, 'key_suspend');
      expect(page(running)).toContain(said);

      await click(running, ts, 'key_suspend');
      running.slack.faults.add(method, fault);
      await submit(running);
      expect(page(running)).toContain(said);
      await expectDone(running, 0);
    },
  );
});

describe('response_url', () => {
  const HTTP = SILENT.filter(([, { kind }]) => kind !== 'error');

  test.each(HTTP)('%s: a command is answered in the channel instead, to the person alone', async (_, fault) => {
    const { running } = await leaking();
    running.slack.faults.add('response_url', fault);

    await running.slack.person('U0ANA').command('/keys list', 'ai-keys');
    await running.settled();

    expect(answers(running)).toEqual([expect.stringContaining('staging-ci')]);
  });

  test.each(SILENT)('and chat.postEphemeral %s: the log says that nobody was told', async (_, fault) => {
    const { running, ts } = await leaking();
    running.slack.faults.add('response_url', { kind: 'status', status: 404 });
    running.slack.faults.add('chat.postEphemeral', fault);

    // Refused: a guest gets the sentence, or nothing.
    await running.slack.person('U0BEN').click({ channel: CHANNEL, ts, actionId: 'menu', option: 'Acknowledge' });
    await running.settled();

    expect(answers(running, 'U0BEN')).toEqual([]);
    expect(logged(running, 'warn')).toContainEqual(expect.stringContaining('an answer did not reach the person'));
  });
});

describe('the socket', () => {
  test('that breaks before the answer to a submission: nothing is done, and the redelivery does it once', async () => {
    const { running, ts } = await leaking();
    await click(running, ts, 'key_suspend');
    const gate = holdReads(running);
    const sent = running.slack.person('U0ANA').submit(top(running).id, REASON);
    await gate.reached;

    await reconnect(running);
    gate.open();
    expect((await sent).acked).toBe(false);
    await running.settled();
    expect(await running.store.read.actions.unfinished()).toEqual([]);
    expect(logged(running, 'error')).toContainEqual(expect.stringContaining('Slack listener failed'));

    expect(await running.slack.redeliverLast()).toMatchObject({ outcome: 'acked' });
    await running.settled();
    await running.slack.redeliverLast();
    await running.settled();
    await expectDone(running, 1);
  });

  test('that breaks between the answer and the work: it is done once all the same', async () => {
    const { running, ts } = await leaking();
    await click(running, ts, 'key_suspend');
    await running.slack.person('U0ANA').submit(top(running).id, REASON);

    await reconnect(running);
    await running.settled();
    await running.slack.redeliverLast();
    await running.settled();

    expect(page(running)).toContain('is on its way');
    await expectDone(running, 1);
  });
});

describe('a slow check', () => {
  test('is answered in time with a page that waits, and the act is done once when it ends', async () => {
    const { running, ts } = await leaking({ ackWithinMs: 1 });
    await click(running, ts, 'key_suspend');
    const gate = holdReads(running);

    const sent = await running.slack.person('U0ANA').submit(top(running).id, REASON);
    expect(sent.acked).toBe(true);
    expect(page(running)).toContain('Working…');
    const again = await running.slack.redeliverLast();
    expect(again).toMatchObject({ outcome: 'acked', payload: { response_action: 'update' } });
    gate.open();
    await running.settled();

    expect(page(running)).toContain('is on its way');
    await expectDone(running, 1);
  });

  test('that finds something wrong says it on the page, and nothing is done', async () => {
    const { running, ts } = await leaking({ ackWithinMs: 1 });
    await click(running, ts, 'key_suspend');
    const gate = holdReads(running);

    await running.slack.person('U0ANA').submit(top(running).id, { reason: { value: ' ' } });
    gate.open();
    await running.settled();

    expect(page(running)).toContain('Nothing was done. Say in a few words why.');
    await expectDone(running, 0);
  });
});

describe('an envelope that comes five times at once', () => {
  test('as a submission is run once', async () => {
    const { running, ts } = await leaking();
    await click(running, ts, 'key_suspend');

    await running.slack.person('U0ANA').submit(top(running).id, REASON);
    const all = await Promise.all(Array.from({ length: 5 }, () => running.slack.redeliverLast()));
    await running.settled();

    expect(all.map(({ outcome }) => outcome)).toEqual(Array(5).fill('acked'));
    // One for the form, one for the page in the end.
    expect(running.slack.calls.filter(({ method }) => method === 'views.update')).toHaveLength(2);
    await expectDone(running, 1);
  });

  test('as a command is answered once', async () => {
    const { running } = await leaking();

    await running.slack.person('U0ANA').command('/keys list', 'ai-keys');
    await Promise.all(Array.from({ length: 5 }, () => running.slack.redeliverLast()));
    await running.settled();

    expect(answers(running)).toHaveLength(1);
  });
});

/** An alert about `staging-ci`, clients that give up within a moment, and nobody allowed to drop a rejection. */
async function leaking(options: RunningOptions = {}) {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  onTestFinished(() => {
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
  const running = await startRunning({ patience: { timeoutMs: 300, retries: 0 }, ...options });
  return { running, ts: await running.leak() };
}

function codes(...all: readonly string[]): readonly [string, Fault][] {
  return all.map((error) => [error, { kind: 'error', error }]);
}

/** What is asked for is one act, one row of the log and one change at the provider, or none of them. */
async function expectDone(running: Running, times: 0 | 1): Promise<void> {
  await running.drain();
  expect(running.slack.faults.pending()).toBe(0);
  expect(running.provider.effects).toEqual(Array(times).fill('suspend apikey_1'));
  expect(running.audit().filter(({ verb }) => verb === 'key.suspend.requested')).toHaveLength(times);
}

/** The next look at a key waits until the gate is opened. */
function holdReads({ store }: Running) {
  const { keys } = store.read;
  let open = () => {};
  let reach = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const get = keys.get.bind(keys);
  const spy = vi.spyOn(keys, 'get').mockImplementationOnce(async (id) => {
    reach();
    await opened;
    return get(id);
  });
  onTestFinished(() => spy.mockRestore());
  return { reached, open: () => open() };
}

/** Breaks the socket and waits for the next one. */
async function reconnect({ slack }: Running): Promise<void> {
  let wasGone = false;
  await new Promise<void>((resolve) => {
    slack.onConnections((count) => {
      if (count === 0) wasGone = true;
      else if (wasGone) resolve();
    });
    slack.disconnectSockets();
  });
}

async function click(running: Running, ts: string, actionId: string): Promise<void> {
  await running.slack.person('U0ANA').click({ channel: CHANNEL, ts, actionId });
  await running.settled();
}

async function clickInPage(running: Running, actionId: string): Promise<void> {
  await running.slack.person('U0ANA').click({ viewId: top(running).id, actionId });
  await running.settled();
}

async function submit(running: Running): Promise<void> {
  await running.slack.person('U0ANA').submit(top(running).id, REASON);
  await running.settled();
}

function top(running: Running) {
  return present(running.slack.person('U0ANA').views.at(-1));
}

function page(running: Running): string {
  return renderView(top(running), running.slack.workspace);
}

function answers({ slack }: Running, userId = 'U0ANA'): readonly string[] {
  const mine = slack
    .person(userId)
    .visibleMessages(CHANNEL)
    .filter(({ ephemeralTo }) => ephemeralTo === userId);
  return mine.map((message) => renderText(message, slack.workspace));
}

function logged({ logger }: Running, level: string): readonly string[] {
  return logger.lines.filter((line) => line.startsWith(level));
}
