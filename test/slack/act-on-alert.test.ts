import { describe, expect, test } from 'vitest';
import { renderText, renderView } from '../../src/sandbox/slack/index.ts';
import { present } from '../support/bench-deps.ts';
import { failing } from '../support/fake-provider.ts';
import { type Running, startRunning } from './support/running.ts';

const CHANNEL = 'C0AIKEYS';
const REASON = { reason: { value: 'spend that nobody can explain' } };

describe('a suspension that the provider refuses', () => {
  test('stays in the alert with the reason, the console and a way to give it up, which only those with the right have', async () => {
    const running = await startRunning();
    const ts = await refused(running);
    expect(root(running, ts)).toContain('Not suspended yet: stop it in the console.');
    expect(root(running, ts)).toContain('The provider says provider_denied. It is tried again');
    expect(root(running, ts)).toContain('By hand, in the provider’s console:\n1. suspend apikey_1');
    expect(root(running, ts)).toContain('[ Suspend… ] [ Rotate… ] [ Stop trying ]');

    expect(await clickAndHear(running, 'U0BEN', ts)).toContain('Nothing was done: only');
    const tries = running.provider.callsOf('suspend').length;
    expect(await clickAndHear(running, 'U0ANA', ts)).toBe('');
    await running.drain();

    expect(root(running, ts)).toContain('Suspend asked by @ana was not done and is no longer wanted.');
    expect(running.provider.callsOf('suspend')).toHaveLength(tries);
  });

  test('is in /keys status until it is settled', async () => {
    const running = await startRunning();
    await refused(running);
    const ana = running.slack.person('U0ANA');

    await ana.command('/keys status', 'ai-keys');
    await running.settled();

    const answer = ana.visibleMessages('ai-keys').find(({ ephemeralTo }) => ephemeralTo === 'U0ANA');
    const text = renderText(present(answer), running.slack.workspace);
    expect(text).toMatch(
      /suspend of staging-ci, asked by @ana: refused \(\d tr(y|ies)\), tried again .* – The provider says/,
    );
  });
});

test('a suspension is undone from the page that the modal ends with', async () => {
  const running = await startRunning();
  const ts = await running.leak();
  const ana = running.slack.person('U0ANA');
  const page = await suspend(running, ts);
  expect(page).toContain('Undo starts it again at any time');

  await ana.click({ viewId: top(running).id, actionId: 'key_restore' });
  await running.settled();
  expect(renderView(top(running), running.slack.workspace)).toContain('Not yet: staging-ci is still active.');
  await ana.closeView(top(running).id);
  await running.drain();
  expect(root(running, ts)).toContain('[ Undo… ] [ Rotate… ] [ Raise cap… ]');
  await ana.click({ viewId: top(running).id, actionId: 'key_restore' });
  await running.settled();
  await ana.submit(top(running).id, REASON);
  await running.settled();
  await running.drain();

  expect(running.provider.effects).toEqual(['suspend apikey_1', 'restore apikey_1']);
  expect(root(running, ts)).toContain('Restored by @ana');
});

test('the menu shows the key, and its buttons open on top of it', async () => {
  const running = await startRunning();
  const ts = await running.leak();
  const ben = running.slack.person('U0BEN');

  await ben.click({ channel: CHANNEL, ts, actionId: 'menu', option: 'Show key' });
  await running.settled();

  const card = present(ben.views.at(-1));
  expect(renderView(card, running.slack.workspace)).toContain('staging-ci is active; KS-1 is open');
  await ben.click({ viewId: card.id, actionId: 'key_suspend' });
  await running.settled();
  expect(ben.views).toHaveLength(2);
  expect(renderView(present(ben.views.at(-1)), running.slack.workspace)).toContain('Nothing was done: only');
});

test('a guest is shown no key', async () => {
  const running = await startRunning();
  const ts = await running.leak();
  const guest = running.slack.person('U0GIL');

  await guest.click({ channel: CHANNEL, ts, actionId: 'menu', option: 'Show key' });
  await running.settled();

  expect(renderView(present(guest.views.at(-1)), running.slack.workspace)).toContain('active full members');
});

async function refused(running: Running): Promise<string> {
  const ts = await running.leak();
  running.provider.script('suspend', ...Array.from({ length: 30 }, () => failing('provider_denied')));
  await suspend(running, ts);
  await running.drain();
  return ts;
}

async function suspend(running: Running, ts: string): Promise<string> {
  const ana = running.slack.person('U0ANA');
  await ana.click({ channel: CHANNEL, ts, actionId: 'key_suspend' });
  await running.settled();
  await ana.submit(top(running).id, REASON);
  await running.settled();
  return renderView(top(running), running.slack.workspace);
}

function top(running: Running) {
  return present(running.slack.person('U0ANA').views.at(-1));
}

function root(running: Running, ts: string): string {
  const message = running.slack.person('U0ANA').thread('ai-keys', ts)[0];
  return renderText(present(message), running.slack.workspace);
}

/** What only this person hears of it. */
async function clickAndHear(running: Running, userId: string, ts: string): Promise<string> {
  const person = running.slack.person(userId);
  const own = () => person.visibleMessages('ai-keys').filter(({ ephemeralTo }) => ephemeralTo === userId);
  const before = own().length;
  await person.click({ channel: CHANNEL, ts, actionId: 'action_cancel' });
  await running.settled();
  const [answer] = own().slice(before);
  return answer === undefined ? '' : renderText(answer, running.slack.workspace);
}
