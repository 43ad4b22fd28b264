import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { expectAlert } from '../../../src/services/alerts/expect-alert.ts';
import { type Bench, later, NOON, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';

const ADA = { kind: 'slack', userId: 'U0ADA', teamId: 'T1' } as const;
const CAP = { standing: true, percent: 50 };
const LEAK = { hourMicroUsd: 100_000_000 };

async function benchWithKeys(policy = ''): Promise<Bench> {
  const bench = openBench({ policy });
  bench.provider.put(fakeKey('key_1', { label: 'staging-a' }), fakeKey('key_2', { label: 'staging-b' }));
  await bench.sync();
  return bench;
}

/** A cap's finding: it began with the month, and nothing of it is lost. */
function capReached(bench: Bench, severity: 'medium' | 'critical') {
  const fields = {
    severity,
    evidence: CAP,
    startedAt: NOON - 300 * HOUR_MS,
    costMicroUsd: 0,
    detectorId: 'cap-threshold',
  };
  return alertOn(bench, 'key_1', { ...fields, headline: ['over its cap'] });
}

function leak(bench: Bench, fields: Parameters<typeof alertOn>[2] = {}) {
  const usual = { severity: 'high', evidence: LEAK, startedAt: NOON, costMicroUsd: 60_000_000 } as const;
  return alertOn(bench, 'key_1', { ...usual, headline: ['spending fast'], ...fields });
}

test('a leak that meets an open cap alert is told as a leak, and only its own money is lost', async () => {
  const bench = await benchWithKeys();
  const cap = await capReached(bench, 'medium');
  later(bench, 5 * MINUTE_MS);

  const alert = await leak(bench);

  expect(alert).toMatchObject({ id: cap.id, severity: 'high', startedAt: NOON, lostMicroUsd: 60_000_000 });
  expect(alert.headline).toEqual(['spending fast']);
});

test('a cap that comes near during a leak is a line in its thread, and does not hide the leak', async () => {
  const bench = await benchWithKeys();
  const alert = await leak(bench, { severity: 'critical' });
  later(bench, 5 * MINUTE_MS);

  const after = await capReached(bench, 'critical');

  expect(after).toMatchObject({ id: alert.id, headline: ['spending fast'], evidence: LEAK });
  const events = await bench.store.read.alerts.events(alert.id);
  expect(events.map(({ kind, detail }) => [kind, detail['percent']])).toContainEqual(['cap_step', 50]);
});

test('a cap that comes near is told although the key’s spending was called expected, and the spending stays expected', async () => {
  const bench = await benchWithKeys();
  const first = await leak(bench);
  await expectAlert(bench.deps, {
    actor: ADA,
    alertId: first.id,
    reason: 'load test',
    lengthMs: 8 * HOUR_MS,
    mayCritical: true,
  });
  later(bench, HOUR_MS);

  const cap = await capReached(bench, 'medium');
  const kept = await leak(bench);

  expect([cap.id === first.id, cap.state]).toEqual([false, 'open']);
  expect([kept.id, kept.state]).toEqual([first.id, 'resolved']);
  expect(present(await bench.store.read.alerts.get(cap.id)).severity).toBe('medium');
});

test('policy never suspends a key for having reached a cap', async () => {
  const bench = await benchWithKeys('auto_contain: { enabled: true, above_usd: 10 }');
  await leak(bench, { severity: 'high' });
  later(bench, 5 * MINUTE_MS);

  await capReached(bench, 'critical');
  expect(await bench.store.read.actions.unfinished()).toEqual([]);

  await leak(bench, { severity: 'critical' });
  expect(await bench.store.read.actions.unfinished()).toMatchObject([{ kind: 'suspend' }]);
});
