import { describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../../src/domain/time.ts';
import { executeAction, runDueActions } from '../../../src/services/actions/execute-action.ts';
import { later, NOON } from '../../support/bench-deps.ts';
import { appliedBut, failing, ignored } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { actionIn, ask, benchWithKeys, events, runToTheEnd, verbs } from '../../support/requests.ts';

describe('an act', () => {
  test.each([
    ['suspend', 'active', 'inactive'],
    ['restore', 'inactive', 'active'],
    ['revoke', 'active', 'archived'],
    ['revoke', 'inactive', 'archived'],
  ] as const)('%s of a key that is %s is called once, read back and settled', async (kind, before, after) => {
    const bench = await benchWithKeys();
    bench.provider.change('key_1', { status: before });
    await bench.sync();
    const { generation, id } = await bench.keyOf('key_1');
    const action = await ask(bench, 'key_1', { kind });
    bench.provider.calls.length = 0;

    await runDueActions(bench.deps);

    expect(bench.provider.calls).toEqual([`${kind} key_1`, 'readKeyStatus key_1']);
    expect(await actionIn(bench, action)).toMatchObject({
      state: 'verified',
      attempts: 1,
      executedAt: NOON,
      verifiedAt: NOON,
      problem: null,
    });
    expect(await bench.keyOf('key_1')).toMatchObject({ status: after, generation: generation + 1, goneAt: null });
    expect(bench.audit().at(-1)).toMatchObject({
      verb: `key.${kind}.verified`,
      subject: id,
      detail: { status: after, requestedBy: 'slack:T1/U0ADA', attempts: 1 },
    });
  });

  test('is not carried out twice', async () => {
    const bench = await benchWithKeys();
    await ask(bench, 'key_1');

    await runDueActions(bench.deps);
    await runDueActions(bench.deps);

    expect(bench.provider.callsOf('suspend')).toHaveLength(1);
  });

  test('suspend, restore and suspend again are three', async () => {
    const bench = await benchWithKeys();

    for (const kind of ['suspend', 'restore', 'suspend'] as const) {
      await ask(bench, 'key_1', { kind });
      await runDueActions(bench.deps);
    }

    expect(bench.provider.effects).toEqual(['suspend key_1', 'restore key_1', 'suspend key_1']);
    const actions = await bench.store.read.actions.ofKey((await bench.keyOf('key_1')).id);
    expect(actions.map(({ state }) => state)).toEqual(['verified', 'verified', 'verified']);
    expect((await bench.keyOf('key_1')).generation).toBe(4);
  });

  test('is claimed by one of two that run it at the same moment, and by none once it is done', async () => {
    const bench = await benchWithKeys();
    const { id } = await ask(bench, 'key_1');
    bench.provider.calls.length = 0;

    await Promise.all([executeAction(bench.deps, id), executeAction(bench.deps, id)]);
    await executeAction(bench.deps, id);

    expect(bench.provider.calls).toEqual(['suspend key_1', 'readKeyStatus key_1']);
  });

  test('makes no provider call inside a transaction', async () => {
    const bench = await benchWithKeys();
    // The fake refuses every call made inside one; this shows that it would.
    const inside = bench.store.write(() =>
      bench.provider.port.readKeyStatus({ providerKeyId: 'key_1', scopeId: null }),
    );
    await expect(inside).rejects.toThrow('inside store.write');

    await ask(bench, 'key_1');
    await runDueActions(bench.deps);

    expect((await bench.keyOf('key_1')).status).toBe('inactive');
  });
});

describe('an act that does not succeed at once', () => {
  test.each(['provider_unavailable', 'provider_rate_limited', 'provider_outcome_unknown'] as const)(
    'is tried again after %s, later each time, and told once',
    async (code) => {
      const bench = await benchWithKeys();
      const alert = await alertOn(bench, 'key_1');
      const action = await ask(bench, 'key_1', { alertId: alert.id });
      bench.provider.script('suspend', failing(code), failing(code), failing(code));

      await runDueActions(bench.deps);
      expect(await actionIn(bench, action)).toMatchObject({
        state: 'pending',
        attempts: 1,
        notBeforeAt: NOON + 5 * SECOND_MS,
        problem: `The provider says ${code}.`,
      });

      const took = await runToTheEnd(bench);
      expect(took).toBe((5 + 10 + 20) * SECOND_MS);
      expect(await actionIn(bench, action)).toMatchObject({ state: 'verified', attempts: 4, problem: null });
      expect(await events(bench, alert.id)).toEqual(['action_requested', 'action_delayed', 'action_verified']);
      expect(verbs(bench).filter((verb) => verb === 'key.suspend.delayed')).toHaveLength(1);
    },
  );

  test('is not tried before its time', async () => {
    const bench = await benchWithKeys();
    const { id } = await ask(bench, 'key_1');
    bench.provider.script('suspend', failing('provider_unavailable'));
    await runDueActions(bench.deps);

    later(bench, 5 * SECOND_MS - 1);
    await runDueActions(bench.deps);
    await executeAction(bench.deps, id);

    expect(bench.provider.callsOf('suspend')).toHaveLength(1);
  });

  test('waits as long as the provider asks', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    bench.provider.script('suspend', failing('provider_rate_limited', { retryAfterMs: MINUTE_MS }));

    await runDueActions(bench.deps);

    expect((await actionIn(bench, action)).notBeforeAt).toBe(NOON + MINUTE_MS);
  });

  test('is read back first when its outcome is unknown: what was applied is not called again', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    bench.provider.script('suspend', appliedBut('provider_outcome_unknown'));

    await runToTheEnd(bench);

    expect(bench.provider.callsOf('suspend')).toHaveLength(1);
    expect(bench.provider.effects).toEqual(['suspend key_1']);
    expect(await actionIn(bench, action)).toMatchObject({ state: 'verified', attempts: 2 });
  });

  test('is called again when its outcome was unknown and nothing was applied', async () => {
    const bench = await benchWithKeys();
    await ask(bench, 'key_1');
    bench.provider.script('suspend', failing('provider_outcome_unknown'));

    await runToTheEnd(bench);

    expect(bench.provider.callsOf('suspend')).toHaveLength(2);
    expect(bench.provider.effects).toEqual(['suspend key_1']);
  });

  test('is tried again when the provider accepts it and the key still works', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    bench.provider.script('suspend', ignored);

    await runDueActions(bench.deps);
    expect(await actionIn(bench, action)).toMatchObject({
      state: 'pending',
      problem: 'The provider accepted it, but still shows the key as active.',
    });
    expect((await bench.keyOf('key_1')).status).toBe('active');

    await runToTheEnd(bench);
    expect((await bench.keyOf('key_1')).status).toBe('inactive');
  });

  test.each(['provider_unavailable', 'provider_auth'] as const)(
    'is not called a refusal when only the proof cannot be read: %s',
    async (code) => {
      const bench = await benchWithKeys();
      const action = await ask(bench, 'key_1');
      bench.provider.script('readKeyStatus', failing(code));

      await runDueActions(bench.deps);
      expect(await actionIn(bench, action)).toMatchObject({
        state: 'pending',
        problem: `The provider accepted it, but the key cannot be read back. The provider says ${code}.`,
      });

      await runToTheEnd(bench);
      expect(bench.provider.callsOf('suspend')).toHaveLength(1);
      expect((await actionIn(bench, action)).state).toBe('verified');
    },
  );
});

describe('a refusal', () => {
  test.each(['provider_denied', 'provider_rejected', 'provider_auth'] as const)(
    '(%s) ends the act with what a person may read',
    async (code) => {
      const bench = await benchWithKeys();
      const alert = await alertOn(bench, 'key_1');
      const action = await ask(bench, 'key_1', { alertId: alert.id });
      bench.provider.script('suspend', failing(code));

      await runToTheEnd(bench);

      expect(await actionIn(bench, action)).toMatchObject({ state: 'failed', problem: `The provider says ${code}.` });
      expect(await bench.keyOf('key_1')).toMatchObject({ status: 'active', generation: 1 });
      expect(await events(bench, alert.id)).toEqual(['action_requested', 'action_failed']);
      expect(verbs(bench).at(-1)).toBe('key.suspend.failed');
      expect((await bench.store.read.alerts.get(alert.id))?.state).toBe('open');
    },
  );

  test('can be asked again, and a delay after that is told again', async () => {
    const bench = await benchWithKeys();
    const alert = await alertOn(bench, 'key_1');
    bench.provider.script('suspend', failing('provider_denied'), failing('provider_unavailable'));
    await ask(bench, 'key_1', { alertId: alert.id });
    await runToTheEnd(bench);

    const action = await ask(bench, 'key_1', { alertId: alert.id });
    await runToTheEnd(bench);

    expect((await actionIn(bench, action)).state).toBe('verified');
    const told = ['action_requested', 'action_failed', 'action_requested', 'action_delayed', 'action_verified'];
    expect(await events(bench, alert.id)).toEqual(told);
  });

  test('hides what went wrong inside', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    bench.provider.script('suspend', { kind: 'fails', error: new TypeError('inner detail') });

    await runDueActions(bench.deps);

    expect(await actionIn(bench, action)).toMatchObject({
      state: 'failed',
      problem: expect.not.stringContaining('inner detail'),
    });
    expect(bench.logger.lines).toContainEqual(expect.stringContaining('inner detail'));
  });

  test('is what a lost right comes to: the connection has no write key any more', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    bench.disconnect('fake');
    bench.connect({ acts: [] });

    await runDueActions(bench.deps);

    expect(await actionIn(bench, action)).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('Use the provider’s console'),
    });
  });
});
