import { describe, expect, test } from 'vitest';
import type { Environment, Lineage } from '../../../src/domain/key.ts';
import { DAY_MS, MINUTE_MS, nextMonthStart } from '../../../src/domain/time.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { enforceCaps } from '../../../src/services/limits/enforce-caps.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, later, NOON, present } from '../../support/bench-deps.ts';
import type { FakeUse } from '../../support/fake-provider.ts';
import { ask, benchWithKeys, events } from '../../support/requests.ts';

const DOLLAR = 1_000_000;
const RULE = "caps: { monthly: [{ match: '*', monthly_usd: 100, enforce: true }] }";

function spent(usd: number, at = NOON - 90 * MINUTE_MS): FakeUse {
  return { keyId: 'key_1', at, tokens: usd * DOLLAR };
}

async function bench(policy = RULE, more: Parameters<typeof benchWithKeys>[0] = {}): Promise<Bench> {
  const on = await benchWithKeys({ policy, ...more });
  await change(on, { environment: 'staging' });
  return on;
}

async function change(on: Bench, values: Partial<Lineage>): Promise<void> {
  const lineage = await on.lineageOf('key_1');
  await on.store.write((tx) => tx.lineages.update({ ...lineage, ...values, revision: lineage.revision + 1 }));
}

/** As after each poll. */
async function keepCaps(on: Bench): Promise<void> {
  await pollUsage(on.deps, on.provider.port);
  await enforceCaps(on.deps, on.provider.port);
  await runDueActions(on.deps);
}

async function suspensions(on: Bench) {
  const all = await on.store.read.actions.ofKey((await on.keyOf('key_1')).id);
  return all.filter(({ kind }) => kind === 'suspend');
}

async function restore(on: Bench): Promise<void> {
  await ask(on, 'key_1', { kind: 'restore' });
  await runDueActions(on.deps);
  expect((await on.keyOf('key_1')).status).toBe('active');
}

describe('a cap that policy enforces', () => {
  test('suspends the key at the whole of it, tells it in an alert with the way back and the raise, and once', async () => {
    const on = await bench();
    on.provider.use = [spent(100)];

    await keepCaps(on);
    await keepCaps(on);

    expect(on.provider.effects).toEqual(['suspend key_1']);
    const [alert] = await on.store.read.alerts.unresolved();
    expect(await events(on, present(alert).id)).toEqual(['action_requested', 'action_confirmed']);
    expect((await on.store.read.alerts.events(present(alert).id)).at(-1)?.detail).toMatchObject({
      undoGeneration: 2,
      atCap: true,
    });
    expect(await suspensions(on)).toMatchObject([
      { requestedBy: 'system:caps', reason: expect.stringContaining('100% of its own cap of $100 a month') },
    ]);
  });

  test('leaves the key alone a cent below', async () => {
    const on = await bench();
    on.provider.use = [spent(99.99)];

    await keepCaps(on);

    expect(await suspensions(on)).toEqual([]);
  });

  test.each([
    ['production', RULE, 0],
    ['unknown', RULE, 0],
    ['staging', RULE, 1],
    ['production', RULE.replace('enforce: true', 'enforce: true, environments: [production]'), 1],
    ['staging', RULE.replace(', enforce: true', ''), 0],
  ] as const)('in %s under %s is done %i times', async (environment: Environment, policy, times) => {
    const on = await bench(policy);
    await change(on, { environment });
    on.provider.use = [spent(500)];

    await keepCaps(on);

    expect(await suspensions(on)).toHaveLength(times);
  });

  test('is not enforced where the stop could not be taken back', async () => {
    const on = await bench(RULE, { disable: 'irreversible' });
    on.provider.use = [spent(500)];

    await keepCaps(on);

    expect(await suspensions(on)).toEqual([]);
  });

  test('is not done again in the month in which a person restored the key, and is in the next', async () => {
    const on = await bench();
    on.provider.use = [spent(120)];
    await keepCaps(on);
    await restore(on);
    on.provider.use = [spent(120), spent(50, NOON - 60 * MINUTE_MS)];
    later(on, 5 * MINUTE_MS);
    await keepCaps(on);
    expect(await suspensions(on)).toHaveLength(1);

    const next = nextMonthStart(NOON);
    on.clock.jumpTo(next + 2 * DAY_MS);
    on.provider.use = [spent(130, next + DAY_MS)];
    await keepCaps(on);

    expect(await suspensions(on)).toHaveLength(2);
  });

  test('holds although the key was restored this month before the cap was spent', async () => {
    const on = await bench();
    await ask(on, 'key_1');
    await runDueActions(on.deps);
    await restore(on);
    later(on, 60 * MINUTE_MS);
    on.provider.use = [spent(120, on.clock.now() - 20 * MINUTE_MS)];

    await keepCaps(on);

    expect((await suspensions(on)).map(({ requestedBy }) => requestedBy)).toContain('system:caps');
  });

  test('a cap that a person set goes before the amount of policy, and none is none', async () => {
    const on = await bench();
    await change(on, { capMicroUsd: 1_000 * DOLLAR, capSource: 'slack' });
    on.provider.use = [spent(500)];
    await keepCaps(on);
    await change(on, { capMicroUsd: null, capSource: 'slack' });
    await keepCaps(on);

    expect(await suspensions(on)).toEqual([]);
  });

  test('opens an alert of its own where no rule has told it: a key must not stop in silence', async () => {
    const on = await bench();
    on.provider.use = [spent(120)];

    await keepCaps(on);

    expect(await on.store.read.alerts.unresolved()).toMatchObject([{ severity: 'critical', state: 'contained' }]);
  });
});
