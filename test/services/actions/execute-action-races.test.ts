import { describe, expect, test } from 'vitest';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { NOON } from '../../support/bench-deps.ts';
import { failing, held } from '../../support/fake-provider.ts';
import { faultyStore } from '../../support/faulty-store.ts';
import { alertOn } from '../../support/findings.ts';
import { actionIn, ask, benchWithKeys, events, runToTheEnd, verbs } from '../../support/requests.ts';

describe('a key that somebody else has changed', () => {
  test('and that is not there any more counts as revoked', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1', { kind: 'revoke' });
    bench.provider.keys.delete('key_1');

    await runDueActions(bench.deps);

    expect((await actionIn(bench, action)).state).toBe('confirmed');
    expect(await bench.keyOf('key_1')).toMatchObject({ status: 'gone', generation: 2, goneAt: NOON });
  });

  test('and that is not there any more can never be restored', async () => {
    const bench = await benchWithKeys();
    bench.provider.change('key_1', { status: 'inactive' });
    await bench.sync();
    const action = await ask(bench, 'key_1', { kind: 'restore' });
    bench.provider.keys.delete('key_1');

    await runDueActions(bench.deps);

    expect(await actionIn(bench, action)).toMatchObject({
      state: 'pending',
      attempts: 1,
      problem: 'The provider says provider_not_found.',
    });
  });

  test('and that was stopped again is not started by a restoration that waited', async () => {
    const bench = await benchWithKeys();
    bench.provider.change('key_1', { status: 'inactive' });
    await bench.sync();
    const action = await ask(bench, 'key_1', { kind: 'restore' });
    bench.provider.script('restore', failing('provider_unavailable'));
    await runDueActions(bench.deps);

    for (const status of ['active', 'inactive'] as const) {
      bench.provider.change('key_1', { status });
      await bench.sync();
    }
    await runToTheEnd(bench);

    expect(bench.provider.effects).toEqual([]);
    expect(await actionIn(bench, action)).toMatchObject({
      state: 'failed',
      problem: 'The key has changed since and is inactive now. Ask again if it is still wanted.',
    });
  });

  test('and that was started again on purpose is not stopped by a suspension that waited', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    bench.provider.script('suspend', failing('provider_unavailable'));
    await runDueActions(bench.deps);

    for (const status of ['inactive', 'active'] as const) {
      bench.provider.change('key_1', { status });
      await bench.sync();
    }
    await runToTheEnd(bench);

    expect(bench.provider.effects).toEqual([]);
    expect((await actionIn(bench, action)).state).toBe('failed');
  });

  test('and that is stopped already proves a suspension that waited', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    bench.provider.script('suspend', failing('provider_unavailable'));
    await runDueActions(bench.deps);

    bench.provider.change('key_1', { status: 'inactive' });
    await bench.sync();
    await runToTheEnd(bench);

    expect(bench.provider.callsOf('suspend')).toHaveLength(1);
    expect((await actionIn(bench, action)).state).toBe('confirmed');
  });

  test('is revoked all the same: a suspension before it does not take the revocation back', async () => {
    const bench = await benchWithKeys();
    await ask(bench, 'key_1', { kind: 'suspend' });
    const revocation = await ask(bench, 'key_1', { kind: 'revoke' });

    await runToTheEnd(bench);

    expect(bench.provider.effects).toEqual(['suspend key_1', 'revoke key_1']);
    expect((await actionIn(bench, revocation)).state).toBe('confirmed');
  });
});

describe('a crash', () => {
  test.each([
    ['before the call', 0],
    ['between the call and its record', 1],
  ])('%s leads to exactly one change', async (_when, skipped) => {
    const bench = await benchWithKeys();
    const alert = await alertOn(bench, 'key_1');
    const action = await ask(bench, 'key_1', { alertId: alert.id });
    const faulty = faultyStore(bench.store);
    // The first transaction releases what an earlier run left, the second claims, the third settles.
    faulty.failWrites(1, { skipped: skipped + 1 });

    await expect(runDueActions({ ...bench.deps, store: faulty.store })).rejects.toThrow('the disk is full');
    expect(await actionIn(bench, action)).toMatchObject({ state: skipped === 0 ? 'pending' : 'running' });
    await bench.store.write((tx) => tx.actions.releaseRunning());
    await runDueActions(bench.deps);

    expect(bench.provider.callsOf('suspend')).toHaveLength(1);
    expect(bench.provider.effects).toEqual(['suspend key_1']);
    expect((await actionIn(bench, action)).state).toBe('confirmed');
    expect(await events(bench, alert.id)).toEqual(['action_requested', 'action_confirmed']);
    expect(verbs(bench).filter((verb) => verb === 'key.suspend.confirmed')).toHaveLength(1);
  });

  test('of one transaction needs no restart: the next run takes the action up again', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    const faulty = faultyStore(bench.store);
    const deps = { ...bench.deps, store: faulty.store };
    faulty.failWrites(1, { skipped: 2 });
    await expect(runDueActions(deps)).rejects.toThrow('the disk is full');

    await runDueActions(deps);

    expect(bench.provider.callsOf('suspend')).toHaveLength(1);
    expect((await actionIn(bench, action)).state).toBe('confirmed');
  });

  test('of one action does not hold up the ones behind it', async () => {
    const bench = await benchWithKeys();
    await ask(bench, 'key_1');
    const second = await ask(bench, 'key_2');
    const faulty = faultyStore(bench.store);
    faulty.failWrites(1, { skipped: 1 });

    await expect(runDueActions({ ...bench.deps, store: faulty.store })).rejects.toThrow('the disk is full');

    expect((await actionIn(bench, second)).state).toBe('confirmed');
  });

  test('of the process while a call is on its way: the late answer changes nothing of what the next one wrote', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    const gate = held();
    bench.provider.script('suspend', gate.answer);

    const first = runDueActions(bench.deps);
    await gate.reached;
    await runDueActions(bench.deps);
    const settled = await actionIn(bench, action);
    gate.release();
    await first;

    expect(settled).toMatchObject({ state: 'confirmed', attempts: 2 });
    expect(await actionIn(bench, action)).toEqual(settled);
    expect(verbs(bench).filter((verb) => verb === 'key.suspend.confirmed')).toHaveLength(1);
  });

  test('of the process while a call is on its way: the late answer does not settle what the next one has in hand', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    const [call, lookBack] = [held(), held()];
    bench.provider.script('suspend', call.answer);
    bench.provider.script('readKeyStatus', lookBack.answer);

    const first = runDueActions(bench.deps);
    await call.reached;
    const second = runDueActions(bench.deps);
    await lookBack.reached;
    call.release();
    await first;
    expect(await actionIn(bench, action)).toMatchObject({ state: 'running', attempts: 2 });
    lookBack.release();
    await second;

    expect(bench.provider.effects).toEqual(['suspend key_1']);
    expect(await actionIn(bench, action)).toMatchObject({ state: 'confirmed', attempts: 2 });
    expect(verbs(bench).filter((verb) => verb === 'key.suspend.confirmed')).toHaveLength(1);
  });
});

test('a provider that does not answer for one key does not keep another one alive', async () => {
  const bench = await benchWithKeys();
  const gate = held();
  bench.provider.script('suspend', gate.answer);
  const stuck = await ask(bench, 'key_1');
  const urgent = await ask(bench, 'key_2');

  const running = runDueActions(bench.deps);
  await gate.reached;
  while ((await actionIn(bench, urgent)).state !== 'confirmed') await new Promise((resolve) => setImmediate(resolve));

  expect((await actionIn(bench, stuck)).state).toBe('running');
  gate.release();
  await running;
  expect((await actionIn(bench, stuck)).state).toBe('confirmed');
});
