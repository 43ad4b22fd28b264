import { describe, expect, test } from 'vitest';
import type { KeyStatus } from '../../../src/domain/key.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { acknowledgeAlert } from '../../../src/services/alerts/acknowledge-alert.ts';
import { describeAlert, possibleActs } from '../../../src/services/alerts/describe-alert.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, type BenchOptions, NOON, openBench, present } from '../../support/bench-deps.ts';
import { failing, fakeKey, fakeScope } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { ADA, ask } from '../../support/requests.ts';

async function alertedBench(options: BenchOptions = {}): Promise<{ bench: Bench; alertId: string }> {
  const bench = openBench(options);
  bench.provider.scopes = [fakeScope('ws_1', 'Kitchen')];
  bench.provider.put(fakeKey('key_1', { label: 'staging-ci' }));
  await bench.sync();
  const { id } = await alertOn(bench, 'key_1');
  return { bench, alertId: id };
}

async function cardOf({ bench, alertId }: { bench: Bench; alertId: string }) {
  return present(await describeAlert(bench.deps, alertId));
}

async function withStatus(bench: Bench, status: KeyStatus): Promise<void> {
  const key = await bench.keyOf('key_1');
  await bench.store.write((tx) => tx.keys.update({ ...key, status }));
}

describe('the acts that are possible', () => {
  const ALL = ['suspend', 'restore', 'revoke'] as const;
  test.each([
    [ALL, 'active', ['suspend', 'revoke']],
    [ALL, 'inactive', ['restore', 'revoke']],
    [ALL, 'archived', []],
    [ALL, 'expired', []],
    [ALL, 'gone', []],
    [['revoke'], 'active', ['revoke']],
    [['suspend', 'restore'], 'active', ['suspend']],
    [['suspend', 'restore'], 'inactive', ['restore']],
    [[], 'active', []],
  ] as const)('with %j on a key that is %s are %j', async (acts, status, expected) => {
    const given = await alertedBench({ acts });
    await withStatus(given.bench, status);

    expect((await cardOf(given)).acts).toEqual(expected);
  });

  test('on an admin key are none', async () => {
    const { bench } = await alertedBench();
    const key = await bench.keyOf('key_1');

    expect(possibleActs(bench.deps, { ...key, kind: 'admin' })).toEqual([]);
  });
});

describe('the steps for the console', () => {
  test.each([
    ['reversible', 'suspend key_1'],
    ['irreversible', 'revoke key_1'],
    ['none', 'revoke key_1'],
  ] as const)('without a write key are those of the mildest way to stop (%s)', async (disable, step) => {
    const card = await cardOf(await alertedBench({ acts: [], disable }));

    expect(card.consoleSteps).toEqual({ url: 'https://console.test', steps: [step] });
  });

  test('are left out where a button does it', async () => {
    expect((await cardOf(await alertedBench())).consoleSteps).toBeNull();
  });
});

describe('the card', () => {
  test('names the provider, the scope, the key and what it can do', async () => {
    const card = await cardOf(await alertedBench({ title: 'Fake AI' }));

    expect(card).toMatchObject({
      providerTitle: 'Fake AI',
      scopeName: 'Kitchen',
      key: { providerKeyId: 'key_1' },
      lineage: { slug: 'staging-ci' },
      capabilities: { disable: 'reversible' },
      lastAction: null,
      events: [],
      blind: null,
    });
  });

  test('never borrows the name of another provider’s scope', async () => {
    const { bench, alertId } = await alertedBench();
    const rival = bench.connect({ id: 'rival' });
    rival.scopes = [fakeScope('ws_1', 'Garden')];
    await bench.sync(rival);

    expect((await cardOf({ bench, alertId })).scopeName).toBe('Kitchen');
  });

  test('of a finding that blames no key shows the newest key of the lineage', async () => {
    const { bench, alertId } = await alertedBench();
    const alert = present(await bench.store.read.alerts.get(alertId));
    await bench.store.write((tx) => tx.alerts.update({ ...alert, keyId: null }));

    expect((await cardOf({ bench, alertId })).key?.providerKeyId).toBe('key_1');
  });

  test('of a connection that is configured no more still stands, without acts', async () => {
    const { bench, alertId } = await alertedBench();
    bench.disconnect('fake');

    expect(await cardOf({ bench, alertId })).toMatchObject({
      providerTitle: 'fake',
      acts: [],
      consoleSteps: null,
      capabilities: null,
    });
  });

  test('tells since when usage cannot be read, and stops telling it', async () => {
    const { bench, alertId } = await alertedBench();
    bench.provider.script('readUsage', failing('provider_auth'));
    await pollUsage(bench.deps, bench.provider.port);
    expect((await cardOf({ bench, alertId })).blind).toMatchObject({
      failingSince: NOON,
      problem: 'The provider says provider_auth.',
    });

    await pollUsage(bench.deps, bench.provider.port);
    expect((await cardOf({ bench, alertId })).blind).toBeNull();
  });

  test('shows the act that was asked for last, also when it is an older one taken up again', async () => {
    const { bench, alertId } = await alertedBench();
    bench.provider.script('suspend', failing('provider_denied'), failing('provider_denied'));
    bench.provider.script('revoke', failing('provider_denied'));
    for (const kind of ['suspend', 'revoke'] as const) {
      await ask(bench, 'key_1', { alertId, kind });
      await runDueActions(bench.deps);
      bench.clock.jumpTo(bench.clock.now() + MINUTE_MS);
    }
    expect((await cardOf({ bench, alertId })).lastAction).toMatchObject({ kind: 'revoke', state: 'pending' });

    await ask(bench, 'key_1', { alertId, kind: 'suspend' });

    expect((await cardOf({ bench, alertId })).lastAction).toMatchObject({ kind: 'suspend', state: 'pending' });
  });

  test('has the whole history, in order', async () => {
    const { bench, alertId } = await alertedBench();
    await acknowledgeAlert(bench.deps, { actor: ADA, alertId });
    await ask(bench, 'key_1', { alertId });
    await runDueActions(bench.deps);

    const { events } = await cardOf({ bench, alertId });

    expect(events.map(({ kind }) => kind)).toEqual(['acknowledged', 'action_requested', 'action_confirmed']);
  });

  test('of an alert that is not there is nothing', async () => {
    const { bench } = await alertedBench();

    expect(await describeAlert(bench.deps, 'alert_0')).toBeUndefined();
  });
});
