import { expect, test, vi } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
import { HOUR_MS } from '../../src/domain/time.ts';
import { renderText } from '../../src/sandbox/slack/index.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { recordFinding } from '../../src/services/alerts/record-finding.ts';
import { systemIds } from '../../src/system/ids.ts';
import { present } from '../support/bench-deps.ts';
import {
  ask,
  CHANNEL,
  leakKey,
  leakOf,
  leakRoots,
  minutes,
  openNight,
  person,
  playToAlert,
  threadTexts,
} from './support/night.ts';
import { restart } from './support/restart.ts';

vi.setConfig({ testTimeout: 120_000 });

function told(stage: Stage, text: string, userId = 'U0ANA'): number {
  return person(stage, userId)
    .directMessages()
    .filter((message) => renderText(message, stage.slack.workspace).includes(text)).length;
}

function channelTexts(stage: Stage): readonly string[] {
  return person(stage, 'U0ANA')
    .visibleMessages(CHANNEL)
    .map((message) => renderText(message, stage.slack.workspace));
}

/** A finding of another rule, as its detector would report it now. */
async function find(stage: Stage, lineageId: string, values: Partial<Finding>) {
  const { deps } = stage.app;
  const now = deps.clock.now();
  const finding: Finding = {
    detectorId: 'cost-spike',
    lineageId,
    keyId: null,
    severity: 'medium',
    startedAt: now - minutes(10),
    observedUntil: now,
    costMicroUsd: 1_000_000,
    headline: ['spending 6x its usual day'],
    reason: ['It was less before.'],
    evidence: {},
    dedupeKey: 'test',
    ...values,
  };
  const alert = await recordFinding(deps, finding);
  await stage.settle();
  await stage.playUntil(deps.clock.now() + minutes(1));
  return alert;
}

test('a window that is large enough keeps a whole burst quiet over a restart, and its end is told once', async () => {
  const before = await openNight({ provider: 'anthropic', overrides: { ids: systemIds }, closes: false });
  await before.playUntil(leakOf(before).startedAt - minutes(5));
  expect(await ask(before, 'U0ANA', '/keys expect staging-ci until 3h 5000 load test')).toContain(
    'staging-ci may spend $5,000 in all until',
  );
  const { untilAt } = present((await before.app.deps.store.read.holds.open())[0]);
  await before.playUntil(leakOf(before).startedAt + HOUR_MS);

  const stage = await restart(before, minutes(2));
  try {
    expect(await leakRoots(stage)).toEqual([]);
    expect(await ask(stage, 'U0ANA', '/keys quiet')).toMatch(/staging-ci was spending .+ @ana expected \$5,000 until/);
    expect(await ask(stage, 'U0ANA', '/keys show staging-ci')).toMatch(/Expected .+ of \$5,000 spent so far/);
    expect(told(stage, 'The window for staging-ci is over')).toBe(0);

    await stage.playUntil(untilAt + minutes(10));

    expect(told(stage, 'The window for staging-ci is over')).toBe(1);
    expect(await stage.app.deps.store.read.holds.open()).toEqual([]);
    expect(await stage.app.deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
  } finally {
    await stage.close();
  }
});

test('a window that is too small: the alert calls people and says whose word it goes beyond, who is told directly', async () => {
  const stage = await openNight({ provider: 'openai' });
  await stage.playUntil(leakOf(stage).startedAt - minutes(5));
  const slug = present(await stage.app.deps.store.read.lineages.get((await leakKey(stage)).lineageId)).slug;
  await ask(stage, 'U0ANA', `/keys expect ${slug} until 6h 30 nightly batch`);

  const message = await playToAlert(stage);
  await stage.playUntil(stage.clock.now() + minutes(1));

  const [root = '', ...thread] = threadTexts(stage, message);
  expect(root).toMatch(/That is more than what Ana Ruiz expected: \$\d+ of \$30 until/);
  expect(thread.join('\n')).toMatch(/expected \$30 until .+: \$\d+ is spent/);
  expect(told(stage, 'more than the $30 that you expected')).toBe(1);
  const called = stage.slack.workspace.notifications.filter(({ kind, ts }) => kind === 'mention' && ts === message.ts);
  expect(called.map(({ userId }) => userId)).toContain('U0ANA');
});

test('a muted rule is quiet until its end, and whoever muted it is told; only then the same calls people', async () => {
  const stage = await openNight({ provider: 'anthropic' });
  await stage.playUntil(leakOf(stage).startedAt - minutes(5));
  const answer = await ask(stage, 'U0ANA', '/keys mute staging-ci spend-accel 1h known batch');
  expect(answer).toContain('“Spend accelerates” is muted for staging-ci');
  const { untilAt } = present((await stage.app.deps.store.read.holds.open())[0]);

  await stage.playUntil(untilAt - 1);
  // Other rules may speak meanwhile: a day that is dear in all.
  expect((await stage.app.deps.store.read.alerts.unresolved()).flatMap(({ detectorIds }) => detectorIds)).not.toContain(
    'spend-acceleration',
  );
  await stage.playUntil(untilAt + minutes(12));

  expect(told(stage, '“Spend accelerates” is no longer muted for staging-ci')).toBe(1);
  const alert = present(
    (await stage.app.deps.store.read.alerts.unresolved()).find(({ detectorIds }) =>
      detectorIds.includes('spend-acceleration'),
    ),
  );
  expect(await leakRoots(stage)).toHaveLength(1);
  // It began when it began, not when it was told.
  expect(alert.startedAt).toBeLessThan(leakOf(stage).startedAt + minutes(10));
});

test('beyond the limit what calls nobody shares one message, also after a restart, and what gets worse leaves it', async () => {
  const before = await openNight({
    provider: 'anthropic',
    policy: 'alerts: { daily_messages: 1 }',
    overrides: { ids: systemIds },
    closes: false,
  });
  await before.playUntil(before.clock.now() + minutes(6));
  const lineages = (await before.app.deps.store.read.lineages.all())
    .filter(({ slug }) => slug !== 'staging-ci')
    .slice(0, 3);
  const ids = lineages.map(({ id }) => id);
  expect(ids).toHaveLength(3);
  for (const id of ids) await find(before, id, { severity: 'medium' });
  const rollUps = (stage: Stage) => channelTexts(stage).filter((text) => text.includes('of this day, which call'));
  expect(rollUps(before)).toHaveLength(1);
  expect(rollUps(before)[0]).toContain('and 2 more alerts of this day, which call nobody');

  const stage = await restart(before, minutes(1));
  try {
    await find(stage, present(ids[2]), { severity: 'critical', headline: ['spending 60x its usual day'] });

    expect(rollUps(stage)).toHaveLength(1);
    expect(rollUps(stage)[0]).toContain('and 1 more alert of this day, which calls nobody');
    const own = channelTexts(stage).filter((text) => text.includes('spending 60x its usual day'));
    expect(own).toHaveLength(1);
    expect(own[0]).toContain('@ana');
    expect(await stage.app.deps.store.read.outbox.counts()).toEqual({ waiting: 0, dead: 0 });
  } finally {
    await stage.close();
  }
});

test('what is only noted sends nothing; getting worse it is an alert at once, which began with what was noted', async () => {
  const stage = await openNight({ provider: 'anthropic' });
  await stage.playUntil(stage.clock.now() + minutes(6));
  const { lineageId } = await leakKey(stage);
  const texts = channelTexts(stage);
  const startedAt = stage.clock.now() - minutes(30);
  await find(stage, lineageId, { severity: 'info', startedAt, detectorId: 'billing-threshold' });
  expect(channelTexts(stage)).toEqual(texts);

  const alert = present(await find(stage, lineageId, { severity: 'critical' }));

  expect(alert.startedAt).toBe(startedAt);
  expect(await leakRoots(stage)).toHaveLength(1);
  expect(await ask(stage, 'U0ANA', '/keys quiet')).toContain(`told in KS-${alert.number}`);
});
