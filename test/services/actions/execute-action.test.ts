import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/domain/time.ts';
import { executeAction, runDueActions } from '../../../src/services/actions/execute-action.ts';
import { later, NOON } from '../../support/bench-deps.ts';
import { appliedBut, failing, ignored } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { actionIn, ask, benchWithKeys, events, runToTheEnd, sendAll, verbs } from '../../support/requests.ts';

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
    const proof = kind === 'restore' ? 'verified' : 'confirmed';
    expect(await actionIn(bench, action)).toMatchObject({
      state: proof,
      attempts: 1,
      executedAt: NOON,
      confirmedAt: NOON,
      verifiedAt: kind === 'restore' ? NOON : null,
      problem: null,
    });
    expect(await bench.keyOf('key_1')).toMatchObject({ status: after, generation: generation + 1, goneAt: null });
    expect(bench.audit().at(-1)).toMatchObject({
      verb: `key.${kind}.${proof}`,
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
    expect(actions.map(({ state }) => state)).toEqual(['confirmed', 'verified', 'confirmed']);
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
      expect(await actionIn(bench, action)).toMatchObject({ state: 'confirmed', attempts: 4, problem: null });
      expect(await events(bench, alert.id)).toEqual(['action_requested', 'action_delayed', 'action_confirmed']);
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
    expect(await actionIn(bench, action)).toMatchObject({ state: 'confirmed', attempts: 2 });
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
      expect((await actionIn(bench, action)).state).toBe('confirmed');
    },
  );
});

describe('a refusal', () => {
  test.each(['provider_denied', 'provider_rejected', 'provider_auth', 'not_supported'] as const)(
    '(%s) stays pending with what a person may read, is told once and tried again, up to an hour apart',
    async (code) => {
      const bench = await benchWithKeys();
      const alert = await alertOn(bench, 'key_1');
      const action = await ask(bench, 'key_1', { alertId: alert.id });
      bench.provider.script('suspend', ...Array.from({ length: 14 }, () => failing(code)));
      const waits: number[] = [];

      for (let tries = 0; tries < 12; tries += 1) {
        await runDueActions(bench.deps);
        const { notBeforeAt } = await actionIn(bench, action);
        waits.push((notBeforeAt - bench.clock.now()) / SECOND_MS);
        bench.clock.jumpTo(notBeforeAt);
      }

      expect(waits.slice(0, 3)).toEqual([5, 10, 20]);
      expect(waits.slice(-2)).toEqual([3600, 3600]);
      expect(await actionIn(bench, action)).toMatchObject({ state: 'pending', attempts: 12 });
      expect(await bench.keyOf('key_1')).toMatchObject({ status: 'active', generation: 1 });
      expect(await events(bench, alert.id)).toEqual(['action_requested', 'action_refused']);
      expect(verbs(bench).filter((verb) => verb === 'key.suspend.refused')).toHaveLength(1);
      expect((await bench.store.read.alerts.get(alert.id))?.state).toBe('acknowledged');
    },
  );

  test('waits as long as the provider asks', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    bench.provider.script('suspend', failing('provider_denied', { retryAfterMs: 2 * HOUR_MS }));

    await runDueActions(bench.deps);

    expect((await actionIn(bench, action)).notBeforeAt).toBe(NOON + 2 * HOUR_MS);
  });

  test('after a delay is told as well, and a delay after it is not', async () => {
    const bench = await benchWithKeys();
    const alert = await alertOn(bench, 'key_1');
    bench.provider.script(
      'suspend',
      failing('provider_unavailable'),
      failing('provider_denied'),
      failing('provider_unavailable'),
    );
    const action = await ask(bench, 'key_1', { alertId: alert.id });

    await runToTheEnd(bench);

    expect((await actionIn(bench, action)).state).toBe('confirmed');
    const told = ['action_requested', 'action_delayed', 'action_refused', 'action_confirmed'];
    expect(await events(bench, alert.id)).toEqual(told);
  });

  test('whose reason changes changes the card, and adds nothing to the thread', async () => {
    const bench = await benchWithKeys();
    const alert = await alertOn(bench, 'key_1');
    await ask(bench, 'key_1', { alertId: alert.id });
    bench.provider.script('suspend', failing('provider_denied'), failing('provider_rejected'));
    await runDueActions(bench.deps);
    await sendAll(bench);

    later(bench, 5 * SECOND_MS);
    await runDueActions(bench.deps);

    expect(bench.outbox().filter((row) => row.endsWith('pending'))).toEqual([`alert ${alert.id} pending`]);
  });

  test('that is asked again is tried at once: somebody may have seen to it', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    bench.provider.script('suspend', failing('provider_denied'));
    await runDueActions(bench.deps);

    const again = await ask(bench, 'key_1');
    await runDueActions(bench.deps);

    expect(again.id).toBe(action.id);
    expect(await actionIn(bench, action)).toMatchObject({ state: 'confirmed', attempts: 2 });
    expect(bench.clock.now()).toBe(NOON);
  });

  test('is over when somebody stops the key in the console: the next read proves it, without a call', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    bench.provider.script('suspend', failing('provider_denied'));
    await runDueActions(bench.deps);

    bench.provider.change('key_1', { status: 'inactive' });
    await runToTheEnd(bench);

    expect(bench.provider.callsOf('suspend')).toHaveLength(1);
    expect((await actionIn(bench, action)).state).toBe('confirmed');
    expect((await bench.keyOf('key_1')).status).toBe('inactive');
  });

  test('hides what went wrong inside', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    bench.provider.script('suspend', { kind: 'fails', error: new TypeError('inner detail') });

    await runDueActions(bench.deps);

    expect(await actionIn(bench, action)).toMatchObject({
      state: 'pending',
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
      state: 'pending',
      problem: expect.stringContaining('Use the provider’s console'),
    });
  });
});
