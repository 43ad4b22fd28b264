import { describe, expect, test } from 'vitest';
import type { Environment } from '../../../src/domain/key.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { describeAlert } from '../../../src/services/alerts/describe-alert.ts';
import { recordFinding } from '../../../src/services/alerts/record-finding.ts';
import { type Bench, later, present } from '../../support/bench-deps.ts';
import { failing } from '../../support/fake-provider.ts';
import { faultyStore } from '../../support/faulty-store.ts';
import { alertOn, findingOf } from '../../support/findings.ts';
import { ask, benchWithKeys, events, runToTheEnd, verbs } from '../../support/requests.ts';

const ON = 'auto_contain: { enabled: true, above_usd: 50 }';
const BURNING = { severity: 'critical', costMicroUsd: 50_000_001 } as const;

async function bench(policy = ON, options: Parameters<typeof benchWithKeys>[0] = {}): Promise<Bench> {
  return benchWithKeys({ policy, ...options });
}

async function actionsOf(on: Bench) {
  return on.store.read.actions.ofKey((await on.keyOf('key_1')).id);
}

describe('a critical loss above the amount of policy', () => {
  test('has the key suspended without a click, once, told in card and thread, with the way back', async () => {
    const on = await bench();
    const lineage = await on.lineageOf('key_1');
    await on.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: 'U0DEE' }));
    const { id } = await alertOn(on, 'key_1', BURNING);
    expect(await actionsOf(on)).toMatchObject([
      { kind: 'suspend', state: 'pending', alertId: id, requestedBy: 'system:auto-contain' },
    ]);
    await runDueActions(on.deps);
    await alertOn(on, 'key_1', BURNING);

    expect(on.provider.effects).toEqual(['suspend key_1']);
    expect(await actionsOf(on)).toMatchObject([{ state: 'confirmed' }]);
    expect(await events(on, id)).toEqual(['action_requested', 'action_confirmed']);
    const [asked, done] = await on.store.read.alerts.events(id);
    expect(asked?.detail).toMatchObject({ people: 'U0ADMIN U0DEE' });
    expect(done?.detail).toMatchObject({ undoGeneration: 2 });
    expect(verbs(on)).toContain('key.suspend.requested');
    const card = present(await describeAlert(on.deps, id));
    expect(card.acts).toContain('restore');
    expect(card.alert.state).toBe('contained');
  });

  test.each([
    ['off', '', BURNING],
    ['not critical', ON, { ...BURNING, severity: 'high' }],
    ['not above the amount', ON, { ...BURNING, costMicroUsd: 50_000_000 }],
  ] as const)('is left to people when it is %s', async (_what, policy, values) => {
    const on = await bench(policy);

    await alertOn(on, 'key_1', values);

    expect(await actionsOf(on)).toEqual([]);
  });

  test('is seen also when the loss grows past it', async () => {
    const on = await bench();
    await alertOn(on, 'key_1', { ...BURNING, costMicroUsd: 1 });
    later(on, 5 * MINUTE_MS);

    await alertOn(on, 'key_1', BURNING);

    expect(await actionsOf(on)).toHaveLength(1);
  });

  test.each([
    ['production', false],
    ['unknown', false],
    ['staging', true],
    ['development', true],
  ] as const)('in %s is stopped unless policy says otherwise: %s', async (environment, stops) => {
    const on = await bench();
    await setEnvironment(on, environment);

    await alertOn(on, 'key_1', BURNING);

    expect(await actionsOf(on)).toHaveLength(stops ? 1 : 0);
  });

  test('in production is stopped where policy names it', async () => {
    const on = await bench('auto_contain: { enabled: true, above_usd: 50, environments: [production] }');
    await setEnvironment(on, 'production');

    await alertOn(on, 'key_1', BURNING);

    expect(await actionsOf(on)).toHaveLength(1);
  });

  test('is never answered with what cannot be undone, or without the right', async () => {
    for (const options of [{ disable: 'irreversible' }, { acts: [] }, { acts: ['suspend', 'revoke'] }] as const) {
      const on = await bench(ON, options);
      await alertOn(on, 'key_1', BURNING);
      expect(await actionsOf(on)).toEqual([]);
    }
  });

  test('leaves admin keys alone', async () => {
    const on = await bench();
    on.provider.change('key_1', { kind: 'admin' });
    await on.sync();

    await alertOn(on, 'key_1', BURNING);

    expect(await actionsOf(on)).toEqual([]);
  });

  test('leaves alone what somebody has snoozed, until the snooze is over', async () => {
    const on = await bench();
    const alert = await alertOn(on, 'key_1', { ...BURNING, costMicroUsd: 1 });
    const snoozedUntil = on.clock.now() + 30 * MINUTE_MS;
    await on.store.write((tx) => tx.alerts.update({ ...alert, snoozedUntil }));

    later(on, 10 * MINUTE_MS);
    await alertOn(on, 'key_1', BURNING);
    expect(await actionsOf(on)).toEqual([]);
    later(on, 20 * MINUTE_MS);
    await alertOn(on, 'key_1', BURNING);

    expect(await actionsOf(on)).toHaveLength(1);
  });

  test('leaves test alerts alone', async () => {
    const on = await bench();
    const alert = await alertOn(on, 'key_1', { ...BURNING, costMicroUsd: 1 });
    await on.store.write((tx) => tx.alerts.update({ ...alert, testOf: 'U0ADA' }));

    await alertOn(on, 'key_1', BURNING);

    expect(await actionsOf(on)).toEqual([]);
  });

  test('leaves a key alone that a person has started again in this episode', async () => {
    const on = await bench();
    const { id } = await alertOn(on, 'key_1', BURNING);
    await runDueActions(on.deps);
    later(on, MINUTE_MS);
    await ask(on, 'key_1', { kind: 'restore', alertId: id });
    await runToTheEnd(on);
    later(on, 20 * MINUTE_MS);

    await alertOn(on, 'key_1', BURNING);
    await runDueActions(on.deps);

    expect((await on.keyOf('key_1')).status).toBe('active');
    expect(on.provider.effects).toEqual(['suspend key_1', 'restore key_1']);
  });

  test('leaves a key alone that people have stopped and started again themselves in this episode', async () => {
    const on = await bench();
    const { id } = await alertOn(on, 'key_1', { ...BURNING, costMicroUsd: 1 });
    for (const kind of ['suspend', 'restore'] as const) {
      later(on, MINUTE_MS);
      await ask(on, 'key_1', { kind, alertId: id });
      await runDueActions(on.deps);
    }

    await alertOn(on, 'key_1', BURNING);

    expect(await on.store.read.alerts.get(id)).toMatchObject({ state: 'acknowledged', severity: 'critical' });
    expect((await actionsOf(on)).map(({ requestedBy }) => requestedBy)).not.toContain('system:auto-contain');
  });

  test('does not hurry a suspension that a person has asked for and the provider refuses', async () => {
    const on = await bench();
    await ask(on, 'key_1');
    on.provider.script('suspend', failing('provider_denied'));
    await runDueActions(on.deps);
    const [before] = await actionsOf(on);

    await alertOn(on, 'key_1', BURNING);

    expect(await actionsOf(on)).toEqual([before]);
  });

  test('is decided in the transaction of the alert: without the one there is not the other', async () => {
    const on = await bench();
    const faulty = faultyStore(on.store);
    faulty.failWrites(1);
    const finding = await findingOf(on, 'key_1', BURNING);

    await expect(recordFinding({ ...on.deps, store: faulty.store }, finding)).rejects.toThrow('the disk is full');

    expect(await actionsOf(on)).toEqual([]);
    expect(await on.store.read.alerts.unresolved()).toEqual([]);
  });
});

async function setEnvironment(on: Bench, environment: Environment): Promise<void> {
  const lineage = await on.lineageOf('key_1');
  await on.store.write((tx) => tx.lineages.update({ ...lineage, environment }));
}
