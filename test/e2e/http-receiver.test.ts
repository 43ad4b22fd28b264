import { describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../src/domain/time.ts';
import { type SignedRequest, signedRequest } from '../../src/sandbox/slack/http-push.ts';
import type { JsonObject } from '../../src/sandbox/slack/index.ts';
import { defaultWorkspace, renderText, renderView } from '../../src/sandbox/slack/index.ts';
import type { Envelope } from '../../src/sandbox/slack/socket.ts';
import { systemClock } from '../../src/system/clock.ts';
import { present } from '../support/bench-deps.ts';
import { held } from '../support/fake-provider.ts';
import { ask, type HttpApp, SIGNING_SECRET, startHttpApp } from './support/http-app.ts';

const EVENTS = '/slack/events';

describe('what people do arrives as signed requests', () => {
  test('a command is acknowledged and answered to the person alone', async () => {
    const running = await startHttpApp();

    const result = await running.slack.person('U0ANA').command('/keys list', 'ai-keys');
    await running.settled();

    expect(result).toMatchObject({ acked: true });
    expect(answers(running, 'U0ANA')).toContain('staging-ci');
  });

  test('button, modal and submission suspend a key, with the acknowledgement while the provider hangs', async () => {
    const running = await startHttpApp();
    const { ana, click, modal } = await suspendForm(running);
    const gate = held();
    running.provider.script('suspend', gate.answer);

    const submitted = await ana.submit(modal.id, { reason: { value: 'it looks stolen' } });
    await gate.reached;
    gate.release();
    await running.settled();

    expect([click.acked, submitted.acked, submitted.errors]).toEqual([true, true, undefined]);
    expect(running.provider.effects).toEqual(['suspend apikey_1']);
    expect(renderView(present(ana.views.at(-1)), running.slack.workspace)).toMatch(/suspen/i);
  });

  test('a submission with a fault comes back with a sentence at its field', async () => {
    const running = await startHttpApp();
    const { ana, modal } = await suspendForm(running);

    const submitted = await ana.submit(modal.id, { reason: { value: '  ' } });

    expect(Object.values(submitted.errors ?? {}).join(' ')).toMatch(/\S/);
    expect(running.provider.effects).toEqual([]);
  });

  test('an event that nobody listens to is acknowledged, so that Slack does not send it again', async () => {
    const running = await startHttpApp();

    expect(await running.slack.person('U0ANA').openHome()).toMatchObject({ acked: true });
  });

  test('the challenge of the app page is answered, when it is signed', async () => {
    const { port } = await startHttpApp();
    const challenge: Envelope = {
      type: 'events_api',
      payload: { type: 'url_verification', challenge: 'say-this', token: 'x' },
      acceptsResponsePayload: false,
    };
    const good = signed(challenge);

    expect(await post(port, good)).toMatchObject({ status: 200, text: '{"challenge":"say-this"}' });
    expect(await post(port, signed(challenge, { secret: 'another-secret' }))).toMatchObject({ status: 401, text: '' });
  });
});

describe('a request is refused, and nothing happens,', () => {
  const now = () => systemClock.now();
  const refused: readonly (readonly [string, (running: HttpApp) => SignedRequest])[] = [
    ['signed with another secret', () => signed(claim(), { secret: 'another-secret' })],
    ['whose body was changed after signing', () => ({ ...signed(claim()), body: signed(claim('prod-api')).body })],
    ['older than five minutes', () => signed(claim(), { at: now() - 5 * MINUTE_MS - 2 * SECOND_MS })],
    ['dated further ahead than five minutes', () => signed(claim(), { at: now() + 5 * MINUTE_MS + 2 * SECOND_MS })],
    ['without its signature', () => without('x-slack-signature')],
    ['without its timestamp', () => without('x-slack-request-timestamp')],
    ['with an empty signature', () => changed({ 'x-slack-signature': '' })],
    ['of an unknown version', () => changed({ 'x-slack-signature': signature().replace('v0=', 'v1=') })],
    ['whose timestamp is no number', () => changed({ 'x-slack-request-timestamp': 'soon' })],
    ['whose old signature was given a new timestamp', () => redated(now())],
  ];

  test.each(refused)('%s', async (_name, requestOf) => {
    const running = await startHttpApp();

    const answer = await post(running.port, requestOf(running));
    await running.settled();

    expect(answer).toMatchObject({ status: 401, text: '' });
    expect(answers(running, 'U0BEN')).toBe('');
    expect(await ownerOf(running, 'staging-ci')).toBeNull();
    expect(running.logger.lines.join('\n')).not.toContain(SIGNING_SECRET);
  });

  test('that is larger than anything Slack sends', async () => {
    const running = await startHttpApp();
    const huge = claim();
    const body = { ...huge, payload: { ...huge.payload, text: `claim staging-ci ${'x'.repeat(1_100_000)}` } };

    expect(await post(running.port, signed(body))).toMatchObject({ status: 413 });
    expect(await ownerOf(running, 'staging-ci')).toBeNull();
  });

  test.each([
    ['/', 'POST', 404],
    ['/slack/event', 'POST', 404],
    ['/slack/events/', 'POST', 404],
    ['/SLACK/EVENTS', 'POST', 404],
    [EVENTS, 'GET', 405],
    [EVENTS, 'PUT', 405],
    ['/healthz', 'POST', 405],
  ])('for %s with %s', async (path, method, status) => {
    const running = await startHttpApp();

    const answer = await ask({ port: running.port, path, method, ...signed(claim()) });

    expect(answer).toMatchObject({ status, text: '' });
    expect(await ownerOf(running, 'staging-ci')).toBeNull();
  });

  test('though the good one beside it is taken', async () => {
    const running = await startHttpApp();

    expect(await post(running.port, signed(claim()))).toMatchObject({ status: 200 });
    await running.settled();

    expect(await ownerOf(running, 'staging-ci')).toBe('U0BEN');
  });
});

test.each([-4, 4])('a clock that is %i minutes off refuses nothing', async (minutes) => {
  const running = await startHttpApp();

  const answer = await post(running.port, signed(claim(), { at: systemClock.now() + minutes * MINUTE_MS }));
  await running.settled();

  expect(answer).toMatchObject({ status: 200 });
  expect(await ownerOf(running, 'staging-ci')).toBe('U0BEN');
});

describe('what was sent twice with the same signature', () => {
  test('is done and told once', async () => {
    const running = await startHttpApp();
    const request = signed(claim());

    const both = await Promise.all([post(running.port, request), post(running.port, request)]);
    await running.settled();
    const third = await post(running.port, request);
    await running.settled();

    expect([...both, third].map(({ status }) => status)).toEqual([200, 200, 200]);
    const told = running.slack.person('U0BEN').visibleMessages('ai-keys').filter(isToBen);
    expect(told).toHaveLength(1);
    const audit = await running.app.deps.store.read.audit.verify(undefined);
    expect(audit.ok).toBe(true);
    expect(running.logger.lines.join('\n')).not.toContain('listener failed');
  });

  test('suspends once, though Slack and a thief both send the submission', async () => {
    const running = await startHttpApp();
    const { ana, modal } = await suspendForm(running);
    await ana.submit(modal.id, { reason: { value: 'it looks stolen' } });
    await running.settled();

    await running.slack.redeliverLast();
    await running.settled();

    expect(running.provider.effects).toEqual(['suspend apikey_1']);
  });
});

test('after the stop nothing is taken any more', async () => {
  const running = await startHttpApp();
  await running.app.stop();

  await expect(post(running.port, signed(claim()))).rejects.toThrow(/ECONNREFUSED/);
});

/** Ana with the modal in front that the Suspend button of a key's card opens. */
async function suspendForm(running: HttpApp) {
  const ana = running.slack.person('U0ANA');
  await ana.command('/keys show staging-ci', 'ai-keys');
  await running.settled();
  const card = present(ana.visibleMessages('ai-keys').at(-1));
  const click = await ana.click({ channel: 'C0AIKEYS', ts: card.ts, actionId: 'key_suspend' });
  await running.settled();
  return { ana, click, modal: present(ana.views.at(-1)) };
}

function claim(key = 'staging-ci'): Envelope {
  const { team, app } = defaultWorkspace;
  const payload: JsonObject = {
    token: 'x',
    team_id: team.id,
    team_domain: team.domain,
    channel_id: 'C0AIKEYS',
    channel_name: 'ai-keys',
    user_id: 'U0BEN',
    user_name: 'ben',
    command: '/keys',
    text: `claim ${key}`,
    api_app_id: app.appId,
    is_enterprise_install: 'false',
    response_url: 'http://127.0.0.1:1/response/none',
    trigger_id: 'trigger-of-the-claim',
  };
  return { type: 'slash_commands', payload, acceptsResponsePayload: true };
}

function signed(envelope: Envelope, { secret = SIGNING_SECRET, at = systemClock.now() } = {}): SignedRequest {
  return signedRequest(envelope, secret, Math.floor(at / SECOND_MS));
}

function signature(): string {
  return present(signed(claim()).headers['x-slack-signature']);
}

function changed(headers: Readonly<Record<string, string>>): SignedRequest {
  const request = signed(claim());
  return { ...request, headers: { ...request.headers, ...headers } };
}

function without(name: string): SignedRequest {
  const request = signed(claim());
  return { ...request, headers: Object.fromEntries(Object.entries(request.headers).filter(([key]) => key !== name)) };
}

/** What a thief can do with a request of last week. */
function redated(now: number): SignedRequest {
  const old = signed(claim(), { at: now - 7 * 24 * 60 * MINUTE_MS });
  const headers = { ...old.headers, 'x-slack-request-timestamp': String(Math.floor(now / SECOND_MS)) };
  return { ...old, headers };
}

function post(port: number, { headers, body }: SignedRequest) {
  return ask({ port, path: EVENTS, method: 'POST', headers, body });
}

function isToBen({ ephemeralTo }: { readonly ephemeralTo?: string }): boolean {
  return ephemeralTo === 'U0BEN';
}

function answers({ slack }: HttpApp, userId: string): string {
  const own = slack
    .person(userId)
    .visibleMessages('ai-keys')
    .filter(({ ephemeralTo }) => ephemeralTo === userId);
  return own.map((message) => renderText(message, slack.workspace)).join('\n');
}

async function ownerOf({ app }: HttpApp, slug: string): Promise<string | null> {
  const lineages = await app.deps.store.read.lineages.all();
  return present(lineages.find((lineage) => lineage.slug === slug)).ownerSlackId;
}
