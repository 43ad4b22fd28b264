import { expect, test } from 'vitest';
import { DAY_MS } from '../../../src/domain/time.ts';
import { NEWS_PREFIX } from '../../../src/ports/told.ts';
import { recordFinding } from '../../../src/services/alerts/record-finding.ts';
import { readEvents } from '../../../src/services/events/read-events.ts';
import { prune } from '../../../src/services/housekeeping/prune.ts';
import { type Bench, later, NOON, openBench, present } from '../../support/bench-deps.ts';
import { fakeEvent, fakeKey } from '../../support/fake-provider.ts';
import { alertOn, findingOf } from '../../support/findings.ts';
import { settleOutbox } from '../notices/support.ts';

function rows(bench: Bench, table: string): number {
  return Number(bench.raw().prepare<[], number>(`SELECT COUNT(*) FROM ${table}`).pluck().get());
}

test('sent messages go after thirty days, undelivered ones and what waits never', async () => {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1'), fakeKey('key_2'), fakeKey('key_3'));
  await bench.sync();
  await alertOn(bench, 'key_1');
  await settleOutbox(bench);
  await alertOn(bench, 'key_2');
  const [row] = await bench.store.read.outbox.due(NOON, 9);
  await bench.store.write((tx) => tx.outbox.update({ ...present(row), state: 'dead', settledAt: NOON }));
  await alertOn(bench, 'key_3');
  const all = bench.outbox().map((text) => text.split(' ')[2]);
  expect(all).toEqual(['sent', 'dead', 'pending']);

  later(bench, 30 * DAY_MS);
  expect(await prune(bench.deps)).toMatchObject({ messages: 0 });
  later(bench, 1);
  expect(await prune(bench.deps)).toMatchObject({ messages: 1 });

  expect(bench.outbox().map((text) => text.split(' ')[2])).toEqual(['dead', 'pending']);
});

test('where a message stands in Slack is kept for good: months later somebody clicks on it', async () => {
  const bench = openBench();
  const message = { kind: 'alert', subjectId: 'alert_1', channel: 'C1', ts: '1.0', renderedHash: 'h' };
  await bench.store.write((tx) => tx.messages.put({ ...message, postedAt: NOON, updatedAt: NOON }));

  later(bench, 2_000 * DAY_MS);
  await prune(bench.deps);

  expect(await bench.store.read.messages.at('C1', '1.0')).toMatchObject(message);
});

test('findings of resolved alerts go after 400 days, slice by slice; those of an alert that stands stay', async () => {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1'), fakeKey('key_2'));
  await bench.sync();
  const over = await alertOn(bench, 'key_1');
  const finding = await findingOf(bench, 'key_1');
  await bench.store.write(async (tx) => {
    for (let index = 0; index < 1_200; index += 1) {
      const one = { ...finding, id: `find_x${index}`, observedUntil: finding.observedUntil - index - 1 };
      await tx.alerts.addFinding({ ...one, alertId: over.id, foundAt: NOON });
    }
    await tx.alerts.update({ ...over, state: 'resolved', closedAt: NOON });
  });
  await alertOn(bench, 'key_2');
  later(bench, 400 * DAY_MS);
  await recordFinding(bench.deps, { ...finding, startedAt: bench.clock.now() });
  expect(rows(bench, 'findings')).toBe(1_203);

  expect(await prune(bench.deps)).toMatchObject({ findings: 0 });
  later(bench, 1);
  expect(await prune(bench.deps)).toMatchObject({ findings: 1_201 });

  expect(rows(bench, 'findings')).toBe(2);
  expect(rows(bench, 'alerts')).toBe(3);
});

test('what the providers’ logs told goes after 400 days', async () => {
  const bench = openBench({ hasEventLog: true });
  bench.provider.events = [fakeEvent(NOON - DAY_MS), fakeEvent(NOON - 1)];
  await readEvents(bench.deps, bench.provider.port);

  later(bench, 399.5 * DAY_MS);

  expect(await prune(bench.deps)).toEqual({ messages: 0, findings: 0, told: 0, events: 1, lags: 0 });
  expect(rows(bench, 'provider_events')).toBe(1);
});

test('news is forgotten after a week, what is told once is not', async () => {
  const bench = openBench();
  await bench.store.write(async (tx) => {
    await tx.told.add('new-key:key_1', NOON);
    await tx.told.add(`${NEWS_PREFIX}cost-spike:lin_1:critical`, NOON);
  });
  expect([...(await bench.store.read.told.all())]).toEqual(['new-key:key_1']);

  later(bench, 7 * DAY_MS);
  expect(await prune(bench.deps)).toMatchObject({ told: 0 });
  later(bench, 1);
  expect(await prune(bench.deps)).toMatchObject({ told: 1 });

  expect([
    ...(await bench.store.read.told.among(['new-key:key_1', `${NEWS_PREFIX}cost-spike:lin_1:critical`])),
  ]).toEqual(['new-key:key_1']);
});
