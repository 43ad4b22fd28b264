import type { KnownBlock, ModalView } from '@slack/types';
import { afterEach, describe, expect, test } from 'vitest';
import { renderText } from '../../../src/sandbox/slack/index.ts';
import { type Bench, type RunningApp, startApp, startBench } from './stand-in.ts';

const ALERT: { text: string; blocks: KnownBlock[] } = {
  text: 'staging-ci is spending 560x its usual hour',
  blocks: [
    { type: 'section', text: { type: 'mrkdwn', text: '*staging-ci* is spending 560x its usual hour. Ask <@U0BEN>.' } },
    {
      type: 'actions',
      block_id: 'act',
      elements: [
        {
          type: 'button',
          action_id: 'suspend',
          text: { type: 'plain_text', text: 'Suspend…' },
          style: 'danger',
          value: 'KS-1',
        },
        {
          type: 'overflow',
          action_id: 'more',
          options: [{ text: { type: 'plain_text', text: 'Snooze' }, value: 'snooze' }],
        },
      ],
    },
    { type: 'context', elements: [{ type: 'plain_text', text: 'open since 02:20 · KS-1' }] },
  ],
};

const MODAL: ModalView = {
  type: 'modal',
  callback_id: 'reason',
  title: { type: 'plain_text', text: 'Suspend key' },
  submit: { type: 'plain_text', text: 'Suspend' },
  blocks: [
    {
      type: 'input',
      block_id: 'why',
      label: { type: 'plain_text', text: 'Why' },
      element: { type: 'plain_text_input', action_id: 'text', max_length: 20 },
    },
  ],
};

let bench: Bench;
let running: RunningApp | undefined;

afterEach(async () => {
  await running?.stop();
  running = undefined;
  await bench.slack.close();
});

describe('a Bolt app in Socket Mode', () => {
  test('answers a slash command to the person alone', async () => {
    bench = await startBench();
    running = await startApp(bench.slack, (app) => {
      app.command('/keys', async ({ ack, respond, command }) => {
        await ack();
        await respond({ response_type: 'ephemeral', text: `you said ${command.text}` });
      });
    });

    const result = await bench.slack.person('U0ANA').command('/keys stale @ben', 'ai-keys');
    await bench.slack.settled();

    expect(result.acked).toBe(true);
    const seen = bench.slack.person('U0ANA').visibleMessages('ai-keys');
    expect(seen.map((message) => renderText(message, bench.slack.workspace))).toEqual(['you said stale @ben']);
    expect(bench.slack.person('U0BEN').visibleMessages('ai-keys')).toEqual([]);
  });

  test('shows an ack with text as an ephemeral message', async () => {
    bench = await startBench();
    running = await startApp(bench.slack, (app) => {
      app.command('/keys', async ({ ack }) => ack('all quiet'));
    });

    await bench.slack.person('U0ANA').command('/keys', 'ai-keys');

    const [message] = bench.slack.person('U0ANA').visibleMessages('ai-keys');
    expect(message).toMatchObject({ text: 'all quiet', ephemeralTo: 'U0ANA' });
  });

  test('goes from a button through a modal to the edited message', async () => {
    bench = await startBench();
    running = await startApp(bench.slack, suspendApp);
    const ana = bench.slack.person('U0ANA');
    const posted = await bench.client.chat.postMessage({ channel: 'C0AIKEYS', ...ALERT });
    const ts = String(posted.ts);
    expect(bench.slack.person('U0BEN').notifications).toMatchObject([{ kind: 'mention', ts }]);

    const clicked = await ana.click({ channel: 'C0AIKEYS', ts, actionId: 'suspend' });
    await bench.slack.settled();
    const [view] = ana.views;
    const empty = await ana.submit(String(view?.id), {});
    const long = await ana.submit(String(view?.id), { why: { text: 'x'.repeat(21) } });
    const refused = await ana.submit(String(view?.id), { why: { text: 'no' } });
    const done = await ana.submit(String(view?.id), { why: { text: 'leaked' } });
    await bench.slack.settled();

    expect(clicked.acked).toBe(true);
    expect(empty.errors).toEqual({ why: 'Please complete this required field.' });
    expect(long.errors).toEqual({ why: 'Please enter at most 20 characters.' });
    expect(refused).toMatchObject({ acked: true, errors: { why: 'say more' } });
    expect(done).toMatchObject({ acked: true });
    expect(done.errors).toBeUndefined();
    expect(ana.views).toEqual([]);
    const [message] = ana.visibleMessages('ai-keys');
    expect(message?.ts).toBe(ts);
    expect(message && renderText(message, bench.slack.workspace)).toBe('Suspended: leaked\n(edited)');
    expect(bench.slack.workspace.notifications).toHaveLength(1);
    await expect(ana.click({ channel: 'C0AIKEYS', ts, actionId: 'suspend' })).rejects.toThrow('no suspend to click');
  });

  test('hears of the Home tab and publishes it', async () => {
    bench = await startBench();
    running = await startApp(bench.slack, (app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        const blocks: KnownBlock[] = [{ type: 'section', text: { type: 'plain_text', text: 'Your keys' } }];
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } });
      });
    });

    const result = await bench.slack.person('U0DEE').openHome();
    await bench.slack.settled();

    expect(result.acked).toBe(true);
    expect(bench.slack.person('U0DEE').home?.body['blocks']).toMatchObject([{ text: { text: 'Your keys' } }]);
    expect(bench.slack.person('U0ANA').home).toBeUndefined();
  });

  test('is shown as timed out when it never acknowledges', async () => {
    bench = await startBench(undefined, { ackTimeoutMs: 20 });
    running = await startApp(bench.slack, () => {});

    const result = await bench.slack.person('U0ANA').command('/keys');

    expect(result).toEqual({ acked: false, shown: 'operation_timeout' });
    expect(bench.slack.inFlight()).toBe(0);
  });

  test('comes back after a broken socket and gets the events that waited', async () => {
    bench = await startBench();
    const opened: string[] = [];
    running = await startApp(
      bench.slack,
      (app) => {
        app.event('app_home_opened', async ({ event }) => {
          opened.push(event.user);
        });
      },
      { pingTimeoutMs: 200 },
    );
    const reconnected = new Promise<void>((resolve) => {
      bench.slack.onConnections((count) => count === 1 && resolve());
    });

    bench.slack.disconnectSockets();
    await bench.slack.person('U0DEE').openHome();
    await reconnected;
    await bench.slack.settled();

    expect(opened).toEqual(['U0DEE']);
  });

  test('sees a repeated envelope as a retry of the same event', async () => {
    bench = await startBench();
    const seen: unknown[] = [];
    running = await startApp(bench.slack, (app) => {
      app.event('app_home_opened', async ({ body, context }) => {
        seen.push([body.event_id, context.retryNum, context.retryReason]);
      });
    });

    await bench.slack.person('U0DEE').openHome();
    await bench.slack.redeliverLast();
    await bench.slack.settled();

    expect(seen).toEqual([
      ['Ev1', 0, ''],
      ['Ev1', 1, 'timeout'],
    ]);
  });
});

function suspendApp(app: RunningApp['app']): void {
  app.action('suspend', async ({ ack, body, client }) => {
    await ack();
    if (body.type !== 'block_actions' || body.message === undefined) return;
    const private_metadata = body.message.ts;
    await client.views.open({ trigger_id: body.trigger_id, view: { ...MODAL, private_metadata } });
  });
  app.view('reason', async ({ ack, view, client }) => {
    const reason = String(view.state.values['why']?.['text']?.value);
    if (reason.length < 5) {
      await ack({ response_action: 'errors', errors: { why: 'say more' } });
      return;
    }
    await ack();
    await client.chat.update({ channel: 'C0AIKEYS', ts: view.private_metadata, text: `Suspended: ${reason}` });
  });
}
