import { describe, expect, test, vi } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { type Message, type Notification, renderText, renderView } from '../../src/sandbox/slack/index.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { systemIds } from '../../src/system/ids.ts';
import { present } from '../support/bench-deps.ts';
import { ask, CHANNEL, leakRoots, minutes, openNight, person, playToAlert, threadTexts } from './support/night.ts';
import { restart } from './support/restart.ts';

// Whole nights, on a machine that does other things as well.
vi.setConfig({ testTimeout: 120_000 });

/** Who heard what of this alert, in whole minutes after it was opened; calls because of the loss are left out. */
function heard(stage: Stage, message: Message, since: number): readonly string[] {
  return notifications(stage, message)
    .filter(({ text }) => !isLoss(text))
    .map(({ userId, kind, at }) => `${Math.floor((at - since) / MINUTE_MS)} ${kind} ${userId}`);
}

/** Of the alert's thread, and direct messages. */
function notifications({ slack }: Stage, { ts }: Message): readonly Notification[] {
  const thread = new Set(
    slack
      .person('U0ANA')
      .thread(CHANNEL, ts)
      .map((one) => one.ts),
  );
  // That a guest reads along, and the first greeting, are told to the admins as well: other matters.
  const isOther = ({ text }: Notification) => text.includes('guest') || text.startsWith('Hello, this is Keysteward.');
  return slack.workspace.notifications.filter((one) => thread.has(one.ts) || (one.kind === 'dm' && !isOther(one)));
}

function isLoss(text: string): boolean {
  return text.includes('is lost by now');
}

/** The doublings that were called out, in dollars, each with who heard it. */
function losses(stage: Stage, message: Message): readonly string[] {
  return notifications(stage, message)
    .filter(({ text }) => isLoss(text))
    .map(({ text, userId }) => `${/\$([\d,]+)/.exec(text)?.[1]} ${userId}`);
}

async function alertOf(stage: Stage, { channel, ts }: Message) {
  const { alerts, messages } = stage.app.deps.store.read;
  return present(await alerts.get(present(await messages.at(channel, ts)).subjectId));
}

function question(stage: Stage): Message {
  return present(person(stage, 'U0DEE').directMessages().at(-1));
}

async function answer(stage: Stage, actionId: 'owner_yes' | 'owner_no'): Promise<string> {
  const { channel, ts } = question(stage);
  await stage.during(() => person(stage, 'U0DEE').click({ channel, ts, actionId }));
  await stage.settle();
  await stage.playUntil(stage.clock.now() + 5_000);
  return renderText(question(stage), stage.slack.workspace);
}

/** Chooses in the card's menu, fills the modal that opens and returns its last page. */
async function choose(stage: Stage, ts: string, form: { option: string; length: string; reason: string }) {
  const ana = person(stage, 'U0ANA');
  const { option, length, reason } = form;
  await stage.during(() => ana.click({ channel: 'C0AIKEYS', ts, actionId: 'menu', option }));
  await stage.settle();
  const view = present(ana.views.at(-1));
  await stage.during(() => ana.submit(view.id, { length: { value: length }, reason: { value: reason } }));
  await stage.settle();
  return renderView(present(ana.views.at(-1)), stage.slack.workspace);
}

const NOBODY_CLICKS = ['0 mention U0ANA', '0 mention U0DEE', '5 dm U0DEE', '15 mention U0ANA', '30 mention U0CHRIS'];

describe('a night in which nobody clicks', () => {
  test('responders and the owner are called once, then the owner is asked, then responders and admins, and each doubling is told', async () => {
    const stage = await openNight({ provider: 'anthropic' });
    const message = await playToAlert(stage);
    const since = (await alertOf(stage, message)).openedAt;
    await stage.playUntil(since + minutes(3));
    expect(threadTexts(stage, message)[0]).toMatch(/asks the owner at \S+ UTC unless acknowledged/);

    await stage.playUntil(since + minutes(50));

    expect(heard(stage, message, since)).toEqual(NOBODY_CLICKS);
    const { called, lostMicroUsd } = await alertOf(stage, message);
    const doublings = [100, 200, 400, 800].filter((usd) => usd * 1_000_000 <= lostMicroUsd);
    expect(doublings.length).toBeGreaterThan(0);
    expect(losses(stage, message)).toEqual(doublings.flatMap((usd) => [`${usd} U0ANA`, `${usd} U0DEE`]));
    expect(called.lossMicroUsd).toBe(1_000_000 * present(doublings.at(-1)));
    expect(renderText(question(stage), stage.slack.workspace)).toMatch(/^Was this you\? staging-ci is spending \d+x/);
    expect(await leakRoots(stage)).toHaveLength(1);
    expect(await ask(stage, 'U0BEN', '/keys status')).toContain(
      'Called by the next alert: Ana Ruiz; last of all Chris Lang.',
    );
  });

  test('a restart in the middle calls nobody twice and leaves nobody out', async () => {
    const before = await openNight({ provider: 'anthropic', overrides: { ids: systemIds }, closes: false });
    const message = await playToAlert(before);
    const since = (await alertOf(before, message)).openedAt;
    await before.playUntil(since + minutes(16));

    const stage = await restart(before, minutes(1));
    try {
      await stage.playUntil(since + minutes(40));

      expect(heard(stage, message, since)).toEqual(NOBODY_CLICKS);
      expect(new Set(losses(stage, message)).size).toBe(losses(stage, message).length);
    } finally {
      await stage.close();
    }
  });
});

describe('the owner who is asked at night', () => {
  test('says yes: she is on it, a responder confirms, and what goes on for longer opens the same message again', async () => {
    const stage = await openNight({ provider: 'anthropic' });
    const message = await playToAlert(stage);
    const since = (await alertOf(stage, message)).openedAt;
    await stage.playUntil(since + minutes(6));

    expect(await answer(stage, 'owner_yes')).toContain('A responder has to confirm it.');
    await stage.playUntil(since + minutes(20));
    expect(heard(stage, message, since)).toEqual(NOBODY_CLICKS.slice(0, 3));
    const line = present(
      person(stage, 'U0ANA')
        .thread('ai-keys', message.ts)
        .find(({ text }) => text.includes('says it was them')),
    );
    const confirm = { channel: 'C0AIKEYS', ts: line.ts, actionId: 'alert_confirm' };
    await stage.during(() => person(stage, 'U0ANA').click(confirm));
    await stage.playUntil(stage.clock.now() + minutes(1));

    expect(await alertOf(stage, message)).toMatchObject({ state: 'resolved', verdict: 'legitimate' });
    expect(threadTexts(stage, message)[0]).toContain('@ana says that it was expected');
    expect(threadTexts(stage, message).join('\n')).not.toContain('[ Confirm it was us ]');
    const until = present((await alertOf(stage, message)).expected).until;
    await stage.playUntil(until + HOUR_MS + minutes(12));
    expect(await leakRoots(stage)).toHaveLength(1);
    expect(await alertOf(stage, message)).toMatchObject({ state: 'open', verdict: null });
    expect(threadTexts(stage, message).join('\n')).toContain('goes on for longer, than was called expected');
  });

  test('says no: the responders hear it at once, and a click on the same question later is thanked', async () => {
    const stage = await openNight({ provider: 'anthropic' });
    const message = await playToAlert(stage);
    const since = (await alertOf(stage, message)).openedAt;
    await stage.playUntil(since + minutes(6));
    const asked = question(stage);

    expect(await answer(stage, 'owner_no')).toContain('You said that it was not you. The responders know.');

    expect(heard(stage, message, since).slice(3)).toEqual(['6 mention U0ANA']);
    expect(threadTexts(stage, message).at(-1)).toContain('Dee Park says it was not them.');
    expect(await alertOf(stage, message)).toMatchObject({ state: 'open', severity: 'critical' });
    expect(JSON.stringify(question(stage).blocks)).not.toContain('owner_yes');
    expect(question(stage).ts).toBe(asked.ts);
  });
});

test('a snooze keeps everybody asleep but for the loss, and its end begins anew', async () => {
  const stage = await openNight({ provider: 'anthropic' });
  const message = await playToAlert(stage);
  const since = (await alertOf(stage, message)).openedAt;
  await stage.playUntil(since + minutes(1));

  const page = await choose(stage, message.ts, {
    option: 'Snooze or mute…',
    length: '30m',
    reason: 'our own load test, I think',
  });
  expect(page).toMatch(/KS-\d+ is snoozed until /);
  await stage.playUntil(since + minutes(30));
  expect(heard(stage, message, since)).toEqual(NOBODY_CLICKS.slice(0, 2));
  expect(losses(stage, message).length).toBeGreaterThan(0);
  expect(threadTexts(stage, message)[0]).toContain('snoozed until');

  await stage.playUntil(since + minutes(50));
  expect(heard(stage, message, since).slice(2)).toEqual(['36 dm U0DEE', '46 mention U0ANA']);
});

describe('/keys test-alert', () => {
  test('walks the whole path with the person who asks in every role, and leaves no trace in the figures', async () => {
    const stage = await openNight({ provider: 'anthropic' });
    await stage.playUntil(stage.clock.now() + minutes(1));
    const since = stage.clock.now();

    expect(await ask(stage, 'U0BEN', '/keys test-alert')).toContain('Nothing was done: only');
    expect(await ask(stage, 'U0ANA', '/keys test-alert')).toMatch(/The test KS-1 is on its way/);
    expect(await ask(stage, 'U0CHRIS', '/keys test-alert')).toMatch(
      /A test is open already: KS-1 in #ai-keys, started by @ana/,
    );
    await stage.playUntil(since + minutes(4));

    const root = present(
      person(stage, 'U0ANA')
        .visibleMessages('ai-keys')
        .find(({ text }) => text.includes('Test of the')),
    );
    expect(heard(stage, root, since)).toEqual(['0 mention U0ANA', '1 dm U0ANA', '2 mention U0ANA', '3 mention U0ANA']);
    expect(threadTexts(stage, root).join('\n')).toContain('a real alert would call the admins (Chris Lang) now');
    expect(await ask(stage, 'U0BEN', '/keys status')).toContain('no open alert');
    const end = { channel: 'C0AIKEYS', ts: root.ts, actionId: 'alert_end_test' };
    await stage.during(() => person(stage, 'U0ANA').click(end));
    await stage.playUntil(stage.clock.now() + minutes(1));

    const thread = threadTexts(stage, root);
    expect(thread[0]).toContain('started by @ana, over.');
    expect(thread.at(-1)).toContain('• message in this channel: :white_check_mark: worked');
    expect(thread.at(-1)).toContain('• direct message to the owner: :white_check_mark: worked');
    expect(await ask(stage, 'U0CHRIS', '/keys test-alert')).toMatch(/The test KS-2 is on its way/);
    await stage.playUntil(stage.clock.now() + minutes(16));
    expect(await stage.app.deps.store.read.alerts.timed()).toEqual([]);
  });
});
