import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { DAY_MS } from '../../../src/domain/time.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { requestLimitChange } from '../../../src/services/actions/request-limit-change.ts';
import { capControls } from '../../../src/services/limits/describe-scope.ts';
import { later, present } from '../../support/bench-deps.ts';
import { appliedBut, failing, fakeKey, held, ignored } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { askCap, benchWithLimits, common, knownOf } from '../../support/limits.ts';
import { limitsOf } from '../../support/records.ts';
import { actionIn, events, runToTheEnd, verbs } from '../../support/requests.ts';

const FROM = 500_000_000;
const TO = 100_000_000;

function capAt(monthlyMicroUsd: number | null) {
  return limitsOf({ spendLimit: { availability: 'available', monthlyMicroUsd, enforcing: null } });
}

describe('a change of a cap', () => {
  test('is read before, written, read after, and kept', async () => {
    const bench = await benchWithLimits();
    const action = await askCap(bench, { from: FROM, to: TO });

    await runDueActions(bench.deps);

    expect(bench.provider.calls).toEqual(['readLimits ws_1', `setSpendLimit ws_1 ${TO}`, 'readLimits ws_1']);
    expect(await actionIn(bench, action)).toMatchObject({ state: 'verified', attempts: 1, problem: null });
    expect(await knownOf(bench)).toMatchObject({ revision: 2, limits: { spendLimit: { monthlyMicroUsd: TO } } });
    expect(bench.audit().slice(-2)).toMatchObject([
      {
        verb: 'scope.set_spend_limit.requested',
        subject: 'fake:ws_1',
        detail: { from: '$500 a month', to: '$100 a month' },
      },
      {
        verb: 'scope.set_spend_limit.verified',
        subject: 'fake:ws_1',
        detail: { to: '$100 a month', requestedBy: 'slack:T1/U0ADA' },
      },
    ]);
    expect(await bench.keyOf('key_1')).toMatchObject({ status: 'active', generation: 1 });
  });

  test('can remove it', async () => {
    const bench = await benchWithLimits();
    await askCap(bench, { from: FROM, to: null });
    await runToTheEnd(bench);

    expect((await knownOf(bench))?.limits?.spendLimit.monthlyMicroUsd).toBeNull();
  });

  test('does nothing when the provider shows another cap than the person saw, and says both', async () => {
    const bench = await benchWithLimits();
    const action = await askCap(bench, { from: FROM, to: TO });
    bench.provider.limits.set('ws_1', capAt(300_000_000));

    await runToTheEnd(bench);

    expect(bench.provider.effects).toEqual([]);
    expect(await actionIn(bench, action)).toMatchObject({
      state: 'failed',
      problemCode: 'conflict',
      problem: expect.stringContaining('the cap was $500 a month when you asked and is $300 a month now'),
    });
    expect((await knownOf(bench))?.limits?.spendLimit.monthlyMicroUsd).toBe(300_000_000);
  });

  test('of two people at the same time is one, and the other is told', async () => {
    const bench = await benchWithLimits();
    const first = await askCap(bench, { from: FROM, to: TO });
    const second = await askCap(bench, { from: FROM, to: 2 * TO }, { on: 'key_2' });

    await runToTheEnd(bench);

    expect(bench.provider.effects).toEqual([`setSpendLimit ws_1 ${TO}`]);
    expect((await actionIn(bench, first)).state).toBe('verified');
    expect((await actionIn(bench, second)).problem).toContain('is $100 a month now');
  });

  test('does not pass another one of the scope between reading and writing', async () => {
    const bench = await benchWithLimits();
    await askCap(bench, { from: FROM, to: TO });
    await askCap(bench, { from: FROM, to: 2 * TO }, { on: 'key_2' });
    const gate = held();
    bench.provider.script('readLimits', gate.answer);

    const running = runDueActions(bench.deps);
    await gate.reached;
    await nextTurn();
    expect(bench.provider.calls).toEqual(['readLimits ws_1']);
    gate.release();
    await running;

    expect(bench.provider.effects).toEqual([`setSpendLimit ws_1 ${TO}`]);
  });

  test('asked twice is one, and one, another and the first again are three', async () => {
    const bench = await benchWithLimits();
    expect((await askCap(bench, { from: FROM, to: TO })).id).toBe((await askCap(bench, { from: FROM, to: TO })).id);
    await runToTheEnd(bench);
    await askCap(bench, { from: TO, to: FROM });
    await runToTheEnd(bench);
    await askCap(bench, { from: FROM, to: TO });
    await runToTheEnd(bench);

    expect(bench.provider.effects).toHaveLength(3);
  });

  test('with a lost answer is read back, not repeated', async () => {
    const bench = await benchWithLimits();
    const action = await askCap(bench, { from: FROM, to: TO });
    bench.provider.script('setSpendLimit', appliedBut('provider_outcome_unknown'));

    await runToTheEnd(bench);

    expect(bench.provider.callsOf('setSpendLimit')).toHaveLength(1);
    expect(await actionIn(bench, action)).toMatchObject({ state: 'verified', attempts: 2 });
  });

  test('that is accepted and does not show is tried again, and never called done', async () => {
    const bench = await benchWithLimits();
    const action = await askCap(bench, { from: FROM, to: TO });
    bench.provider.script('setSpendLimit', ignored);

    await runDueActions(bench.deps);

    expect(await actionIn(bench, action)).toMatchObject({
      state: 'pending',
      problem: 'The provider accepted it, but still shows the cap as $500 a month.',
    });
    await runToTheEnd(bench);
    expect((await actionIn(bench, action)).state).toBe('verified');
  });

  test.each(['provider_denied', 'not_supported'] as const)(
    'that the provider has not opened (%s) fails with the console, and is not offered for a day',
    async (code) => {
      const bench = await benchWithLimits();
      const key = await bench.keyOf('key_1');
      const controls = async () => capControls(bench.deps, key, present(await knownOf(bench)));
      expect((await controls()).canChange).toBe(true);
      const action = await askCap(bench, { from: FROM, to: TO });
      bench.provider.script('setSpendLimit', failing(code));

      await runToTheEnd(bench);

      expect(await actionIn(bench, action)).toMatchObject({
        state: 'failed',
        problem: `The provider says ${code}. In the console: https://console.test`,
      });
      expect(await controls()).toMatchObject({ canChange: false, consoleSteps: { url: 'https://console.test' } });
      later(bench, DAY_MS);
      expect((await controls()).canChange).toBe(true);
    },
  );

  test('that may not even be read fails before anything is written', async () => {
    const bench = await benchWithLimits();
    const action = await askCap(bench, { from: FROM, to: TO });
    const closed = { availability: 'not_enabled', monthlyMicroUsd: null, enforcing: null } as const;
    bench.provider.limits.set('ws_1', limitsOf({ spendLimit: closed }));

    await runToTheEnd(bench);

    expect(bench.provider.callsOf('setSpendLimit')).toEqual([]);
    expect((await actionIn(bench, action)).state).toBe('failed');
    expect(capControls(bench.deps, await bench.keyOf('key_1'), present(await knownOf(bench))).canChange).toBe(false);
  });

  test('is told in the alert’s thread, and contains nothing', async () => {
    const bench = await benchWithLimits();
    const alert = await alertOn(bench, 'key_1');
    await askCap(bench, { from: FROM, to: TO }, { alertId: alert.id });

    await runToTheEnd(bench);

    expect(await events(bench, alert.id)).toEqual(['action_requested', 'action_verified']);
    expect((await bench.store.read.alerts.get(alert.id))?.state).toBe('acknowledged');
  });
});

describe('a change of a cap is refused', () => {
  test.each([
    ['an amount that is no whole cents', { from: FROM, to: 10_001 }, 'whole cents'],
    ['no amount at all', { from: FROM, to: 0 }, 'smallest cap'],
    ['the cap that there is', { from: FROM, to: FROM }, 'is $500 a month already'],
    [
      'a cap that is not the one that stands',
      { from: TO, to: FROM },
      'was $100 a month when you looked and is $500 a month now',
    ],
  ])('for %s', async (_what, change, expected) => {
    const bench = await benchWithLimits();
    await expect(askCap(bench, change)).rejects.toMatchObject({ publicMessage: expect.stringContaining(expected) });
    expect(await bench.store.read.actions.unfinished()).toEqual([]);
  });

  test('for an admin key, for a key without a scope, and without the right', async () => {
    const bench = await benchWithLimits();
    bench.provider.put(fakeKey('admin', { kind: 'admin', scopeId: null }), fakeKey('loose', { scopeId: null }));
    await bench.sync();
    for (const on of ['admin', 'loose']) {
      await expect(askCap(bench, { from: FROM, to: TO }, { on })).rejects.toMatchObject({ code: 'invalid_input' });
    }
    const reading = await benchWithLimits({ extras: ['readLimits'] });
    await expect(askCap(reading, { from: FROM, to: TO })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('no right, or no way'),
    });
  });

  test('without the typed name when any key of the scope counts as production', async () => {
    const bench = await benchWithLimits();
    expect(await askCap(bench, { from: FROM, to: TO }, { typedSlug: null })).toMatchObject({ state: 'pending' });
    bench.provider.put(fakeKey('key_3', { label: 'checkout-prod' }));
    await bench.sync();

    await expect(askCap(bench, { from: FROM, to: 2 * TO }, { typedSlug: null })).rejects.toMatchObject({
      publicMessage: 'Type staging-ci exactly to confirm.',
    });
  });
});

describe('the other limits', () => {
  test('a rate limit is changed and proven the same way', async () => {
    const bench = await benchWithLimits();
    const limitId = 'rl_1#requests_per_minute';
    const action = await requestLimitChange(bench.deps, {
      ...(await common(bench, 'key_1')),
      kind: 'set_rate_limit',
      change: { limitId, from: 4_000, to: 1 },
    });
    await runToTheEnd(bench);

    expect(bench.provider.effects).toEqual([`setRateLimit ws_1 ${limitId} 1`]);
    expect((await actionIn(bench, action)).state).toBe('verified');
    expect(verbs(bench).at(-1)).toBe('scope.set_rate_limit.verified');
  });

  test('allowed models are changed and proven whatever their order, and a stale list does nothing', async () => {
    const bench = await benchWithLimits();
    const all = { mode: 'all', models: [] } as const;
    const some = { mode: 'allow', models: ['b', 'a'] } as const;
    const input = { ...(await common(bench, 'key_1')), kind: 'set_models' } as const;
    const action = await requestLimitChange(bench.deps, { ...input, change: { from: all, to: some } });
    await runToTheEnd(bench);
    expect((await actionIn(bench, action)).state).toBe('verified');

    const stale = await requestLimitChange(bench.deps, { ...input, change: { from: some, to: all } });
    bench.provider.limits.set('ws_1', limitsOf({ models: { availability: 'available', mode: 'deny', models: ['c'] } }));
    await runToTheEnd(bench);
    expect((await actionIn(bench, stale)).problem).toContain('was only b, a when you asked and is all but c now');
    expect(bench.provider.effects).toEqual(['setModelPermissions ws_1 allow b a']);
  });

  test('a limit that is not there is not invented', async () => {
    const bench = await benchWithLimits();
    const change = { limitId: 'rl_9#x', from: 1, to: 2 };

    await expect(
      requestLimitChange(bench.deps, { ...(await common(bench, 'key_1')), kind: 'set_rate_limit', change }),
    ).rejects.toMatchObject({ publicMessage: expect.stringContaining('is not known here') });
  });
});
