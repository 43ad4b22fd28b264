import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { acknowledgeAlert } from '../../../src/services/alerts/acknowledge-alert.ts';
import { recordFinding } from '../../../src/services/alerts/record-finding.ts';
import { type Bench, later, NOON, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { faultyStore } from '../../support/faulty-store.ts';
import { alertOn, findingOf } from '../../support/findings.ts';
import { ADA, BOB } from '../../support/requests.ts';

async function benchWithKeys(): Promise<Bench> {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1'), fakeKey('key_2'));
  await bench.sync();
  return bench;
}

async function closed(bench: Bench, alertId: string): Promise<void> {
  const alert = present(await bench.store.read.alerts.get(alertId));
  const closedAt = bench.clock.now();
  await bench.store.write((tx) => tx.alerts.update({ ...alert, state: 'resolved', closedAt }));
}

function findingsIn(bench: Bench): number {
  return present(bench.raw().prepare<[], { count: number }>('SELECT count(*) AS count FROM findings').get()).count;
}

describe('a first finding', () => {
  test('opens an alert, with its audit entry and its message on the way', async () => {
    const bench = await benchWithKeys();

    const alert = await alertOn(bench, 'key_1');

    expect(alert).toMatchObject({
      number: 1,
      state: 'open',
      severity: 'high',
      startedAt: NOON - 10 * MINUTE_MS,
      openedAt: NOON,
      lastFindingAt: NOON,
      lostMicroUsd: 1_000,
      revision: 1,
    });
    expect(await bench.store.read.alerts.get(alert.id)).toEqual(alert);
    expect(bench.audit().at(-1)).toMatchObject({
      verb: 'alert.opened',
      subject: alert.id,
      actor: { kind: 'system', job: 'detect' },
    });
    expect(bench.outbox()).toEqual([`alert ${alert.id} pending`]);
    expect(findingsIn(bench)).toBe(1);
  });

  test('of another lineage opens another alert with the next number', async () => {
    const bench = await benchWithKeys();

    const first = await alertOn(bench, 'key_1');
    const second = await alertOn(bench, 'key_2');

    expect([first.number, second.number]).toEqual([1, 2]);
    expect(bench.outbox()).toHaveLength(2);
  });

  test('leaves nothing at all when the transaction fails at its end', async () => {
    const bench = await benchWithKeys();
    const before = bench.audit().length;
    const finding = await findingOf(bench, 'key_1');
    const faulty = faultyStore(bench.store);
    faulty.failWrites(1);
    const deps = { ...bench.deps, store: faulty.store };

    await expect(recordFinding(deps, finding)).rejects.toThrow('the disk is full');

    expect(await bench.store.read.alerts.unresolved()).toEqual([]);
    expect(bench.outbox()).toEqual([]);
    expect(bench.audit()).toHaveLength(before);
    expect(findingsIn(bench)).toBe(0);
  });
});

describe('a further finding of the same lineage', () => {
  test('joins the alert: newest words, first start, no second row in the outbox', async () => {
    const bench = await benchWithKeys();
    const first = await alertOn(bench, 'key_1');

    later(bench, 5 * MINUTE_MS);
    const second = await alertOn(bench, 'key_1', { detectorId: 'new-model', headline: ['spending even more'] });

    expect(second).toMatchObject({
      id: first.id,
      startedAt: first.startedAt,
      openedAt: NOON,
      lastFindingAt: NOON + 5 * MINUTE_MS,
      headline: ['spending even more'],
      detectorIds: ['spend-acceleration', 'new-model'],
      revision: 1,
    });
    expect(bench.outbox()).toEqual([`alert ${first.id} pending`]);
    expect(findingsIn(bench)).toBe(2);
  });

  test('is no news in the thread where it was found in the same pass: the root message says it all', async () => {
    const bench = await benchWithKeys();
    const { id } = await alertOn(bench, 'key_1', { severity: 'medium' });

    const alert = await alertOn(bench, 'key_1', { severity: 'critical' });

    expect(alert).toMatchObject({ severity: 'critical', called: { severity: 'critical' } });
    expect(await bench.store.read.alerts.events(id)).toEqual([]);
    expect(bench.outbox()).toEqual([`alert ${id} pending`]);
  });

  test('raises the severity and says so, but never lowers it', async () => {
    const bench = await benchWithKeys();
    const { id } = await alertOn(bench, 'key_1', { severity: 'medium' });

    bench.clock.jumpTo(bench.clock.now() + MINUTE_MS);
    expect((await alertOn(bench, 'key_1', { severity: 'critical' })).severity).toBe('critical');
    expect((await alertOn(bench, 'key_1', { severity: 'info' })).severity).toBe('critical');

    const events = await bench.store.read.alerts.events(id);
    expect(events.map(({ kind, detail }) => [kind, detail['severity']])).toEqual([['worse', 'critical']]);
    expect(bench.audit().filter(({ verb }) => verb === 'alert.worse')).toHaveLength(1);
    expect(bench.outbox()).toEqual([`alert ${id} pending`, `alert_event ${events[0]?.id} pending`]);
  });

  test('does not take the alert away from the person who has it', async () => {
    const bench = await benchWithKeys();
    const { id } = await alertOn(bench, 'key_1');
    await acknowledgeAlert(bench.deps, { actor: ADA, alertId: id });

    expect((await alertOn(bench, 'key_1')).state).toBe('acknowledged');
  });
});

describe('after the alert was closed', () => {
  test('a finding within 24 hours opens it again, in the same thread', async () => {
    const bench = await benchWithKeys();
    const { id } = await alertOn(bench, 'key_1');
    await closed(bench, id);

    later(bench, 24 * HOUR_MS);
    const again = await alertOn(bench, 'key_1');

    expect(again).toMatchObject({ id, state: 'open', closedAt: null, revision: 2 });
    expect((await bench.store.read.alerts.events(id)).map(({ kind }) => kind)).toEqual(['reopened']);
    expect(bench.audit().at(-1)).toMatchObject({ verb: 'alert.reopened', detail: { from: 'resolved' } });
  });

  test('a finding after 24 hours is a new episode with a message of its own', async () => {
    const bench = await benchWithKeys();
    const first = await alertOn(bench, 'key_1');
    await closed(bench, first.id);

    later(bench, 24 * HOUR_MS + 1);
    const second = await alertOn(bench, 'key_1');

    expect(second.id).not.toBe(first.id);
    expect(second.number).toBe(2);
    expect((await bench.store.read.alerts.get(first.id))?.state).toBe('resolved');
    expect(bench.outbox()).toEqual([`alert ${first.id} pending`, `alert ${second.id} pending`]);
  });
});

describe('after the key was stopped', () => {
  test.each([
    ['usage from before the stop leaves it contained', -MINUTE_MS, 'contained'],
    ['usage well after the stop opens it again', 11 * MINUTE_MS, 'open'],
  ] as const)('%s', async (_rule, sinceStopMs, state) => {
    const bench = await benchWithKeys();
    const alert = await alertOn(bench, 'key_1');
    await bench.store.write((tx) => tx.alerts.update({ ...alert, state: 'contained', containedAt: NOON }));

    later(bench, 20 * MINUTE_MS);
    const after = await alertOn(bench, 'key_1', { evidence: { lastSpendAt: NOON + sinceStopMs } });

    expect(after.state).toBe(state);
    expect(after.containedAt).toBe(state === 'open' ? null : NOON);
    const told = (await bench.store.read.alerts.events(alert.id)).map(({ kind }) => kind);
    expect(told).toEqual(state === 'open' ? ['reopened'] : []);
  });
});

describe('acknowledging', () => {
  test('names the person, moves the revision and tells the thread', async () => {
    const bench = await benchWithKeys();
    const { id } = await alertOn(bench, 'key_1');

    const alert = await acknowledgeAlert(bench.deps, { actor: ADA, alertId: id });

    expect(alert).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'slack:T1/U0ADA', revision: 2 });
    expect(bench.audit().at(-1)).toMatchObject({ verb: 'alert.acknowledged', subject: id, actor: ADA });
    expect((await bench.store.read.alerts.events(id)).map(({ kind }) => kind)).toEqual(['acknowledged']);
  });

  test('twice is a conflict that says how it stands, and keeps the first person', async () => {
    const bench = await benchWithKeys();
    const { id } = await alertOn(bench, 'key_1');
    await acknowledgeAlert(bench.deps, { actor: ADA, alertId: id });
    const before = bench.audit().length;

    const second = acknowledgeAlert(bench.deps, { actor: BOB, alertId: id });

    await expect(second).rejects.toMatchObject({
      code: 'conflict',
      publicMessage: 'This alert is already acknowledged; nothing was changed.',
    });
    expect((await bench.store.read.alerts.get(id))?.acknowledgedBy).toBe('slack:T1/U0ADA');
    expect(bench.audit()).toHaveLength(before);
  });

  test('two people at the same moment: one has it, one is told', async () => {
    const bench = await benchWithKeys();
    const { id } = await alertOn(bench, 'key_1');

    const clicks = await Promise.allSettled(
      [ADA, BOB].map((actor) => acknowledgeAlert(bench.deps, { actor, alertId: id })),
    );

    expect(clicks.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('an alert that is not there is a conflict too', async () => {
    const bench = await benchWithKeys();

    const click = acknowledgeAlert(bench.deps, { actor: ADA, alertId: 'alert_0' });

    await expect(click).rejects.toMatchObject({ code: 'conflict' });
  });
});
