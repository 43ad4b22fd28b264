import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Page, PageKind } from '../../src/ports/webhook.ts';
import { DrivenClock } from '../../src/sandbox/driven-clock.ts';
import { connectHeartbeat, connectWebhooks, type OutletSecrets } from '../../src/webhooks/index.ts';
import { deliver } from '../../src/webhooks/post.ts';
import { NOON, present } from '../support/bench-deps.ts';
import { openHttpPlace } from '../support/http-place.ts';

const KEY = 'R0UT1NGk3y00000000000000000000000';
const SECRET = 's1gn1ng-s3cr3t';

const PAGE: Page = {
  id: 'out_1',
  kind: 'trigger',
  at: NOON,
  alert: {
    id: 'alert_1',
    name: 'KS-142',
    state: 'open',
    severity: 'critical',
    isTest: false,
    headline: 'staging-ci is spending 560x its usual hour.',
    reason: '$22 in 5 minutes.',
    startedAt: NOON - 600_000,
    openedAt: NOON - 300_000,
    dataUntil: NOON - 60_000,
    lostMicroUsd: 22_345_678,
    lost: '$22',
    detectors: ['spend-acceleration'],
  },
  key: {
    name: 'staging-ci',
    id: 'key_1',
    hint: 'sk-…4f2A',
    provider: 'Some AI',
    scope: 'Staging',
    environment: 'staging',
    ownerSlackId: 'U0DEE',
  },
  messageUrl: 'https://acme.slack.com/archives/C0AIKEYS/p1792203600000100',
};

async function pagerDuty(secrets: Partial<OutletSecrets> = {}) {
  const place = await openHttpPlace();
  const clock = new DrivenClock(NOON);
  const all = { ...NONE, routingKey: new Secret(KEY), ...secrets };
  const [webhook] = connectWebhooks({ secrets: all, pagerDutyUrl: `${place.url}/v2/enqueue`, clock });
  return { place, webhook: present(webhook) };
}

async function generic(secrets: Partial<OutletSecrets> = {}) {
  const place = await openHttpPlace();
  const clock = new DrivenClock(NOON);
  const webhookUrl = new Secret(`${place.url}/hook?token=t0ken`);
  const [webhook] = connectWebhooks({ secrets: { ...NONE, webhookUrl, ...secrets }, pagerDutyUrl: undefined, clock });
  return { place, webhook: present(webhook) };
}

const NONE: OutletSecrets = {
  routingKey: undefined,
  webhookUrl: undefined,
  heartbeatUrl: undefined,
  signingSecret: undefined,
};

describe('PagerDuty', () => {
  test('gets an event of its Events API v2 with everything that the person on call asks first', async () => {
    const { place, webhook } = await pagerDuty();
    await webhook.send(PAGE);

    const [taken] = place.taken;
    expect([taken?.method, taken?.path, taken?.headers['content-type']]).toEqual([
      'POST',
      '/v2/enqueue',
      'application/json',
    ]);
    expect(JSON.parse(present(taken).body)).toEqual({
      routing_key: KEY,
      event_action: 'trigger',
      dedup_key: 'alert_1',
      client: 'Keysteward',
      client_url: PAGE.messageUrl,
      links: [{ href: PAGE.messageUrl, text: 'Message in Slack' }],
      payload: {
        summary: 'staging-ci is spending 560x its usual hour. $22 in 5 minutes.',
        source: 'Some AI / Staging',
        component: 'staging-ci',
        class: 'spend-acceleration',
        group: 'staging',
        severity: 'critical',
        timestamp: '2026-08-03T11:55:00.000Z',
        custom_details: {
          alert: 'KS-142',
          alert_id: 'alert_1',
          key: 'staging-ci',
          key_id: 'key_1',
          key_hint: 'sk-…4f2A',
          owner_slack_id: 'U0DEE',
          lost: '$22',
          started_at: '2026-08-03T11:50:00.000Z',
          data_until: '2026-08-03T11:59:00.000Z',
          test: false,
        },
      },
    });
  });

  test.each([
    ['info', 'info'],
    ['medium', 'warning'],
    ['high', 'error'],
    ['critical', 'critical'],
  ] as const)('takes our %s for %s', async (severity, theirs) => {
    const { place, webhook } = await pagerDuty();
    await webhook.send({ ...PAGE, alert: { ...PAGE.alert, severity } });
    expect(JSON.parse(present(place.taken[0]).body).payload.severity).toBe(theirs);
  });

  test.each<[PageKind, string]>([
    ['acknowledge', 'acknowledge'],
    ['resolve', 'resolve'],
  ])('is told to %s by the key of the event alone', async (kind, action) => {
    const { place, webhook } = await pagerDuty();
    await webhook.send({ ...PAGE, kind });
    expect(JSON.parse(present(place.taken[0]).body)).toEqual({
      routing_key: KEY,
      event_action: action,
      dedup_key: 'alert_1',
    });
  });

  test('a note is the same event again, which wakes nobody there', async () => {
    const { place, webhook } = await pagerDuty();
    await webhook.send({ ...PAGE, kind: 'note' });
    expect(JSON.parse(present(place.taken[0]).body)).toMatchObject({ event_action: 'trigger', dedup_key: 'alert_1' });
  });

  test('a test says so, and a summary is never longer than is taken', async () => {
    const { place, webhook } = await pagerDuty();
    await webhook.send({
      ...PAGE,
      alert: { ...PAGE.alert, isTest: true, headline: 'x'.repeat(2_000) },
      messageUrl: null,
    });
    const event = JSON.parse(present(place.taken[0]).body);
    expect(event.payload.summary).toMatch(/^TEST: x+…$/);
    expect(event.payload.summary).toHaveLength(1_024);
    expect(event).not.toHaveProperty('links');
  });
});

describe('the generic webhook', () => {
  test('gets our own JSON, in version 1, at its whole address', async () => {
    const { place, webhook } = await generic();
    await webhook.send(PAGE);

    expect(place.taken[0]?.path).toBe('/hook?token=t0ken');
    expect(JSON.parse(present(place.taken[0]).body)).toEqual({
      version: 1,
      id: 'out_1',
      event: 'trigger',
      at: '2026-08-03T12:00:00.000Z',
      test: false,
      alert: {
        id: 'alert_1',
        name: 'KS-142',
        state: 'open',
        severity: 'critical',
        headline: 'staging-ci is spending 560x its usual hour.',
        reason: '$22 in 5 minutes.',
        detectors: ['spend-acceleration'],
        startedAt: '2026-08-03T11:50:00.000Z',
        openedAt: '2026-08-03T11:55:00.000Z',
        dataUntil: '2026-08-03T11:59:00.000Z',
        lostUsd: 22.35,
        lost: '$22',
      },
      key: {
        id: 'key_1',
        name: 'staging-ci',
        hint: 'sk-…4f2A',
        provider: 'Some AI',
        scope: 'Staging',
        environment: 'staging',
        ownerSlackId: 'U0DEE',
      },
      slackUrl: PAGE.messageUrl,
    });
  });

  test('shows its host and nothing else of its address', async () => {
    const { place, webhook } = await generic();
    expect(webhook.host).toBe(new URL(place.url).host);
    expect(JSON.stringify(webhook)).not.toContain('t0ken');
  });
});

describe('the signature', () => {
  test.each([
    ['PagerDuty', pagerDuty],
    ['the webhook', generic],
  ])('of what %s gets is HMAC-SHA256 over timestamp.body', async (_name, open) => {
    const { place, webhook } = await open({ signingSecret: new Secret(SECRET) });
    await webhook.send(PAGE);

    const { headers, body } = present(place.taken[0]);
    expect(headers['keysteward-timestamp']).toBe(String(NOON / 1_000));
    const expected = createHmac('sha256', SECRET).update(`${headers['keysteward-timestamp']}.${body}`).digest('hex');
    expect(headers['keysteward-signature']).toBe(`v1=${expected}`);
    expect(JSON.stringify([headers, body])).not.toContain(SECRET);
  });

  test('is left out without a secret', async () => {
    const { place, webhook } = await generic();
    await webhook.send(PAGE);
    expect(Object.keys(present(place.taken[0]).headers).filter((name) => name.startsWith('keysteward'))).toEqual([]);
  });
});

describe('what goes wrong', () => {
  test.each([
    [500, 'webhook_unavailable', 'PagerDuty has trouble of its own (500).'],
    [503, 'webhook_unavailable', 'PagerDuty has trouble of its own (503).'],
    [408, 'webhook_unavailable', 'PagerDuty has trouble of its own (408).'],
    [429, 'webhook_unavailable', 'PagerDuty asks to slow down.'],
    [400, 'webhook_rejected', 'PagerDuty refused it (400). Check KEYSTEWARD_PAGERDUTY_ROUTING_KEY.'],
    [404, 'webhook_rejected', 'PagerDuty refused it (404). Check KEYSTEWARD_PAGERDUTY_ROUTING_KEY.'],
  ])('%s is %s', async (status, code, sentence) => {
    const { place, webhook } = await pagerDuty();
    place.answer(status);
    expect(await failure(webhook.send(PAGE))).toMatchObject({ code, publicMessage: sentence });
  });

  test('Retry-After is handed on, within an hour', async () => {
    const { place, webhook } = await pagerDuty();
    for (const [seconds, waitMs] of [
      ['37', 37_000],
      ['999999', 3_600_000],
      ['tomorrow', undefined],
    ] as const) {
      place.answer({ status: 429, headers: { 'retry-after': seconds } });
      expect((await failure(webhook.send(PAGE))).retryAfterMs).toBe(waitMs);
    }
  });

  test('a redirect is refused, not followed', async () => {
    const elsewhere = await openHttpPlace();
    const { place, webhook } = await generic();
    place.answer({ status: 307, headers: { location: elsewhere.url } });
    expect(await failure(webhook.send(PAGE))).toMatchObject({
      code: 'webhook_rejected',
      publicMessage: expect.stringContaining('answers with a redirect (307)'),
    });
    expect(elsewhere.taken).toEqual([]);
  });

  test('a broken connection may be tried again, and no error says the address or a secret', async () => {
    const { place, webhook } = await generic({ signingSecret: new Secret(SECRET) });
    place.answer('cut', 400);
    for (const code of ['webhook_unavailable', 'webhook_rejected']) {
      const error = await failure(webhook.send(PAGE));
      expect(error.code).toBe(code);
      expect(`${error.message} ${error.publicMessage} ${String(error.cause)}`).not.toMatch(/t0ken|s1gn1ng|other side/);
    }
  });

  test('a place that takes the request and never answers is given up, to be tried again', async () => {
    const place = await openHttpPlace();
    place.answer('hang');
    const delivery = { method: 'POST', body: '{}' } as const;
    const to = { title: 'The webhook', url: new Secret(place.url), setting: 'KEYSTEWARD_WEBHOOK_URL' };
    expect(await failure(deliver(to, delivery, 100))).toMatchObject({
      code: 'webhook_unavailable',
      publicMessage: 'The webhook did not answer within 0.1 seconds.',
    });
    await expect(deliver(to, delivery)).resolves.toBeUndefined();
  });

  test('nobody listening is said with the system’s word for it', async () => {
    const heartbeat = present(connectHeartbeat({ ...NONE, heartbeatUrl: new Secret('http://127.0.0.1:1/ping') }));
    expect((await failure(heartbeat.beat())).publicMessage).toMatch(
      /^The heartbeat’s monitor cannot be reached.*KEYSTEWARD_HEARTBEAT_URL/,
    );
  });
});

test('a heartbeat is a GET without a word about us', async () => {
  const place = await openHttpPlace();
  const heartbeat = present(connectHeartbeat({ ...NONE, heartbeatUrl: new Secret(`${place.url}/ping/uuid`) }));
  await heartbeat.beat();
  expect(place.taken).toMatchObject([{ method: 'GET', path: '/ping/uuid', body: '' }]);
});

test('without settings there is nothing to send to', () => {
  const clock = new DrivenClock(NOON);
  expect(connectWebhooks({ secrets: NONE, pagerDutyUrl: 'https://events.pagerduty.com/v2/enqueue', clock })).toEqual(
    [],
  );
  expect(connectHeartbeat(NONE)).toBeNull();
});

async function failure(sending: Promise<void>): Promise<AppError> {
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError: ${String(error)}`);
  return error;
}
