import { expect, test } from 'vitest';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import type { JobRun } from '../../../src/ports/store.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { readEvents } from '../../../src/services/events/read-events.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { readStatus } from '../../../src/services/status/read-status.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { NOON, openBench, present } from '../../support/bench-deps.ts';
import { failing, fakeKey } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { ask } from '../../support/requests.ts';

const ADMIN = { id: 'U0ADMIN', name: null, isActive: true };

test('a fresh installation is quiet: nothing read yet, nothing stuck', async () => {
  const bench = openBench({ acts: [] });

  expect(await readStatus(bench.deps)).toEqual({
    now: NOON,
    connections: [
      {
        connectionId: 'fake',
        title: 'Fake AI',
        writable: false,
        keys: 0,
        watermark: null,
        inventory: null,
        events: null,
        costs: { kind: 'not_offered' },
      },
    ],
    alerts: [],
    unfinishedActions: [],
    approvals: [],
    audiences: [],
    endingGrants: [],
    nextCalls: new Map(),
    paged: { first: [ADMIN], admins: [ADMIN] },
    outbox: { waiting: 0, dead: 0 },
    deadLetters: [],
    learning: { learning: 0, of: 0 },
    rotations: [],
    restoring: new Map(),
    campaigns: [],
    lastDrill: null,
    deliveries: { waitingSince: null, troubles: [], outlets: [] },
    failedJobs: [],
    expiringAdminKeys: [],
    missingScopes: [],
    audit: { count: 0, hash: 'genesis' },
    slugs: new Map(),
  });
});

test('keys are counted per connection, tombstones left out, and blindness is shown with its start', async () => {
  const bench = openBench({ id: 'fake' });
  const other = bench.connect({ id: 'rival', title: 'Rival AI' });
  bench.provider.put(fakeKey('key_1'), fakeKey('key_2'));
  other.put(fakeKey('key_1'));
  await bench.sync();
  await bench.sync(other);
  bench.provider.keys.delete('key_2');
  await bench.sync();
  await pollUsage(bench.deps, bench.provider.port);
  bench.clock.jumpTo(NOON + 5 * MINUTE_MS);
  other.script('readUsage', failing('provider_auth'));
  await pollUsage(bench.deps, other.port);

  const { connections } = await readStatus(bench.deps);

  expect(connections).toMatchObject([
    { connectionId: 'fake', keys: 1, writable: true, watermark: { polledAt: NOON, failingSince: null } },
    { connectionId: 'rival', keys: 1, watermark: { polledAt: null, failingSince: NOON + 5 * MINUTE_MS } },
  ]);
});

test('what is stuck is named: open alerts, acts that are not done, messages that wait or are dead', async () => {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1', { label: 'staging-a' }), fakeKey('key_2', { label: 'staging-b' }));
  await bench.sync();
  const alert = await alertOn(bench, 'key_1');
  bench.provider.script('suspend', failing('provider_denied'));
  const failed = await ask(bench, 'key_1');
  await runDueActions(bench.deps);
  const pending = await ask(bench, 'key_2');
  const due = present((await bench.store.read.outbox.due(NOON, 10))[0]);
  await bench.store.write((tx) => tx.outbox.update({ ...due, state: 'dead', settledAt: NOON, problem: 'no channel' }));

  const status = await readStatus(bench.deps);

  expect(status.alerts.map(({ id }) => id)).toEqual([alert.id]);
  expect(status.unfinishedActions.map(({ id, state }) => [id, state])).toEqual([
    [failed.id, 'pending'],
    [pending.id, 'pending'],
  ]);
  expect(status.outbox).toEqual({ waiting: 2, dead: 1 });
  expect(status.deadLetters).toMatchObject([{ subjectId: alert.id, problem: 'no channel' }]);
  expect(status.audit.count).toBe(bench.audit().length);
  const key = await bench.keyOf('key_1');
  expect([status.slugs.get(key.id), status.slugs.get(key.lineageId)]).toEqual(['staging-a', 'staging-a']);
});

test('only jobs whose last run failed are named', async () => {
  const bench = openBench();
  const run = (id: string, job: string, outcome: JobRun['outcome'], startedAt: number) =>
    bench.store.write((tx) =>
      tx.jobRuns.put({ id, job, dueAt: startedAt, startedAt, finishedAt: startedAt, outcome, problem: null }),
    );
  await run('run_1', 'poll-usage', 'failed', NOON);
  await run('run_2', 'poll-usage', 'ok', NOON + MINUTE_MS);
  await run('run_3', 'sync-members', 'ok', NOON);
  await run('run_4', 'sync-members', 'failed', NOON + MINUTE_MS);
  await run('run_5', 'sync-inventory', 'running', NOON);

  expect((await readStatus(bench.deps)).failedJobs.map(({ job }) => job)).toEqual(['sync-members']);
});

test('what else is read of a connection is told: its key list, and its event log where it has one', async () => {
  const bench = openBench({ hasEventLog: true });
  const other = bench.connect({ id: 'rival', title: 'Rival AI' });
  other.script('listKeys', failing('provider_auth'));
  await readInventory(bench.deps, bench.provider.port);
  await expect(readInventory(bench.deps, other.port)).rejects.toThrow();
  bench.provider.eventLog = 'off';
  await readEvents(bench.deps, bench.provider.port);

  expect((await readStatus(bench.deps)).connections).toMatchObject([
    {
      inventory: { readAt: NOON, failingSince: null },
      events: { watermark: { availability: 'not_enabled' }, setup: 'An owner switches it on.' },
    },
    { inventory: { readAt: null, failingSince: NOON, problem: 'The provider says provider_auth.' }, events: null },
  ]);
});
