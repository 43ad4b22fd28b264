import { describe, expect, test, vi } from 'vitest';
import { stopKey } from '../../src/sandbox/responder.ts';
import { leakWeekend, type ProviderId } from '../../src/sandbox/world/index.ts';
import { systemIds } from '../../src/system/ids.ts';
import {
  ask,
  CHANNEL,
  clickAndRead,
  leakKey,
  leakOf,
  leakRoots,
  minutes,
  openNight,
  person,
  playToAlert,
  stolenUsd,
  threadTexts,
} from './support/night.ts';
import { restart } from './support/restart.ts';

// A whole night, on a machine that does other things as well.
vi.setConfig({ testTimeout: 90_000 });

const ACT: Readonly<Record<ProviderId, { name: string; done: string; verb: string; status: string; slug: string }>> = {
  anthropic: { name: 'suspend', done: 'Suspended', verb: 'key_suspend', status: 'inactive', slug: 'staging-ci' },
  openai: { name: 'revoke', done: 'Revoked', verb: 'key_revoke', status: 'gone', slug: 'staging-ci-2' },
};

describe.each(['anthropic', 'openai'] as const)('a key that leaks on a Saturday night at %s', (provider) => {
  const { name, done, verb, status, slug } = ACT[provider];

  test('is told within twelve minutes and sixty dollars, and one click stops it for good', async () => {
    const stage = await openNight({ provider });
    const { startedAt } = leakOf(stage);

    const message = await playToAlert(stage);

    const alertedAt = stage.clock.now();
    expect(alertedAt - startedAt).toBeLessThanOrEqual(minutes(12));
    expect(stolenUsd(stage, startedAt - minutes(5), alertedAt)).toBeGreaterThan(1);
    expect(stolenUsd(stage, startedAt - minutes(5), alertedAt)).toBeLessThanOrEqual(60);
    expect(message.text).toMatch(new RegExp(`^${slug} is spending \\d+x its usual hour\\. ${capital(name)} it\\?`));

    await stage.during(() => stopKey(stage.slack, person(stage, 'U0ANA'), message.ts));
    await stage.settle();
    const stoppedAt = stage.clock.now() + 1_000;
    await stage.playUntil(stoppedAt + minutes(15));
    expect(threadTexts(stage, message)[0]).toContain('Checking that usage stays zero…');
    await stage.playUntil(stoppedAt + minutes(45));

    expect(stolenUsd(stage, stoppedAt, leakWeekend.endsAt)).toBe(0);
    expect(stage.world.stateOf(leakOf(stage).keyId)).not.toBe('active');
    const key = await leakKey(stage);
    expect(key.status).toBe(status);
    expect(await stage.app.deps.store.read.actions.ofKey(key.id)).toMatchObject([{ kind: name, state: 'verified' }]);
    expect(await leakRoots(stage)).toHaveLength(1);
    const [root = '', ...replies] = threadTexts(stage, message);
    expect(root).toContain(`${done} by @ana`);
    expect(root).toContain('reason: spend that nobody here can explain');
    expect(root).toMatch(/since \d\d:\d\d UTC\. No usage after \d\d:\d\d UTC \(checked up to \d\d:\d\d UTC\)\./);
    expect(replies).toContainEqual(expect.stringMatching(/^Proven: no usage after /));
    expect(replies.slice(0, 2)).toEqual([
      `@ana asked to ${name} the key: spend that nobody here can explain\nThat acknowledges the alert.`,
      `${done}: the provider now shows the key as ${status}. Whether usage stays zero is checked.`,
    ]);
    expect(await stage.app.deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
    expect(stage.slack.workspace.notifications.filter(({ kind }) => kind === 'broadcast')).toEqual([]);
  });

  test('cannot be stopped by people without the right, and they are told why', async () => {
    const stage = await openNight({ provider });
    const message = await playToAlert(stage);
    // Dee owns the leaking key at Anthropic: she may suspend it there, and nothing more.
    const employee = provider === 'anthropic' ? 'U0BEN' : 'U0DEE';

    const page = await clickAndRead(stage, employee, { ts: message.ts, actionId: verb });
    expect(page).toContain('Nothing was done: only');
    const guest = person(stage, 'U0GIL');
    await stage.during(() => guest.click({ channel: 'C0AIKEYS', ts: message.ts, actionId: verb }));
    await stage.settle();
    expect(guest.views).toEqual([]);
    const told = guest.visibleMessages(CHANNEL).filter(({ ephemeralTo }) => ephemeralTo === 'U0GIL');
    expect(told.map(({ text }) => text)).toEqual([expect.stringContaining('Keysteward answers active full members')]);
    await stage.playUntil(stage.clock.now() + minutes(5));

    const key = await leakKey(stage);
    expect(key.status).toBe('active');
    expect(await stage.app.deps.store.read.actions.ofKey(key.id)).toEqual([]);
    expect(threadTexts(stage, message).join('\n')).not.toMatch(/asked to|Suspended|Revoked/);
    expect(stolenUsd(stage, stage.clock.now() - minutes(5), stage.clock.now())).toBeGreaterThan(0);
  });

  test('gives the steps for the console where Keysteward may only read', async () => {
    const stage = await openNight({ provider, access: 'read' });

    const message = await playToAlert(stage);

    const [root = ''] = threadTexts(stage, message);
    expect(root).toMatch(/Stop it in the console\./);
    expect(root).toMatch(/In the provider’s console:\n1\. .+\n2\. /);
    expect(root).toContain('⋯ Acknowledge |');
    expect(root).not.toMatch(/\[ (Suspend|Revoke)… \]/);
  });
});

test('a restart between the alert and the click keeps one message, and the click still works', async () => {
  const before = await openNight({ provider: 'anthropic', overrides: { ids: systemIds }, closes: false });
  const message = await playToAlert(before);

  const stage = await restart(before);
  try {
    await stage.playUntil(stage.clock.now() + minutes(10));
    await stage.during(() => stopKey(stage.slack, person(stage, 'U0ANA'), message.ts));
    await stage.playUntil(stage.clock.now() + minutes(10));

    expect(await leakRoots(stage)).toMatchObject([{ ts: message.ts }]);
    expect(threadTexts(stage, message)[0]).toContain('Suspended by @ana');
    expect((await leakKey(stage)).status).toBe('inactive');
    expect(await stage.app.deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
  } finally {
    await stage.close();
  }
});

test('while Slack is down the alert waits, and comes once with what is true then', async () => {
  const stage = await openNight({ provider: 'anthropic' });
  const down = { kind: 'status', status: 503 } as const;
  for (const method of ['chat.postMessage', 'conversations.history', 'users.conversations']) {
    stage.slack.faults.add(method, ...Array.from({ length: 500 }, () => down));
  }

  await stage.playUntil(leakOf(stage).startedAt + minutes(40));
  expect(await leakRoots(stage)).toEqual([]);
  stage.slack.faults.clear();
  const message = await playToAlert(stage);
  await stage.playUntil(stage.clock.now() + minutes(10));

  expect(await leakRoots(stage)).toHaveLength(1);
  expect(stage.clock.now() - leakOf(stage).startedAt).toBeLessThanOrEqual(minutes(53));
  expect(message.text).toMatch(/data up to <!date\^\d+\^\{time\}\|02:[34]\d UTC>/);
  expect((await stage.app.deps.store.read.outbox.counts()).dead).toBe(0);
});

test('the commands read as a person would want them', async () => {
  const stage = await openNight({ provider: 'anthropic' });
  await stage.playUntil(leakOf(stage).startedAt - minutes(2));

  expect(await ask(stage, 'U0BEN', '/keys help')).toContain('/keys stale [days] – keys that nobody uses');
  const status = await ask(stage, 'U0BEN', '/keys status');
  expect(status).toMatch(
    /^All is watched, no open alert\.\n• OpenAI \(openai\): 11 keys, polled [^,]+, newest usage \d+ min/,
  );
  const list = await ask(stage, 'U0BEN', '/keys list staging-ci');
  expect(list).toMatch(
    /• staging-ci · staging · Anthropic \/ Staging · sk-ant-api03-\S+ · @dee · used [^·]+ · \$\d+ in 30 days/,
  );
  expect(await ask(stage, 'U0BEN', '/keys list')).toContain('24 keys, $');
  const stale = await ask(stage, 'U0BEN', '/keys stale 30');
  expect(stale).toMatch(/^5 keys without traffic for 30 days or more, longest first\nUnused \(4\)\n• /);
  expect(stale).toContain('\n• pilot-2025 · ');
  expect(stale).toContain('\nNever used (1)\n• spare-prod · ');
  const card = await ask(stage, 'U0BEN', '/keys show staging-ci');
  expect(card).toMatch(/^staging-ci is active\nLabel staging-ci\nKey sk-ant-api03-\S+\nWhere Anthropic \/ Staging\n/);
  expect(card).toMatch(/\[ Suspend… \] \[ Revoke… \].*\nOpen it in the provider’s console/);
  expect(await ask(stage, 'U0GIL', '/keys list')).toContain('active full members');
});

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
