import { expect, test, vi } from 'vitest';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { Scenario } from '../../src/sandbox/world/index.ts';
import { present } from '../support/bench-deps.ts';
import {
  clickAndRead,
  leakOf,
  leakRoots,
  minutes,
  openNight,
  shortNight,
  submit,
  threadTexts,
} from './support/night.ts';

vi.setConfig({ testTimeout: 60_000 });

/** A key of production is stolen in the same night, and burns faster. */
const twoLeaks: Scenario = {
  ...shortNight,
  leaks: (provider) =>
    shortNight.leaks(provider).flatMap((leak) => [leak, { ...leak, keyName: 'prod-assistant', usdPerHour: 900 }]),
};

/** The keys that leak, staging first: what stands in the inventory, at the provider and in their alerts. */
async function leaking(stage: Stage) {
  const { keys, alerts, actions } = stage.app.deps.store.read;
  const all = await keys.all();
  const unresolved = await alerts.unresolved();
  return Promise.all(
    stage.world.leaks.map(async ({ keyId }) => {
      const key = present(all.find(({ providerKeyId }) => providerKeyId === keyId));
      return {
        truth: stage.world.stateOf(keyId),
        acts: (await actions.ofKey(key.id)).map(({ kind, requestedBy }) => `${kind} by ${requestedBy}`),
        alert: unresolved.find(({ lineageId }) => lineageId === key.lineageId),
      };
    }),
  );
}

test('policy suspends a critical staging key without a click, says so with Undo, and leaves production to people', async () => {
  const stage = await openNight({
    provider: 'anthropic',
    scenario: twoLeaks,
    policy: 'auto_contain: { enabled: true, above_usd: 60 }',
  });
  await stage.playUntil(leakOf(stage).startedAt + minutes(35));

  const [staging, production] = await leaking(stage);
  expect(staging).toMatchObject({ truth: 'inactive', acts: ['suspend by system:auto-contain'] });
  expect(staging?.alert?.state).toBe('contained');
  expect(production).toMatchObject({ truth: 'active', acts: [], alert: { state: 'open', severity: 'critical' } });
  expect(production?.alert?.lostMicroUsd).toBeGreaterThan(60_000_000);
  const message = present((await leakRoots(stage))[0]);
  const [root = '', ...replies] = threadTexts(stage, message);
  expect(root).toContain('[ Undo… ]');
  // Told to those who can take it back: the responder, and the owner of the key.
  expect(replies.filter((text) => text.includes('by itself'))).toEqual([
    expect.stringMatching(/@ana.*@dee|@dee.*@ana/),
  ]);

  await clickAndRead(stage, 'U0ANA', { ts: message.ts, actionId: 'key_restore' });
  const { errors } = await submit(stage, 'U0ANA', { reason: { value: 'that is our load test' } });
  expect(errors).toBeUndefined();
  await stage.playUntil(stage.clock.now() + minutes(15));

  // It burns on, and is not taken from the one who has decided.
  const [restored] = await leaking(stage);
  expect(restored?.truth).toBe('active');
  expect(restored?.acts.toSorted()).toEqual(['restore by slack:T0ACME/U0ANA', 'suspend by system:auto-contain']);
  expect(await stage.app.deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
});

test('nothing is suspended without a click where policy does not ask for it', async () => {
  const stage = await openNight({ provider: 'anthropic', scenario: twoLeaks });

  await stage.playUntil(leakOf(stage).startedAt + minutes(35));

  for (const { truth, acts, alert } of await leaking(stage)) {
    expect({ truth, acts, severity: alert?.severity }).toEqual({ truth: 'active', acts: [], severity: 'critical' });
    expect(alert?.lostMicroUsd).toBeGreaterThan(100_000_000);
  }
});
