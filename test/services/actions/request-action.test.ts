import { describe, expect, test } from 'vitest';
import { REASON_MAX } from '../../../src/services/actions/record-request.ts';
import { requestAction } from '../../../src/services/actions/request-action.ts';
import { type Bench, type BenchOptions, NOON, openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { faultyStore } from '../../support/faulty-store.ts';
import { alertOn } from '../../support/findings.ts';
import { ADA, ask, BOB } from '../../support/requests.ts';

async function benchWithKey(options: BenchOptions = {}, label = 'staging-ci'): Promise<Bench> {
  const bench = openBench(options);
  bench.provider.put(fakeKey('key_1', { label }));
  await bench.sync();
  return bench;
}

describe('a request', () => {
  test('becomes an action, an audit entry, an event and messages in one transaction, and nothing outside', async () => {
    const bench = await benchWithKey();
    const alert = await alertOn(bench, 'key_1');
    const woken: string[] = [];
    bench.store.onCommit('actions', () => woken.push('actions'));
    const calls = bench.provider.calls.length;

    const action = await ask(bench, 'key_1', { alertId: alert.id, reason: '  it leaked  ' });

    const { id: keyId } = await bench.keyOf('key_1');
    expect(action).toMatchObject({
      idempotencyKey: `suspend:${keyId}:1`,
      requestedBy: 'slack:T1/U0ADA',
      reason: 'it leaked',
      state: 'pending',
      attempts: 0,
      notBeforeAt: NOON,
    });
    expect(await bench.store.read.actions.due(NOON)).toEqual([action]);
    expect(bench.audit().at(-1)).toMatchObject({
      verb: 'key.suspend.requested',
      subject: keyId,
      actor: ADA,
      detail: { reason: 'it leaked' },
    });
    const [event] = await bench.store.read.alerts.events(alert.id);
    expect(event).toMatchObject({ kind: 'action_requested', actor: 'slack:T1/U0ADA' });
    expect(bench.outbox()).toEqual([`alert ${alert.id} pending`, `alert_event ${event?.id} pending`]);
    expect(woken).toEqual(['actions']);
    expect(bench.provider.calls).toHaveLength(calls);
  });

  test('that cannot be committed leaves nothing', async () => {
    const bench = await benchWithKey();
    const alert = await alertOn(bench, 'key_1');
    const before = { audit: bench.audit(), outbox: bench.outbox() };
    const faulty = faultyStore(bench.store);
    faulty.failWrites(1);

    const request = ask({ ...bench, deps: { ...bench.deps, store: faulty.store } }, 'key_1', { alertId: alert.id });

    await expect(request).rejects.toThrow('the disk is full');
    expect(await bench.store.read.actions.unfinished()).toEqual([]);
    expect(await bench.store.read.alerts.events(alert.id)).toEqual([]);
    expect({ audit: bench.audit(), outbox: bench.outbox() }).toEqual(before);
  });

  test('from a double click is one action, told once', async () => {
    const bench = await benchWithKey();
    const alert = await alertOn(bench, 'key_1');

    const [first, second] = await Promise.all([
      ask(bench, 'key_1', { alertId: alert.id }),
      ask(bench, 'key_1', { alertId: alert.id, actor: BOB, reason: 'me too' }),
    ]);

    expect(second).toEqual(first);
    expect(await bench.store.read.actions.unfinished()).toHaveLength(1);
    expect(bench.audit().filter(({ verb }) => verb === 'key.suspend.requested')).toHaveLength(1);
    expect(await bench.store.read.alerts.events(alert.id)).toHaveLength(1);
  });

  test('that failed can be asked again, by somebody else', async () => {
    const bench = await benchWithKey();
    const failed = await ask(bench, 'key_1');
    await bench.store.write((tx) => tx.actions.update({ ...failed, state: 'failed', attempts: 1, problem: 'no' }));
    bench.clock.jumpTo(NOON + 60_000);

    const again = await ask(bench, 'key_1', { actor: BOB, reason: 'now really' });

    expect(again).toMatchObject({
      id: failed.id,
      state: 'pending',
      requestedBy: 'slack:T1/U0BOB',
      reason: 'now really',
      requestedAt: NOON + 60_000,
      notBeforeAt: NOON + 60_000,
      problem: null,
    });
    expect(bench.audit().filter(({ verb }) => verb === 'key.suspend.requested')).toHaveLength(2);
  });

  test.each(['pending', 'running', 'verified'] as const)('for an action that is %s changes nothing', async (state) => {
    const bench = await benchWithKey();
    const standing = { ...(await ask(bench, 'key_1')), state };
    await bench.store.write((tx) => tx.actions.update(standing));
    const before = bench.audit().length;

    expect(await ask(bench, 'key_1', { actor: BOB })).toEqual(standing);
    expect(await bench.store.read.actions.get(standing.id)).toEqual(standing);
    expect(bench.audit()).toHaveLength(before);
  });
});

describe('a request is refused', () => {
  async function refused(bench: Bench, request: Promise<unknown>, expected: object): Promise<void> {
    const before = bench.audit().length;
    await expect(request).rejects.toMatchObject(expected);
    expect(await bench.store.read.actions.unfinished()).toEqual([]);
    expect(bench.audit()).toHaveLength(before);
  }

  test('for a state of the key that the person did not see, with what the key is now', async () => {
    const bench = await benchWithKey();
    bench.provider.change('key_1', { status: 'inactive' });
    await bench.sync();

    await refused(bench, ask(bench, 'key_1', { generation: 1 }), {
      code: 'conflict',
      publicMessage: expect.stringContaining('staging-ci is inactive now'),
    });
  });

  test('for an older generation although the status is the same again', async () => {
    const bench = await benchWithKey();
    for (const status of ['inactive', 'active'] as const) {
      bench.provider.change('key_1', { status });
      await bench.sync();
    }

    await refused(bench, ask(bench, 'key_1', { generation: 1 }), { code: 'conflict' });
  });

  test.each([
    ['restore', 'active'],
    ['suspend', 'inactive'],
    ['suspend', 'expired'],
    ['restore', 'archived'],
    ['revoke', 'archived'],
  ] as const)('for an act that makes no sense: %s of a key that is %s', async (kind, status) => {
    const bench = await benchWithKey();
    bench.provider.change('key_1', { status });
    await bench.sync();

    await refused(bench, ask(bench, 'key_1', { kind }), {
      code: 'conflict',
      publicMessage: expect.stringContaining(`is ${status} now`),
    });
  });

  test.each(['checkout-prod', 'checkout'])('without the typed slug for %s: production or unknown', async (label) => {
    const bench = await benchWithKey({}, label);

    for (const typedSlug of [null, '', 'check', `${label}-2`]) {
      await refused(bench, ask(bench, 'key_1', { typedSlug }), {
        code: 'invalid_input',
        publicMessage: expect.stringContaining(label),
      });
    }
    expect(await ask(bench, 'key_1', { typedSlug: ` ${label} ` })).toMatchObject({ state: 'pending' });
  });

  test('but not for a missing slug where the environment is neither, nor for a restoration', async () => {
    const bench = await benchWithKey({}, 'staging-ci');
    expect(await ask(bench, 'key_1', { typedSlug: null })).toMatchObject({ state: 'pending' });

    const production = await benchWithKey({}, 'checkout-prod');
    production.provider.change('key_1', { status: 'inactive' });
    await production.sync();
    expect(await ask(production, 'key_1', { kind: 'restore', typedSlug: null })).toMatchObject({ state: 'pending' });
  });

  test('for an admin key', async () => {
    const bench = await benchWithKey();
    bench.provider.change('key_1', { kind: 'admin' });
    await bench.sync();

    await refused(bench, ask(bench, 'key_1'), {
      publicMessage: expect.stringContaining('Admin keys are never stopped'),
    });
  });

  test('without a write key, and for an act that the provider does not have', async () => {
    const reading = await benchWithKey({ acts: [] });
    await refused(reading, ask(reading, 'key_1'), { publicMessage: expect.stringContaining('no right, or no way') });

    const final = await benchWithKey({ acts: ['revoke'] });
    await refused(final, ask(final, 'key_1'), { publicMessage: expect.stringContaining('no right, or no way') });
  });

  test('for a connection that is configured no more', async () => {
    const bench = await benchWithKey();
    bench.disconnect('fake');

    await refused(bench, ask(bench, 'key_1'), { code: 'invalid_input' });
  });

  test('for a key that nobody knows', async () => {
    const bench = await benchWithKey();

    await refused(bench, ask(bench, 'key_1', { keyId: 'key_0' }), { code: 'invalid_input' });
  });

  test('without a reason', async () => {
    const bench = await benchWithKey();

    await refused(bench, ask(bench, 'key_1', { reason: '  ' }), { publicMessage: expect.stringContaining('why') });
  });
});

describe('the reason', () => {
  test('is cut to what fits', async () => {
    const bench = await benchWithKey();

    expect((await ask(bench, 'key_1', { reason: 'x'.repeat(400) })).reason).toHaveLength(REASON_MAX);
  });

  test('loses the key that somebody pasted into it before it is stored anywhere', async () => {
    const bench = await benchWithKey();
    const pasted = `sk-ant-api03-${'a1B2'.repeat(20)}`;
    const alert = await alertOn(bench, 'key_1');
    const key = await bench.keyOf('key_1');

    const outcome = await requestAction(bench.deps, {
      actor: ADA,
      kind: 'suspend',
      keyId: key.id,
      generation: key.generation,
      alertId: alert.id,
      reason: `${pasted} is on GitHub`,
      typedSlug: null,
    });

    expect(outcome).toMatchObject({ kind: 'recorded', action: { reason: '[secret] is on GitHub' } });
    const events = await bench.store.read.alerts.events(alert.id);
    expect(JSON.stringify([bench.audit(), events])).not.toContain('a1B2');
  });
});
