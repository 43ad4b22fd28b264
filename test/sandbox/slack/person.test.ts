import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, call, defaultWorkspace, type RunningApp, startApp, startBench } from './stand-in.ts';

type Json = Record<string, unknown>;

const plain = (text: string): Json => ({ type: 'plain_text', text });
const option = (value: string): Json => ({ text: plain(value.toUpperCase()), value });
const OPTIONS = [option('a'), option('b')];
const input = (block_id: string, element: Json, extra: Json = {}): Json => ({
  type: 'input',
  block_id,
  label: plain(block_id),
  element: { action_id: 'it', ...element },
  ...extra,
});
const modal = (blocks: Json[], extra: Json = {}): Json => ({
  type: 'modal',
  callback_id: 'form',
  title: plain('Form'),
  submit: plain('Send'),
  blocks,
  ...extra,
});
const DIVIDER = [{ type: 'divider' }];

let bench: Bench;
let running: RunningApp;
let payloads: Json[];
/** What the app answers to the next submission. */
let answer: Json | undefined;

beforeEach(async () => {
  bench = await startBench(defaultWorkspace, { enforceRateLimit: false });
  payloads = [];
  answer = undefined;
  running = await startApp(bench.slack, listen);
});

afterEach(async () => {
  await running.stop();
  await bench.slack.close();
});

function listen(app: App): void {
  app.use(async ({ body, next }) => {
    payloads.push({ ...body });
    await next();
  });
  app.command('/keys', async ({ ack }) => ack());
  app.action(/.*/, async ({ ack }) => ack());
  app.view({ callback_id: 'form', type: 'view_closed' }, async ({ ack }) => ack());
  app.view('form', async ({ ack }) => {
    // Bolt's types allow only good answers; a bad one is what the stand-in must notice.
    await (ack as (body?: unknown) => Promise<void>)(answer);
  });
}

async function open(view: Json): Promise<string> {
  const ana = bench.slack.person('U0ANA');
  await ana.command('/keys', 'ai-keys');
  await call(bench, 'views.open', { trigger_id: bench.trigger(), view });
  return String(ana.views.at(-1)?.id);
}

async function post(blocks: Json[], channel = 'C0AIKEYS'): Promise<string> {
  return String((await call(bench, 'chat.postMessage', { channel, text: 'x', blocks }))['ts']);
}

function lastView(): Json {
  return Object(payloads.at(-1)?.['view']);
}

describe('a form', () => {
  test('sends the state of each kind of input in its own shape', async () => {
    const select = { options: OPTIONS };
    const id = await open(
      modal([
        input('text', { type: 'plain_text_input', initial_value: 'before' }),
        input('number', { type: 'number_input', is_decimal_allowed: false }),
        input('one', { type: 'static_select', ...select }),
        input('many', { type: 'multi_static_select', ...select }),
        input('radio', { type: 'radio_buttons', ...select }),
        input('ticks', { type: 'checkboxes', ...select, initial_options: [option('b')] }, { optional: true }),
        input('who', { type: 'users_select' }),
        input('whom', { type: 'multi_users_select' }),
        input('where', { type: 'conversations_select' }),
        input('day', { type: 'datepicker' }),
        input('hour', { type: 'timepicker' }, { optional: true }),
      ]),
    );

    await bench.slack.person('U0ANA').submit(id, {
      number: { it: '5' },
      one: { it: 'a' },
      many: { it: ['a', 'B'] },
      radio: { it: 'b' },
      who: { it: 'U0BEN' },
      whom: { it: ['U0BEN', 'U0DEE'] },
      where: { it: 'C0AIKEYS' },
      day: { it: '2026-11-21' },
    });

    expect(lastView()['state']).toEqual({
      values: {
        text: { it: { type: 'plain_text_input', value: 'before' } },
        number: { it: { type: 'number_input', value: '5' } },
        one: { it: { type: 'static_select', selected_option: option('a') } },
        many: { it: { type: 'multi_static_select', selected_options: OPTIONS } },
        radio: { it: { type: 'radio_buttons', selected_option: option('b') } },
        ticks: { it: { type: 'checkboxes', selected_options: [option('b')] } },
        who: { it: { type: 'users_select', selected_user: 'U0BEN' } },
        whom: { it: { type: 'multi_users_select', selected_users: ['U0BEN', 'U0DEE'] } },
        where: { it: { type: 'conversations_select', selected_conversation: 'C0AIKEYS' } },
        day: { it: { type: 'datepicker', selected_date: '2026-11-21' } },
        hour: { it: { type: 'timepicker', selected_time: null } },
      },
    });
  });

  test.each([
    [{ type: 'number_input', is_decimal_allowed: false }, 'x', 'Please enter a number.'],
    [{ type: 'number_input', is_decimal_allowed: false }, '1.5', 'Please enter a whole number.'],
    [{ type: 'number_input', is_decimal_allowed: true, min_value: '2' }, '1', 'Please enter a number of at least 2.'],
    [{ type: 'number_input', is_decimal_allowed: true, max_value: '2' }, '3', 'Please enter a number of at most 2.'],
    [{ type: 'plain_text_input', min_length: 3 }, 'no', 'Please enter at least 3 characters.'],
    [{ type: 'email_text_input' }, 'me', 'Please enter a valid email address.'],
    [{ type: 'url_text_input' }, 'me', 'Please enter a valid URL.'],
    [{ type: 'multi_static_select', options: OPTIONS, max_selected_items: 1 }, ['a', 'b'], 'Please choose at most 1.'],
  ])('is stopped by the client: %o with %o', async (element, entry, error) => {
    const id = await open(modal([input('it', element)]));
    const before = payloads.length;

    const result = await bench.slack.person('U0ANA').submit(id, { it: { it: entry } });

    expect(result).toEqual({ acked: false, errors: { it: error } });
    expect(payloads).toHaveLength(before);
  });

  test('keeps what was typed where an update keeps the ids', async () => {
    const field = input('text', { type: 'plain_text_input' });
    const id = await open(modal([field]));
    answer = { response_action: 'errors', errors: { text: 'no' } };
    await bench.slack.person('U0ANA').submit(id, { text: { it: 'typed' } });

    await call(bench, 'views.update', { view_id: id, view: modal([field, { type: 'divider' }]) });
    const kept = bench.slack.person('U0ANA').views[0]?.values;
    await call(bench, 'views.update', { view_id: id, view: modal([{ ...field, block_id: 'other' }]) });

    expect(kept).toEqual({ text: { it: { type: 'plain_text_input', value: 'typed' } } });
    expect(bench.slack.person('U0ANA').views[0]?.values).toEqual({
      other: { it: { type: 'plain_text_input', value: null } },
    });
  });
});

describe('the answer to a submission', () => {
  const titles = (): unknown[] => bench.slack.person('U0ANA').views.map(({ body }) => Object(body['title']).text);

  test.each([
    ['closes the view', undefined, []],
    ['clears all views', { response_action: 'clear' }, []],
    ['updates the view', { response_action: 'update', view: modal(DIVIDER, { title: plain('Next') }) }, ['Next']],
    ['pushes a view', { response_action: 'push', view: modal(DIVIDER, { title: plain('Next') }) }, ['Form', 'Next']],
  ])('%s', async (_what, response, left) => {
    const id = await open(modal(DIVIDER));
    answer = response;

    const result = await bench.slack.person('U0ANA').submit(id);

    expect(result.trouble).toBeUndefined();
    expect(titles()).toEqual(left);
  });

  test.each([
    ['an unknown action', { response_action: 'explode' }],
    ['a broken view', { response_action: 'update', view: modal(DIVIDER, { title: plain('x'.repeat(25)) }) }],
    ['an error under a block that is no input', { response_action: 'errors', errors: { line: 'no' } }],
    ['no error at all', { response_action: 'errors', errors: {} }],
  ])('is trouble when it holds %s', async (_what, response) => {
    const id = await open(modal([{ type: 'divider', block_id: 'line' }]));
    answer = response;

    const result = await bench.slack.person('U0ANA').submit(id);

    expect(result).toMatchObject({ acked: true, trouble: expect.any(String) });
    expect(titles()).toEqual(['Form']);
  });
});

describe('closing', () => {
  test('goes back to the modal below and tells the app that asked for it', async () => {
    const id = await open(modal(DIVIDER, { notify_on_close: true }));

    await bench.slack.person('U0ANA').closeView(id);

    expect(payloads.at(-1)).toMatchObject({ type: 'view_closed', is_cleared: false, view: { id } });
    expect(bench.slack.person('U0ANA').views).toEqual([]);
  });
});

describe('a click', () => {
  test('carries the button, the message and a response URL', async () => {
    const button = { type: 'button', action_id: 'go', text: plain('Go'), value: 'KS-1', style: 'danger' };
    const ts = await post([{ type: 'actions', block_id: 'act', elements: [button] }]);

    await bench.slack.person('U0BEN').click({ channel: 'C0AIKEYS', ts, actionId: 'go' });

    expect(payloads.at(-1)).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0BEN', username: 'ben', team_id: 'T0ACME' },
      container: { type: 'message', message_ts: ts, channel_id: 'C0AIKEYS', is_ephemeral: false },
      channel: { id: 'C0AIKEYS', name: 'ai-keys' },
      message: { ts, bot_id: 'B0KEYBOT', blocks: [{ block_id: 'act' }] },
      actions: [{ type: 'button', action_id: 'go', block_id: 'act', value: 'KS-1', style: 'danger' }],
      response_url: expect.stringContaining('http://127.0.0.1:'),
    });
  });

  test('in a menu chooses one of its options', async () => {
    const overflow = { type: 'overflow', action_id: 'more', options: OPTIONS };
    const ts = await post([{ type: 'section', text: plain('x'), accessory: overflow }]);
    const ana = bench.slack.person('U0ANA');

    await ana.click({ channel: 'C0AIKEYS', ts, actionId: 'more', option: 'B' });
    const missing = ana.click({ channel: 'C0AIKEYS', ts, actionId: 'more', option: 'c' });

    expect(payloads.at(-1)).toMatchObject({ actions: [{ type: 'overflow', selected_option: option('b') }] });
    await expect(missing).rejects.toThrow('no option "c"; there are: A, B');
  });

  test('on an ephemeral message carries no message, and works for its reader alone', async () => {
    const blocks = [{ type: 'actions', elements: [{ type: 'button', action_id: 'go', text: plain('Go') }] }];
    const sent = await call(bench, 'chat.postEphemeral', { channel: 'C0AIKEYS', user: 'U0ANA', text: 'x', blocks });
    const place = { channel: 'C0AIKEYS', ts: String(sent['message_ts']), actionId: 'go' };

    await bench.slack.person('U0ANA').click(place);

    expect(payloads.at(-1)).toMatchObject({ container: { is_ephemeral: true } });
    expect(payloads.at(-1)).not.toHaveProperty('message');
    await expect(bench.slack.person('U0BEN').click(place)).rejects.toThrow('ben sees no message');
  });

  test('names the dialog that was confirmed', async () => {
    const confirm = {
      title: plain('Sure?'),
      text: plain('12 calls will fail.'),
      confirm: plain('Yes'),
      deny: plain('No'),
    };
    const ts = await post([
      { type: 'actions', elements: [{ type: 'button', action_id: 'go', text: plain('Go'), confirm }] },
    ]);

    const result = await bench.slack.person('U0ANA').click({ channel: 'C0AIKEYS', ts, actionId: 'go' });

    expect(result).toMatchObject({ acked: true, confirmed: '12 calls will fail.' });
  });

  test('has to say which of several equal buttons is meant', async () => {
    const row = (value: string): Json => ({
      type: 'actions',
      elements: [{ type: 'button', action_id: 'go', text: plain('Go'), value }],
    });
    const ts = await post([row('1'), row('2')]);
    const ana = bench.slack.person('U0ANA');

    await ana.click({ channel: 'C0AIKEYS', ts, actionId: 'go', value: '2' });

    expect(payloads.at(-1)).toMatchObject({ actions: [{ value: '2' }] });
    await expect(ana.click({ channel: 'C0AIKEYS', ts, actionId: 'go' })).rejects.toThrow('2 elements are go');
  });

  test('in the Home tab carries the view', async () => {
    const blocks = [{ type: 'actions', elements: [{ type: 'button', action_id: 'go', text: plain('Go') }] }];
    await call(bench, 'views.publish', { user_id: 'U0DEE', view: { type: 'home', blocks } });
    const dee = bench.slack.person('U0DEE');

    await dee.click({ home: true, actionId: 'go' });

    expect(payloads.at(-1)).toMatchObject({ container: { type: 'view' }, view: { id: dee.home?.id, type: 'home' } });
  });
});

test('a command the app does not have is refused by the client', async () => {
  await expect(bench.slack.person('U0ANA').command('/kyes stale')).rejects.toThrow('/kyes is not a valid command');
});

test('the log of calls holds parsed arguments and no token', async () => {
  await call(bench, 'chat.postMessage', { channel: 'C0AIKEYS', text: '[1]', blocks: DIVIDER });

  expect(bench.slack.calls.at(-1)).toEqual({
    method: 'chat.postMessage',
    args: { channel: 'C0AIKEYS', text: '[1]', blocks: DIVIDER },
    ok: true,
    at: bench.clock.now(),
  });
  expect(JSON.stringify(bench.slack.calls)).not.toContain(defaultWorkspace.app.botToken);
});
