import { expect, test, vi } from 'vitest';
import { type Message, renderText } from '../../src/sandbox/slack/index.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { leakWeekend } from '../../src/sandbox/world/index.ts';
import { systemIds } from '../../src/system/ids.ts';
import { present } from '../support/bench-deps.ts';
import {
  ask,
  clickAndRead,
  leakKey,
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

/** The key that leaks is production's, and its provider can only delete it. */
const PRODUCTION = {
  provider: 'openai',
  policy: "environments: [{ match: 'staging-ci*', environment: production }]\n",
} as const;
const CHANNEL = 'C0AIKEYS';

async function askToRevoke(stage: Stage, userId: string, { ts }: Message, alone?: readonly string[]): Promise<void> {
  await clickAndRead(stage, userId, { ts, actionId: 'key_revoke' });
  const who = person(stage, userId);
  const { slug } = present(await stage.app.deps.store.read.lineages.get((await leakKey(stage)).lineageId));
  const entries = {
    reason: { value: 'nobody here can explain it' },
    slug: { value: slug },
    ...(alone === undefined ? {} : { alone: { value: alone } }),
  };
  const result = await stage.during(() => who.submit(present(who.views.at(-1)).id, entries));
  expect(result).toMatchObject({ acked: true });
  await stage.settle();
}

function requestIn(stage: Stage): Message {
  const all = stage.slack.workspace.messages(CHANNEL);
  return present(all.findLast(({ metadata }) => JSON.stringify(metadata ?? {}).includes('approval:')));
}

async function decide(stage: Stage, userId: string, actionId: string): Promise<void> {
  await stage.during(() => person(stage, userId).click({ channel: CHANNEL, ts: requestIn(stage).ts, actionId }));
  await stage.settle();
}

function toldTo(stage: Stage, userId: string): string {
  const last = stage.slack.workspace.ephemerals(CHANNEL, userId).at(-1);
  return last === undefined ? '' : renderText(last, stage.slack.workspace);
}

test('a production key that leaks at night is revoked by two people, a restart between them, and by nobody else', async () => {
  const before = await openNight({ ...PRODUCTION, overrides: { ids: systemIds }, closes: false });
  const message = await playToAlert(before);
  await askToRevoke(before, 'U0ANA', message);
  expect(await ask(before, 'U0BEN', '/keys status')).toMatch(
    /revoke of staging-ci-2, asked by @ana: waits for a second/,
  );

  const stage = await restart(before, minutes(2));
  try {
    await stage.playUntil(stage.clock.now() + minutes(1));
    for (const userId of ['U0GIL', 'U0BEN', 'U0ANA']) {
      await decide(stage, userId, 'approval_approve');
      expect(toldTo(stage, userId)).toContain('Nothing was done');
    }
    expect((await leakKey(stage)).status).toBe('active');

    await decide(stage, 'U0CHRIS', 'approval_approve');
    await stage.slack.redeliverLast();
    await stage.settle();
    const stoppedAt = stage.clock.now() + 1_000;
    await stage.playUntil(stoppedAt + minutes(15));

    expect((await leakKey(stage)).status).toBe('gone');
    expect(stolenUsd(stage, stoppedAt, leakWeekend.endsAt)).toBe(0);
    const [root = '', ...replies] = threadTexts(stage, message);
    expect(root).toContain('Revoked by @ana, approved by @chris');
    expect(replies.join('\n')).toContain('@ana wanted to revoke staging-ci-2: approved by @chris.');
    const actions = await stage.app.deps.store.read.actions.ofKey((await leakKey(stage)).id);
    expect(actions).toMatchObject([{ kind: 'revoke', state: 'confirmed', attempts: 1 }]);
    expect(await stage.app.deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
  } finally {
    await stage.close();
  }
});

test('what nobody approves is off after half an hour, by itself', async () => {
  const stage = await openNight(PRODUCTION);
  const message = await playToAlert(stage);
  await askToRevoke(stage, 'U0ANA', message);

  await stage.playUntil(stage.clock.now() + minutes(31));

  expect(renderText(requestIn(stage), stage.slack.workspace)).toContain('nobody approved it within 30 minutes');
  expect((await leakKey(stage)).status).toBe('active');
});

test('the one who is alone stops it at once, and everybody knows', async () => {
  const stage = await openNight(PRODUCTION);
  const message = await playToAlert(stage);

  await askToRevoke(stage, 'U0ANA', message, ['alone']);
  await stage.playUntil(stage.clock.now() + minutes(5));

  expect((await leakKey(stage)).status).toBe('gone');
  expect(threadTexts(stage, message)[0]).toContain('Revoked by @ana, alone (break-glass)');
  for (const channel of [CHANNEL, 'D0CHRIS']) {
    const said = stage.slack.workspace.messages(channel).filter(({ text }) => text.includes('acted alone'));
    expect(said).toHaveLength(1);
  }
  const verbs = stage.slack.workspace.notifications.filter(({ kind, text }) => kind === 'dm' && text.includes('alone'));
  expect(verbs.map(({ userId }) => userId)).toEqual(['U0CHRIS']);
});

test('guests in the channel are told to the admins directly, and stand in status', async () => {
  const stage = await openNight({ provider: 'anthropic' });
  await stage.playUntil(stage.clock.now() + minutes(3));

  const [said = ''] = stage.slack.workspace.messages('D0CHRIS').map((one) => renderText(one, stage.slack.workspace));
  expect(said).toContain('People outside of the company read the alerts in #ai-keys: 1 guest is in it: @gil.');
  expect(await ask(stage, 'U0BEN', '/keys status')).toContain('#ai-keys, where the alerts go, is read by 1 guest.');
});
