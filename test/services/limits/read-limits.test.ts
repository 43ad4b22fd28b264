import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { limitsPaceMs, readDueLimits } from '../../../src/services/limits/read-limits.ts';
import { type Bench, type BenchOptions, later, NOON, openBench } from '../../support/bench-deps.ts';
import { failing, fakeKey } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { benchWithLimits, knownOf } from '../../support/limits.ts';
import { limitsOf } from '../../support/records.ts';

const EXTRAS = ['readLimits'] as const;

function benchWithScopes(count: number, extras: BenchOptions['extras'] = EXTRAS) {
  const bench = openBench({ extras });
  for (let n = 1; n <= count; n += 1) bench.provider.put(fakeKey(`key_${n}`, { scopeId: `ws_${n}` }));
  return bench;
}

describe('reading limits', () => {
  test('keeps what the provider shows, and asks again after six hours', async () => {
    const bench = await benchWithLimits();

    expect(await knownOf(bench)).toEqual({
      connectionId: 'fake',
      scopeId: 'ws_1',
      limits: limitsOf(),
      revision: 1,
      readAt: NOON,
      notBeforeAt: NOON + 6 * HOUR_MS,
      capRefusedAt: null,
      problem: null,
    });
    await readDueLimits(bench.deps);
    expect(bench.provider.calls).toEqual([]);
    later(bench, 6 * HOUR_MS);
    expect(await readDueLimits(bench.deps)).toEqual({ read: 1, failed: 0, postponed: 0 });
  });

  test('grows the revision when something changed, and not when only the order did', async () => {
    const bench = await benchWithLimits();
    const rates = [
      { id: 'b', model: null, kind: 'k', value: 1 },
      { id: 'a', model: null, kind: 'k', value: 2 },
    ];
    const revisions: (number | undefined)[] = [];
    for (const rateLimits of [rates, rates.toReversed()]) {
      bench.provider.limits.set('ws_1', limitsOf({ rateLimits }));
      later(bench, 6 * HOUR_MS);
      await readDueLimits(bench.deps);
      revisions.push((await knownOf(bench))?.revision);
    }

    expect(revisions).toEqual([2, 2]);
    const more = { models: ['x', 'y'], sharedValue: 9 };
    bench.provider.limits.set(
      'ws_1',
      limitsOf({ rateLimits: [{ id: 'b', model: 'g', kind: 'k', value: 1, ...more }] }),
    );
    later(bench, 6 * HOUR_MS);
    await readDueLimits(bench.deps);
    expect((await knownOf(bench))?.limits?.rateLimits[0]).toMatchObject(more);
  });

  test('tells what is not enabled apart from no cap', async () => {
    const bench = await benchWithLimits();
    const closed = { availability: 'not_enabled', monthlyMicroUsd: null, enforcing: null } as const;
    bench.provider.limits.set('ws_1', limitsOf({ spendLimit: closed }));
    later(bench, 6 * HOUR_MS);
    await readDueLimits(bench.deps);

    expect((await knownOf(bench))?.limits?.spendLimit).toEqual(closed);
  });

  test('asks only for scopes with a key that can spend', async () => {
    const bench = benchWithScopes(3);
    bench.provider.change('key_2', { status: 'inactive' });
    await bench.sync();

    await readDueLimits(bench.deps);

    expect(bench.provider.callsOf('readLimits')).toEqual(['readLimits ws_1', 'readLimits ws_3']);
  });

  test('goes on after a scope that cannot be read, and keeps what was known of it', async () => {
    const bench = benchWithScopes(3);
    await bench.sync();
    bench.provider.script('readLimits', failing('provider_unavailable'));

    expect(await readDueLimits(bench.deps)).toEqual({ read: 2, failed: 1, postponed: 0 });
    expect(await knownOf(bench, 'ws_1')).toMatchObject({
      limits: null,
      problem: 'The provider says provider_unavailable.',
      notBeforeAt: NOON + 30 * MINUTE_MS,
    });
  });

  test('stops at once when the provider asks to slow down, and leaves the connection alone for as long', async () => {
    const bench = benchWithScopes(30);
    await bench.sync();
    bench.provider.script('readLimits', failing('provider_rate_limited', { retryAfterMs: 10 * MINUTE_MS }));

    const { postponed } = await readDueLimits(bench.deps);
    const asked = bench.provider.callsOf('readLimits').length;
    later(bench, 10 * MINUTE_MS - 1);
    await readDueLimits(bench.deps);

    expect(asked).toBeLessThan(8);
    expect(postponed).toBeGreaterThan(22);
    expect(bench.provider.callsOf('readLimits')).toHaveLength(asked);
    later(bench, 1);
    await readDueLimits(bench.deps);
    expect(bench.provider.callsOf('readLimits')).toHaveLength(asked + postponed);
  });

  test('spreads a thousand scopes over many runs', async () => {
    const bench = benchWithScopes(250);
    await bench.sync();
    const counts: number[] = [];
    for (let run = 0; run < 4; run += 1) counts.push((await readDueLimits(bench.deps)).read);

    expect(counts).toEqual([100, 100, 50, 0]);
  });

  test('looks again soon while there is no inventory or a scope is due, else by the hour', async () => {
    const bench = benchWithScopes(1);
    expect(await limitsPaceMs(bench.deps)).toBe(5 * MINUTE_MS);
    await readInventory(bench.deps, bench.provider.port);
    expect(await limitsPaceMs(bench.deps)).toBe(5 * MINUTE_MS);
    await readDueLimits(bench.deps);
    expect(await limitsPaceMs(bench.deps)).toBe(HOUR_MS);
  });

  test('leaves a provider alone that has no limits to read', async () => {
    const bench = openBench();

    expect(await readDueLimits(bench.deps)).toEqual({ read: 0, failed: 0, postponed: 0 });
    expect(await limitsPaceMs(bench.deps)).toBe(HOUR_MS);
  });

  test('renders the open alerts of the scope anew when its cap changed', async () => {
    const bench = await benchWithLimits();
    const alert = await alertOn(bench, 'key_1');
    await bench.store.write(async (tx) => {
      for (const row of await tx.outbox.due(NOON, 10)) await tx.outbox.update({ ...row, state: 'sent' });
    });
    bench.provider.limits.set('ws_1', limitsOf({ rateLimits: [] }));
    later(bench, 6 * HOUR_MS);
    await readDueLimits(bench.deps);

    expect(bench.outbox().filter((row) => row.endsWith('pending'))).toEqual([`alert ${alert.id} pending`]);
  });
});

describe('reading the alerts that the provider itself would send', () => {
  const ALERT = { availability: 'available', alerts: [{ monthlyMicroUsd: 5_000_000 }] } as const;
  const asked = (bench: Bench) => bench.provider.callsOf('readSpendAlerts');
  const known = async (bench: Bench, scopeId: string | null) => bench.store.read.spendAlerts.get('fake', scopeId);

  async function benchWithAlerts(scopes = 2) {
    const bench = benchWithScopes(scopes, ['readLimits', 'readSpendAlerts']);
    bench.provider.spendAlerts.set('ws_1', ALERT);
    await bench.sync();
    return bench;
  }

  test('comes with the limits, the organization once, and no more often', async () => {
    const bench = await benchWithAlerts();
    await readDueLimits(bench.deps);
    await readDueLimits(bench.deps);

    expect(asked(bench).toSorted()).toEqual(['readSpendAlerts all', 'readSpendAlerts ws_1', 'readSpendAlerts ws_2']);
    expect(await known(bench, 'ws_1')).toMatchObject({ report: ALERT, readAt: NOON, askedAt: NOON });
    later(bench, 6 * HOUR_MS - 1);
    await readDueLimits(bench.deps);
    expect(asked(bench)).toHaveLength(3);
    later(bench, 1);
    await readDueLimits(bench.deps);
    expect(asked(bench)).toHaveLength(6);
  });

  test('asks for the organization once in six hours, however many runs its scopes take', async () => {
    const bench = await benchWithAlerts(150);
    await readDueLimits(bench.deps);
    later(bench, 5 * MINUTE_MS);
    await readDueLimits(bench.deps);

    expect(asked(bench).filter((call) => call.endsWith(' all'))).toHaveLength(1);
    expect(asked(bench)).toHaveLength(151);
  });

  test('that fails leaves the limits read, what was known known, and is tried again with the limits', async () => {
    const bench = await benchWithAlerts(1);
    await readDueLimits(bench.deps);
    bench.provider.script('readSpendAlerts', failing('provider_unavailable'), failing('provider_unavailable'));
    later(bench, 6 * HOUR_MS);

    expect(await readDueLimits(bench.deps)).toEqual({ read: 1, failed: 0, postponed: 0 });
    expect(await known(bench, 'ws_1')).toMatchObject({ report: ALERT, readAt: NOON, askedAt: NOON + 6 * HOUR_MS });
    expect((await knownOf(bench))?.problem).toBeNull();
  });

  test('that is asked to slow down puts the whole connection off', async () => {
    const bench = await benchWithAlerts(3);
    bench.provider.script('readSpendAlerts', failing('provider_rate_limited', { retryAfterMs: 10 * MINUTE_MS }));

    expect(await readDueLimits(bench.deps)).toEqual({ read: 0, failed: 0, postponed: 3 });
    expect(bench.provider.callsOf('readLimits')).toEqual([]);
  });
});
