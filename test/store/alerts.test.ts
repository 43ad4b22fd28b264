import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
import type { AlertEvent } from '../../src/ports/store.ts';
import { alertOf, insertKey, keyOf, NOON } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

const CLOSED = alertOf({
  keyId: null,
  state: 'resolved',
  severity: 'critical',
  detectorIds: ['spend-spike', 'new-model'],
  headline: ['quiet'],
  reason: [],
  evidence: {},
  startedAt: NOON - 9,
  openedAt: NOON - 8,
  lastFindingAt: NOON - 7,
  lostMicroUsd: 1,
  dataUntil: NOON - 6,
  containedAt: NOON - 5,
  closedAt: NOON - 4,
  acknowledgedBy: 'slack:T1/U1',
  revision: 9,
});

async function storeWithKeys() {
  const opened = openTestStore();
  await insertKey(opened.store);
  await insertKey(opened.store, keyOf({ id: 'key_2', lineageId: 'lin_2' }));
  return opened;
}

describe('alerts', () => {
  test('an alert comes back as it was put in, and as it was changed', async () => {
    const { store } = await storeWithKeys();
    const other = alertOf({ id: 'alert_2', number: 2 });

    await store.write((tx) => tx.alerts.insert(alertOf()));
    await store.write((tx) => tx.alerts.insert(other));
    expect(await store.read.alerts.get('alert_1')).toEqual(alertOf());
    await store.write((tx) => tx.alerts.update(CLOSED));

    expect(await store.read.alerts.get('alert_1')).toEqual(CLOSED);
    expect(await store.read.alerts.get('alert_2')).toEqual(other);
    expect(await store.read.alerts.get('alert_3')).toBeUndefined();
  });

  test('the latest of a lineage is the one that is not resolved, else the one with the highest number', async () => {
    const { store } = await storeWithKeys();
    const newest = alertOf({ id: 'alert_0', number: 11, state: 'resolved' });
    await store.write(async (tx) => {
      await tx.alerts.insert(newest);
      await tx.alerts.insert(alertOf({ number: 9 }));
      await tx.alerts.insert(alertOf({ id: 'alert_3', number: 12, lineageId: 'lin_2' }));
    });

    expect((await store.read.alerts.latestOfLineage('lin_1'))?.number).toBe(9);
    await store.write((tx) => tx.alerts.update(alertOf({ number: 9, state: 'resolved' })));
    expect(await store.read.alerts.latestOfLineage('lin_1')).toEqual(newest);
    expect(await store.read.alerts.latestOfLineage('lin_3')).toBeUndefined();
  });

  test('all but the resolved ones are unresolved, in the order of their numbers', async () => {
    const { store } = await storeWithKeys();
    const states = ['contained', 'resolved', 'acknowledged', 'open'] as const;
    await store.write(async (tx) => {
      for (const [index, state] of states.entries()) {
        await tx.alerts.insert(alertOf({ id: `alert_${index}`, number: 9 - index, state }));
      }
    });

    const found = await store.read.alerts.unresolved();

    expect(found.map(({ number, state }) => `${number} ${state}`)).toEqual(['6 open', '7 acknowledged', '9 contained']);
  });

  test('numbers count up from 1 and are never given twice', async () => {
    const { store } = await storeWithKeys();

    expect(await store.read.alerts.nextNumber()).toBe(1);
    await store.write((tx) => tx.alerts.insert(alertOf({ number: 141 })));
    expect(await store.read.alerts.nextNumber()).toBe(142);
    const twin = alertOf({ id: 'alert_2', number: 141 });
    await expect(store.write((tx) => tx.alerts.insert(twin))).rejects.toThrow('alerts.number');
  });
});

describe('findings and events', () => {
  const finding: Finding = {
    detectorId: 'spend-spike',
    lineageId: 'lin_1',
    keyId: null,
    severity: 'medium',
    startedAt: NOON,
    observedUntil: NOON + 1,
    costMicroUsd: 5,
    headline: ['x'],
    reason: ['y'],
    evidence: { ratio: 2 },
    dedupeKey: 'spend-spike:lin_1',
  };

  test('a finding is kept with its evidence', async () => {
    const { store, raw } = await storeWithKeys();

    await store.write((tx) =>
      tx.alerts.addFinding({ ...finding, id: 'find_1', alertId: 'alert_1', foundAt: NOON + 2 }),
    );

    expect(raw().prepare('SELECT * FROM findings').get()).toEqual({
      id: 'find_1',
      alert_id: 'alert_1',
      detector_id: 'spend-spike',
      lineage_id: 'lin_1',
      key_id: null,
      severity: 'medium',
      dedupe_key: 'spend-spike:lin_1',
      started_at: NOON,
      observed_until: NOON + 1,
      cost_micro_usd: 5,
      evidence: '{"ratio":2}',
      found_at: NOON + 2,
    });
  });

  test('a finding that a poll makes again after a crash is kept once, what new data adds to it is kept', async () => {
    const { store, raw } = await storeWithKeys();
    const again = { ...finding, alertId: 'alert_1', foundAt: NOON + 9 };

    await store.write(async (tx) => {
      await tx.alerts.addFinding({ ...again, id: 'find_1', foundAt: NOON + 2 });
      await tx.alerts.addFinding({ ...again, id: 'find_2' });
      await tx.alerts.addFinding({ ...again, id: 'find_3', observedUntil: NOON + 2 });
      await tx.alerts.addFinding({ ...again, id: 'find_4', evidence: { ratio: 3 } });
      await tx.alerts.addFinding({ ...again, id: 'find_5', detectorId: 'new-model' });
      await tx.alerts.addFinding({ ...again, id: 'find_6', alertId: 'alert_2' });
    });

    const ids = raw().prepare('SELECT id FROM findings ORDER BY id').pluck().all();
    expect(ids).toEqual(['find_1', 'find_3', 'find_4', 'find_5', 'find_6']);
  });

  test('the events of an alert come back whole and in the order of their making', async () => {
    const { store } = await storeWithKeys();
    const event = (id: string, alertId: string): AlertEvent => ({
      id,
      alertId,
      at: NOON,
      kind: 'acknowledged',
      actor: 'slack:T1/U1',
      detail: { by: 'U1', count: 2, isLate: false, note: null },
    });
    await store.write(async (tx) => {
      await tx.alerts.insert(alertOf());
      await tx.alerts.insert(alertOf({ id: 'alert_2', number: 2 }));
      await tx.alerts.addEvent(event('evt_2', 'alert_1'));
      await tx.alerts.addEvent(event('evt_1', 'alert_1'));
      await tx.alerts.addEvent(event('evt_3', 'alert_2'));
    });

    expect(await store.read.alerts.events('alert_1')).toEqual([event('evt_1', 'alert_1'), event('evt_2', 'alert_1')]);
    expect(await store.read.alerts.getEvent('evt_3')).toEqual(event('evt_3', 'alert_2'));
    expect(await store.read.alerts.getEvent('evt_4')).toBeUndefined();
  });
});
