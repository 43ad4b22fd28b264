import { describe, expect, test } from 'vitest';
import type { Action } from '../../../src/domain/action.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { pollUsageJob } from '../../../src/scheduler/jobs/poll-usage.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { type Bench, later, NOON } from '../../support/bench-deps.ts';
import { failing, fakeKey } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { actionIn, ask, benchWithKeys, events, runToTheEnd, verbs } from '../../support/requests.ts';

/** A stop at noon, with an alert, and another key of the connection that is in steady use. */
async function stopped(values: Parameters<typeof ask>[2] = {}): Promise<{ bench: Bench; action: Action; id: string }> {
  const bench = await benchWithKeys();
  const { id } = await alertOn(bench, 'key_1');
  for (let minute = -60; minute < 240; minute += 1) use(bench, 'key_2', NOON + minute * MINUTE_MS, 1);
  const action = await ask(bench, 'key_1', { alertId: id, ...values });
  await runDueActions(bench.deps);
  return { bench, action, id };
}

function use(bench: Bench, keyId: string, at: number, tokens = 1_000): void {
  bench.provider.use.push({ keyId, at, tokens });
}

async function pollUntil(bench: Bench, at: number): Promise<void> {
  while (bench.clock.now() < at) {
    later(bench, 5 * MINUTE_MS);
    await pollUsageJob.run(bench.deps);
  }
}

const alertIn = (bench: Bench, id: string) => bench.store.read.alerts.get(id);

describe('a stop', () => {
  test.each(['suspend', 'revoke'] as const)(
    'is contained when the provider shows it, and verified by complete usage that stays zero: %s',
    async (kind) => {
      const { bench, action, id } = await stopped({ kind });
      expect(await actionIn(bench, action)).toMatchObject({ state: 'confirmed', confirmedAt: NOON, verifiedAt: null });
      expect(await alertIn(bench, id)).toMatchObject({ state: 'contained' });

      // Complete is what is older than a quarter of an hour: grace, a quarter of silence, a quarter of lateness.
      await pollUntil(bench, NOON + 35 * MINUTE_MS);
      expect((await actionIn(bench, action)).state).toBe('confirmed');
      await pollUntil(bench, NOON + 40 * MINUTE_MS);

      expect(await actionIn(bench, action)).toMatchObject({
        state: 'verified',
        confirmedAt: NOON,
        verifiedAt: NOON + 40 * MINUTE_MS,
        checkedUntil: NOON + 25 * MINUTE_MS,
        usedAfterMicroUsd: null,
      });
      expect(await events(bench, id)).toEqual(['action_requested', 'action_confirmed', 'action_verified']);
      expect(verbs(bench).slice(-1)).toEqual([`key.${kind}.verified`]);
      expect(await alertIn(bench, id)).toMatchObject({ state: 'contained' });
    },
  );

  test('is not proven by usage that is only late: where nothing new is shown, it waits for an hour of it', async () => {
    const { bench, action } = await stopped();
    bench.provider.use.length = 0;
    use(bench, 'key_2', NOON - MINUTE_MS, 1);

    await pollUntil(bench, NOON + 80 * MINUTE_MS);
    expect((await actionIn(bench, action)).state).toBe('confirmed');
    await pollUntil(bench, NOON + 90 * MINUTE_MS);

    expect((await actionIn(bench, action)).state).toBe('verified');
  });

  test('is not proven while usage cannot be read', async () => {
    const { bench, action } = await stopped();
    bench.provider.script('readUsage', ...Array.from({ length: 200 }, () => failing('provider_unavailable')));

    await pollUntil(bench, NOON + 2 * HOUR_MS);

    expect((await actionIn(bench, action)).state).toBe('confirmed');
  });

  test('is not spoken against by usage from before, or within the grace, however late it shows', async () => {
    const { bench, action, id } = await stopped();
    await pollUntil(bench, NOON + 15 * MINUTE_MS);
    use(bench, 'key_1', NOON - MINUTE_MS);
    use(bench, 'key_1', NOON + 9 * MINUTE_MS);

    await pollUntil(bench, NOON + HOUR_MS);

    expect((await actionIn(bench, action)).state).toBe('verified');
    expect(await alertIn(bench, id)).toMatchObject({ state: 'contained' });
  });

  test('of an account is proven when none of its keys is used', async () => {
    const bench = await benchWithKeys();
    const keys = [await bench.keyOf('key_1'), await bench.keyOf('key_2')];
    await bench.store.write(async (tx) => {
      for (const key of keys) await tx.keys.update({ ...key, status: 'gone' });
      const params = { ownerId: 'svc_1', keyIds: keys.map(({ id }) => id) };
      await tx.actions.insert({ ...confirmedAction(keys[0]?.id ?? ''), kind: 'delete_owner', params });
    });
    use(bench, 'key_2', NOON + 11 * MINUTE_MS);

    later(bench, 15 * MINUTE_MS);
    await pollUsageJob.run(bench.deps);

    expect(await bench.store.read.actions.get('act_own')).toMatchObject({ state: 'pending', usedAfterMicroUsd: 1_000 });
  });
});

describe('usage after a stop', () => {
  test('is said at once with how much, opens the alert again, and never passes for proof', async () => {
    const { bench, action, id } = await stopped();
    use(bench, 'key_1', NOON + 11 * MINUTE_MS, 3_120_000);

    await pollUntil(bench, NOON + 15 * MINUTE_MS);

    expect(await actionIn(bench, action)).toMatchObject({ state: 'pending', usedAfterMicroUsd: 3_120_000 });
    const alert = await alertIn(bench, id);
    expect(alert).toMatchObject({ state: 'open', containedAt: null });
    expect(JSON.stringify(alert?.reason)).toContain('3120000');
    expect(await events(bench, id)).toEqual(expect.arrayContaining(['reopened', 'action_used_after']));
    expect(verbs(bench)).toContain('key.suspend.used_after');
  });

  test('is opened as an alert where there was none', async () => {
    const bench = await benchWithKeys();
    const action = await ask(bench, 'key_1');
    await runDueActions(bench.deps);
    use(bench, 'key_1', NOON + 11 * MINUTE_MS);

    await pollUntil(bench, NOON + 15 * MINUTE_MS);

    expect(await bench.store.read.alerts.unresolved()).toMatchObject([
      { state: 'open', severity: 'critical', keyId: action.keyId, detectorIds: ['dead-key-used'] },
    ]);
  });

  test('has the key read again: where it still shows as stopped nothing is called, and the alert stays open', async () => {
    const { bench, action, id } = await stopped();
    use(bench, 'key_1', NOON + 11 * MINUTE_MS);
    await pollUntil(bench, NOON + 15 * MINUTE_MS);

    await runDueActions(bench.deps);

    expect(bench.provider.callsOf('suspend')).toHaveLength(1);
    expect(await actionIn(bench, action)).toMatchObject({
      state: 'confirmed',
      executedAt: NOON,
      confirmedAt: NOON + 15 * MINUTE_MS,
      usedAfterMicroUsd: 1_000,
    });
    expect(await alertIn(bench, id)).toMatchObject({ state: 'open' });

    await pollUntil(bench, NOON + HOUR_MS);
    expect(await actionIn(bench, action)).toMatchObject({ state: 'verified' });
    expect(await alertIn(bench, id)).toMatchObject({ state: 'contained' });
  });

  test('has the key stopped again where the provider shows it as active', async () => {
    const { bench, action, id } = await stopped();
    bench.provider.change('key_1', { status: 'active' });
    use(bench, 'key_1', NOON + 11 * MINUTE_MS);
    await pollUntil(bench, NOON + 15 * MINUTE_MS);

    await runToTheEnd(bench);

    expect(bench.provider.callsOf('suspend')).toHaveLength(2);
    expect(await actionIn(bench, action)).toMatchObject({
      state: 'confirmed',
      executedAt: NOON + 15 * MINUTE_MS,
      usedAfterMicroUsd: null,
    });
    expect(await alertIn(bench, id)).toMatchObject({ state: 'contained' });
  });

  test('that goes on is told once in the thread and summed up in the act', async () => {
    const { bench, action, id } = await stopped();
    for (let minute = 11; minute < 90; minute += 1) use(bench, 'key_1', NOON + minute * MINUTE_MS);

    for (let round = 0; round < 16; round += 1) {
      await pollUntil(bench, bench.clock.now() + 5 * MINUTE_MS);
      await runDueActions(bench.deps);
    }

    expect((await events(bench, id)).filter((kind) => kind === 'action_used_after')).toHaveLength(1);
    expect((await actionIn(bench, action)).usedAfterMicroUsd).toBeGreaterThan(10_000);
    expect((await actionIn(bench, action)).state).not.toBe('verified');
  });
});

describe('a key that was started again before the proof', () => {
  test('by a person here: the stop ends, and nothing is held against it', async () => {
    const { bench, action, id } = await stopped();
    await ask(bench, 'key_1', { kind: 'restore', alertId: id });
    await runToTheEnd(bench);
    use(bench, 'key_1', NOON + 11 * MINUTE_MS, 5);

    await pollUntil(bench, NOON + HOUR_MS);

    expect((await actionIn(bench, action)).state).toBe('dismissed');
    expect(bench.provider.callsOf('suspend')).toHaveLength(1);
    expect(await events(bench, id)).not.toContain('action_overtaken');
    expect((await alertIn(bench, id))?.state).toBe('acknowledged');
  });

  test('by somebody at the provider: the alert is open again, and the thread says so', async () => {
    const { bench, action, id } = await stopped();
    bench.provider.change('key_1', { status: 'active' });
    await bench.sync();

    await pollUntil(bench, NOON + 5 * MINUTE_MS);

    expect((await actionIn(bench, action)).state).toBe('dismissed');
    expect(await events(bench, id)).toContain('action_overtaken');
    expect((await alertIn(bench, id))?.state).toBe('open');
  });
});

test('each connection proves its own stops', async () => {
  const { bench, action } = await stopped();
  const other = bench.connect({ connectionId: 'other', id: 'other' });
  other.put(fakeKey('key_9', { label: 'staging-other' }));
  await bench.sync(other);
  for (let minute = 0; minute < 120; minute += 1)
    other.use.push({ keyId: 'key_9', at: NOON + minute * MINUTE_MS, tokens: 1 });
  bench.provider.script('readUsage', ...Array.from({ length: 200 }, () => failing('provider_unavailable')));

  await pollUntil(bench, NOON + HOUR_MS);

  expect((await actionIn(bench, action)).state).toBe('confirmed');
});

function confirmedAction(keyId: string): Action {
  return {
    id: 'act_own',
    idempotencyKey: 'own',
    kind: 'revoke',
    keyId,
    params: null,
    alertId: null,
    requestedBy: 'slack:T1/U0ADA',
    reason: 'leaked',
    state: 'confirmed',
    attempts: 1,
    notBeforeAt: NOON,
    requestedAt: NOON,
    executedAt: NOON,
    confirmedAt: NOON,
    verifiedAt: null,
    checkedUntil: null,
    usedAfterMicroUsd: null,
    problem: null,
    problemCode: null,
    consent: null,
  };
}
