import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { Message } from '../../src/sandbox/slack/index.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { HttpPlace } from '../support/http-place.ts';
import {
  ask,
  clickAndRead,
  leakOf,
  leakRoots,
  minutes,
  openNight,
  person,
  playToAlert,
  submit,
  threadTexts,
} from './support/night.ts';
import { bodies, openOutside, ROUTING_KEY, signedAt } from './support/outlets.ts';

vi.setConfig({ testTimeout: 60_000 });

const AT_ONCE = 'escalation: { webhook_minutes: 0 }';
const SECONDS = 1_000;

async function openNightWithOutside() {
  const outside = await openOutside();
  const stage = await openNight({ provider: 'anthropic', policy: AT_ONCE, outlets: outside.outlets });
  return { stage, ...outside };
}

async function acknowledge(stage: Stage, { ts }: Message): Promise<void> {
  const ana = person(stage, 'U0ANA');
  await ana.click({ channel: 'C0AIKEYS', ts, actionId: 'menu', option: 'Acknowledge' });
}

/** The kinds of what a place was told, in the words of its protocol. */
function told(place: HttpPlace): readonly string[] {
  return bodies(place).map(({ event_action, event }) => event_action ?? event);
}

test('an alert is opened, taken on and ended outside of Slack too, each signed and once, and the heart beats', async () => {
  const { stage, pager, own, monitor } = await openNightWithOutside();
  const startedAt = stage.clock.now();
  const message = await playToAlert(stage);
  const openedAt = stage.clock.now();

  expect([told(pager), told(own)]).toEqual([['trigger'], ['trigger']]);
  await stage.during(() => acknowledge(stage, message));
  await stage.settle();
  expect([told(pager), told(own)].map((kinds) => kinds.at(-1))).toEqual(['acknowledge', 'acknowledge']);
  await clickAndRead(stage, 'U0ANA', { ts: message.ts, actionId: 'menu', option: 'This was us…' });
  await submit(stage, 'U0ANA', { reason: { value: 'a load test, announced to nobody' } });
  await stage.playUntil(openedAt + minutes(2));

  for (const place of [pager, own]) {
    expect(told(place)).toEqual(['trigger', 'acknowledge', 'resolve']);
    expect(place.taken.map(signedAt)).toEqual([openedAt, openedAt, expect.any(Number)]);
  }
  const [trigger, ...later] = bodies(pager);
  expect(trigger).toMatchObject({
    routing_key: ROUTING_KEY,
    payload: { severity: expect.any(String), component: 'staging-ci', summary: expect.stringContaining('staging-ci') },
  });
  expect(new Set([trigger, ...later].map(({ dedup_key }) => dedup_key)).size).toBe(1);
  expect(bodies(own)[0]).toMatchObject({
    version: 1,
    test: false,
    key: { name: 'staging-ci', environment: 'staging' },
  });
  expect(bodies(own)[1].slackUrl).toContain(message.ts.replace('.', ''));
  const beats = Math.floor((stage.clock.now() - startedAt) / minutes(5)) + 1;
  expect(monitor.taken.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(beats).fill('GET /ping'));
});

test('what is refused for now is sent again, as late as is asked for; what is refused for good stands in status', async () => {
  const { stage, pager, own } = await openNightWithOutside();
  pager.answer(500, { status: 429, headers: { 'retry-after': '90' } });
  own.answer(400);

  const message = await playToAlert(stage);
  const openedAt = stage.clock.now();
  expect(threadTexts(stage, message)[0]).toContain('staging-ci is spending');
  await stage.playUntil(openedAt + minutes(3));

  // Five seconds after the trouble, and a minute and a half after that.
  expect(pager.taken.map(signedAt)).toEqual([0, 5, 95].map((seconds) => openedAt + seconds * SECONDS));
  expect(new Set(pager.taken.map(({ body }) => JSON.parse(body).dedup_key)).size).toBe(1);
  expect(told(own)).toEqual(['trigger']);
  const status = await ask(stage, 'U0BEN', '/keys status');
  expect(status).toMatch(
    /The webhook \(127\.0\.0\.1:\d+\):.* fails since .*refused it \(400\)\. Check KEYSTEWARD_WEBHOOK_URL/,
  );
  expect(status).toMatch(/PagerDuty \(127\.0\.0\.1:\d+\): last sent/);
  expect((await stage.app.deps.store.read.outbox.counts()).dead).toBe(1);
});

test('a place that never answers holds up neither Slack nor the other place, and is told when it can be', async () => {
  const { stage, pager, own } = await openNightWithOutside();
  pager.answer('hang');
  // The play waits for the request that hangs: all that is looked for happens beside it.
  const playing = stage.playUntil(leakOf(stage).startedAt + minutes(15));
  const message = await appears(async () => (await leakRoots(stage))[0]);
  await appears(() => told(own)[0]);
  // Not because it had been given up.
  expect(pager.hanging()).toBe(1);
  await acknowledge(stage, message);
  await appears(async () => {
    // Slack asks to slow down by the second, and time moves by hand here.
    stage.clock.jumpTo((await stage.app.deps.store.read.outbox.nextDueAt()) ?? 0);
    return threadTexts(stage, message)[0]?.match(/@ana is on it/)?.[0];
  });
  await appears(() => told(own)[1]);
  expect([told(pager), told(own)]).toEqual([['trigger'], ['trigger', 'acknowledge']]);

  pager.hangUp();
  await playing;

  // Somebody has taken it on meanwhile: nobody is woken any more.
  expect(told(pager)).toEqual(['trigger']);
  expect((await stage.app.deps.store.read.outbox.counts()).dead).toBe(0);
});

/** Waits in turns of the event loop, until the test's own time is over. */
async function appears<Found>(look: () => Promise<Found | undefined> | Found | undefined): Promise<Found> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await nextTurn();
  }
}
