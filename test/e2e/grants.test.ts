import { expect, test, vi } from 'vitest';
import { leakWeekend, type Scenario } from '../../src/sandbox/world/index.ts';
import { present } from '../support/bench-deps.ts';
import {
  ask,
  clickAndRead,
  leakOf,
  minutes,
  openNight,
  person,
  playToAlert,
  submit,
  threadTexts,
} from './support/night.ts';

vi.setConfig({ testTimeout: 60_000 });

const MONTH_END = Date.UTC(2026, 10, 1);
const USD = 1_000_000;

/** The leak in the last hour of a month, so that a raise until the month ends is a short one. */
const lastHour: Scenario = {
  ...leakWeekend,
  startAt: MONTH_END - minutes(60),
  endsAt: MONTH_END + minutes(60),
  leaks: (provider) =>
    leakWeekend.leaks(provider).map(({ firstProbeAt: _, ...leak }) => ({
      ...leak,
      startedAt: MONTH_END - minutes(40),
      endsAt: MONTH_END + minutes(60),
    })),
};

/** Raises the provider's cap from $5,000 to $8,000 until the month ends, from the alert. */
async function raise(provider: 'openai' | 'anthropic') {
  const stage = await openNight({ provider, scenario: lastHour, anthropic: { spendLimits: 'on' } });
  const { scopeId } = present(stage.world.key(leakOf(stage).keyId));
  stage.world.setCap(scopeId, 5_000 * USD);
  const message = await playToAlert(stage);
  const page = await clickAndRead(stage, 'U0ANA', { ts: message.ts, actionId: 'cap_raise' });
  const slug = /^\*?Cap of (\S+?)\*? ·/m.exec(page)?.[1] ?? '';
  const confirm = page.includes('to confirm') ? { slug: { value: slug } } : {};
  const reason = { reason: { value: 'the launch needs it' } };
  const { errors } = await submit(stage, 'U0ANA', { ...reason, ...confirm, amount: { value: '8000' } });
  expect(errors).toBeUndefined();
  const cap = () => stage.world.capOf(scopeId);
  return { stage, message, scopeId, slug, cap };
}

test.each(['openai', 'anthropic'] as const)(
  'a cap that was raised until the month ends is what it was from that instant on, at %s, and people are told',
  async (provider) => {
    const { stage, message, slug, cap } = await raise(provider);
    await stage.playUntil(stage.clock.now() + minutes(2));
    expect(cap()?.microUsd).toBe(8_000 * USD);
    expect(await ask(stage, 'U0BEN', `/keys show ${slug}`)).toMatch(/raised to \$8,000 a month until .+ by @ana/);

    await stage.playUntil(MONTH_END - 1);
    expect(cap()?.microUsd).toBe(8_000 * USD);
    await stage.playUntil(MONTH_END + minutes(2));

    expect(cap()).toMatchObject({ microUsd: 5_000 * USD, setAt: MONTH_END });
    const told = threadTexts(stage, message).filter((text) => text.includes('is $5,000 a month again'));
    expect(told).toHaveLength(1);
    const direct = person(stage, 'U0ANA').directMessages();
    expect(direct.filter(({ text }) => text.includes('is $5,000 a month again'))).toHaveLength(1);
    expect(await ask(stage, 'U0BEN', `/keys show ${slug}`)).not.toContain('raised to $8,000');
    expect(await stage.app.deps.store.read.grants.open()).toEqual([]);
    expect(await stage.app.deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
  },
);

test('a cap that somebody changes at the provider meanwhile is left alone at the end, and people are told that', async () => {
  const { stage, message, scopeId, cap } = await raise('anthropic');
  await stage.playUntil(stage.clock.now() + minutes(2));
  const changedAt = stage.clock.now();
  stage.world.setCap(scopeId, 6_000 * USD);

  await stage.playUntil(MONTH_END + minutes(5));

  expect(cap()).toMatchObject({ microUsd: 6_000 * USD, setAt: changedAt });
  const told = threadTexts(stage, message).filter((text) =>
    text.includes('stays $6,000 a month: somebody has changed it'),
  );
  expect(told).toHaveLength(1);
  expect(threadTexts(stage, message).join('\n')).not.toContain('is $5,000 a month again');
  expect(await stage.app.deps.store.read.grants.open()).toEqual([]);
});
