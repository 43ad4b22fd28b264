import { App, type Receiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { interactions } from '../../src/slack/actions/index.ts';
import { registerListeners } from '../../src/slack/router.ts';
import { slackLogger } from '../../src/system/slack-logger.ts';
import { ADMIN, PERSON, RESPONDER } from './support/command-bench.ts';
import { type Forgery, FUZZ_RUNS, FUZZ_TIMEOUT_MS, forgedFrom, openForgery, typed } from './support/forgery.ts';
import { nastyText } from './support/nasty.ts';

vi.setConfig({ testTimeout: FUZZ_TIMEOUT_MS });

const API = 'http://slack.test/api/';
const ANSWERS = 'http://slack.test/answer';

type Body = Record<string, unknown>;

test('whatever an envelope holds, nothing breaks, and whoever is refused is told so once', async () => {
  const forgery = await openForgery();
  const { bench } = forgery;
  const slack = bolt(forgery);
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  let turn = 0;

  await fc.assert(
    fc.asyncProperty(envelope(forgery), async (body) => {
      turn += 1;
      bench.logger.lines.length = 0;
      const { acks, answers, shown } = await slack.deliver(withTurn(body, turn));

      expect(slack.faults).toEqual([]);
      expect(acks.length).toBeLessThanOrEqual(1);
      expect(answers.length).toBeLessThanOrEqual(1);
      for (const answer of answers) expect(String(answer['text'])).toMatch(/\S/);
      const refusals = bench.logger.lines.filter((line) => /request (refused|failed)/.test(line));
      expect(refusals.length).toBeLessThanOrEqual(1);
      const lost = bench.logger.lines.filter((line) => line.includes('did not reach the person'));
      if (refusals.length === 1) {
        // A refusal is an answer, a page, or the page that the submission was acknowledged with.
        expect(answers.length + shown.length + acks.filter(Boolean).length + lost.length).toBeGreaterThan(0);
        for (const { text } of answers) expect(String(text)).toMatch(/[.?!)…]$/);
      }
    }),
    { numRuns: FUZZ_RUNS },
  );

  expect(unhandled).toEqual([]);
  expect(bench.provider.effects).toEqual([]);
});

/** The real Bolt between envelopes and the router, with a Slack that takes whatever it is sent. */
function bolt({ bench }: Forgery) {
  const calls: { url: string; body: Body }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const text = typeof init?.body === 'string' ? init.body : '';
    calls.push({
      url: String(input),
      body: text.startsWith('{') ? (JSON.parse(text) as Body) : Object.fromEntries(new URLSearchParams(text)),
    });
    return new Response(JSON.stringify({ ok: true, view: { id: 'V1' } }), {
      headers: { 'content-type': 'application/json' },
    });
  };
  const logger = slackLogger(bench.logger);
  const receiver: Receiver = { init() {}, start: async () => undefined, stop: async () => undefined };
  const clientOptions = { slackApiUrl: API, logger, fetch };
  const token = 'xoxb-test';
  const bot = { botId: 'B0BOT', botUserId: 'U0BOT', tokenVerificationEnabled: false } as const;
  const app = new App({ token, ...bot, receiver, convoStore: false, logger, clientOptions });
  const faults: unknown[] = [];
  // What Bolt itself cannot read never comes to us; what is thrown in our code is ours.
  app.error(async (error) => {
    const { original = error } = error as { original?: Error };
    if (original.stack?.includes('/src/slack/')) faults.push(original);
  });
  const identity = { ...bench.context.identity, appId: 'A0APP' };
  registerListeners(app, { ...bench.context, identity, client: new WebClient(token, clientOptions) });

  return {
    faults,
    async deliver(body: Body) {
      calls.length = 0;
      faults.length = 0;
      const acks: unknown[] = [];
      const ack = async (answer?: unknown) => void acks.push(answer);
      // The receivers log what Bolt throws at a body that it cannot read.
      await app.processEvent({ body, ack }).catch(() => undefined);
      const bodies = (fits: (url: string) => boolean) => calls.filter(({ url }) => fits(url)).map((one) => one.body);
      return {
        acks,
        answers: bodies((url) => !url.startsWith(API) || url.endsWith('chat.postEphemeral')),
        shown: bodies((url) => url.includes('/api/views.')),
      };
    },
  };
}

/** A command, a click or a submission as Slack sends it, and then some of its fields are gone, others or strange. */
function envelope(forgery: Forgery): fc.Arbitrary<Body> {
  const user = fc.constantFrom(PERSON, RESPONDER, ADMIN, 'U0GUEST', 'U0NOBODY');
  const genuine = fc.oneof(commandBody(user), clickBody(forgery, user), submissionBody(forgery, user), otherBody());
  const place = fc.array(fc.nat(9), { minLength: 1, maxLength: 5 });
  const change = fc.record({ place, value: strange, drop: fc.boolean() });
  return fc.tuple(genuine, fc.array(change, { maxLength: 3 })).map(([body, changes]) => {
    const copy = structuredClone(body);
    for (const one of changes) tamper(copy, one);
    return copy;
  });
}

const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, 0, -1, '', [], {}, [null], [{}], 'constructor', '__proto__'),
  nastyText,
  fc.jsonValue({ maxDepth: 2 }),
);

/** Walks down the fields by number and changes the one where it ends. */
function tamper(root: Body, { place, value, drop }: { place: readonly number[]; value: unknown; drop: boolean }): void {
  let at: Body = root;
  for (const [depth, number] of place.entries()) {
    const names = Object.keys(at);
    const name = names[number % Math.max(names.length, 1)];
    if (name === undefined) return;
    const next = at[name];
    if (depth < place.length - 1 && typeof next === 'object' && next !== null) {
      at = next as Body;
      continue;
    }
    if (drop) delete at[name];
    else at[name] = value;
    return;
  }
}

/** Each delivery is a gesture of its own, unless what tells them apart was tampered with. */
function withTurn(body: Body, turn: number): Body {
  const view = body['view'] as Body | null | undefined;
  if (body['trigger_id'] === 'trigger') body['trigger_id'] = `trigger ${turn}`;
  if (view?.['hash'] === 'hash') view['hash'] = `hash ${turn}`;
  return body;
}

const common = { api_app_id: 'A0APP', trigger_id: 'trigger', response_url: ANSWERS, is_enterprise_install: false };
const team = { id: 'T1', domain: 'acme' };

function commandBody(user: fc.Arbitrary<string>): fc.Arbitrary<Body> {
  const words = fc.constantFrom('help', 'list', 'stale 1', 'show prod-api', 'edit dev-web', 'cap prod-api', 'mine');
  return fc.record({ user_id: user, text: fc.oneof(words, nastyText) }).map((one) => ({
    ...common,
    ...one,
    command: '/keys',
    team_id: 'T1',
    channel_id: 'C0AIKEYS',
    is_enterprise_install: 'false',
  }));
}

function clickBody({ values }: Forgery, user: fc.Arbitrary<string>): fc.Arbitrary<Body> {
  const ids = interactions.filter(({ kind }) => kind === 'button').map(({ id }) => id);
  const button = fc.record({
    type: fc.constant('button'),
    action_id: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: fc.string() }),
    value: forgedFrom(values),
  });
  const choice = fc.oneof(fc.constantFrom('ack.00000001.00000001.1', 'rotate..00000002.1', 'ours.x.y.1'), nastyText);
  const menu = fc.record({
    type: fc.constant('overflow'),
    action_id: fc.constant('menu'),
    selected_option: fc.record({ value: choice }),
  });
  const message = { type: 'message', ts: '1.1', user: 'U0BOT', bot_id: 'B0BOT', app_id: 'A0APP', text: 'x' };
  const channel = (id: string) => ({ channel: { id, name: 'x' }, container: { type: 'message', channel_id: id } });
  const places: Body[] = [
    { ...channel('C0AIKEYS'), message },
    { ...channel('D0BEN'), message },
    { ...channel('C0AIKEYS'), container: { type: 'message', is_ephemeral: true } },
    { container: { type: 'view', view_id: 'V1' }, view: viewOf('{}', 'key_action'), response_url: undefined },
  ];
  return fc
    .record({ user, action: fc.oneof(button, menu), place: fc.constantFrom(...places) })
    .map(({ user: id, action, place }) => ({
      type: 'block_actions',
      ...common,
      user: { id, team_id: 'T1' },
      team,
      ...place,
      actions: [{ ...action, block_id: 'b', action_ts: '1.1' }],
    }));
}

function submissionBody({ dialogs }: Forgery, user: fc.Arbitrary<string>): fc.Arbitrary<Body> {
  const input = fc.oneof(
    typed.map((value) => ({ type: 'plain_text_input', value })),
    typed.map((value) => ({ type: 'static_select', selected_option: { value } })),
    typed.map((value) => ({ type: 'checkboxes', selected_options: [{ value }] })),
    typed.map((value) => ({ type: 'users_select', selected_user: value })),
    fc.constant({ type: 'static_select', selected_option: null }),
  );
  return fc.constantFrom(...dialogs).chain((view) => {
    const blocks = view.blocks.flatMap(({ block_id: id }) => (id === undefined ? [] : [id]));
    const state = fc.dictionary(fc.constantFrom('reason', ...blocks), fc.record({ value: input }), { maxKeys: 6 });
    return fc.record({ user, state }).map(({ user: id, state: values }) => ({
      type: 'view_submission',
      ...common,
      response_url: undefined,
      user: { id, team_id: 'T1' },
      team,
      view: { ...viewOf(view.private_metadata ?? '', view.callback_id ?? ''), state: { values } },
      response_urls: [],
    }));
  });
}

/** What Slack sends to an app that asked for it, or to a newer one. */
function otherBody(): fc.Arbitrary<Body> {
  return fc.oneof(
    fc.constantFrom<Body>(
      { type: 'event_callback', team_id: 'T1', event: { type: 'app_home_opened', user: PERSON, channel: 'D0BEN' } },
      {
        type: 'event_callback',
        team_id: 'T1',
        event: { type: 'message', user: PERSON, channel: 'C0AIKEYS', text: 'x' },
      },
      { type: 'view_closed', ...common, user: { id: PERSON }, team, view: viewOf('{}', 'key_action') },
      { type: 'shortcut', ...common, callback_id: 'x', user: { id: PERSON }, team },
      { type: 'block_suggestion', ...common, action_id: 'x', user: { id: PERSON }, team },
      { type: 'dialog_submission', ...common, callback_id: 'x', user: { id: PERSON }, team },
    ),
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
  );
}

function viewOf(metadata: string, callbackId: string): Body {
  return {
    id: 'V1',
    hash: 'hash',
    type: 'modal',
    app_id: 'A0APP',
    bot_id: 'B0BOT',
    callback_id: callbackId,
    title: { type: 'plain_text', text: 'Key' },
    private_metadata: metadata,
    state: { values: {} },
  };
}
