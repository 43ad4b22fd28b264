import { describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../../src/domain/time.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { later, NOON } from '../../support/bench-deps.ts';
import { alertOn } from '../../support/findings.ts';
import { ask, benchWithKeys, events, verbs } from '../../support/requests.ts';

describe('the alert', () => {
  test('is contained by a suspension and released by a restoration', async () => {
    const bench = await benchWithKeys();
    const { id } = await alertOn(bench, 'key_1');
    const alertNow = () => bench.store.read.alerts.get(id);

    await ask(bench, 'key_1', { alertId: id });
    later(bench, SECOND_MS);
    await runDueActions(bench.deps);
    expect(await alertNow()).toMatchObject({ state: 'contained', containedAt: NOON + SECOND_MS, revision: 3 });
    expect(verbs(bench).at(-1)).toBe('alert.contained');

    await ask(bench, 'key_1', { alertId: id, kind: 'restore' });
    await runDueActions(bench.deps);
    expect(await alertNow()).toMatchObject({ state: 'acknowledged', containedAt: null, revision: 4 });
    expect(verbs(bench).at(-1)).toBe('alert.acknowledged');
  });

  test('belongs to whoever started the key again, if nobody had it', async () => {
    const bench = await benchWithKeys();
    const { id } = await alertOn(bench, 'key_1');

    for (const kind of ['suspend', 'restore'] as const) {
      await ask(bench, 'key_1', { alertId: id, kind });
      await runDueActions(bench.deps);
    }

    expect((await bench.store.read.alerts.get(id))?.acknowledgedBy).toBe('slack:T1/U0ADA');
  });

  test('is contained by an act that was not asked from it', async () => {
    const bench = await benchWithKeys();
    const { id } = await alertOn(bench, 'key_1');

    await ask(bench, 'key_1', { alertId: null });
    await runDueActions(bench.deps);

    expect((await bench.store.read.alerts.get(id))?.state).toBe('contained');
    // It is about the key of the alert, and stands in its thread.
    expect(await events(bench, id)).toEqual(['action_requested', 'action_confirmed']);
  });

  test('is contained by an act that was asked from the message of an older episode, and both threads are told', async () => {
    const bench = await benchWithKeys();
    const old = await alertOn(bench, 'key_1');
    await bench.store.write((tx) => tx.alerts.update({ ...old, state: 'resolved', closedAt: NOON }));
    later(bench, 25 * 60 * MINUTE_MS);
    const current = await alertOn(bench, 'key_1');

    await ask(bench, 'key_1', { alertId: old.id });
    await runDueActions(bench.deps);

    expect((await bench.store.read.alerts.get(old.id))?.state).toBe('resolved');
    expect((await bench.store.read.alerts.get(current.id))?.state).toBe('contained');
    expect(await events(bench, old.id)).toEqual(['action_requested', 'action_confirmed']);
    expect(await events(bench, current.id)).toEqual(['action_confirmed']);
  });

  test('is not contained when a sister key of the lineage was stopped', async () => {
    const bench = await benchWithKeys();
    const { lineageId } = await bench.keyOf('key_1');
    const sister = await bench.keyOf('key_2');
    await bench.store.write((tx) => tx.keys.update({ ...sister, lineageId }));
    const { id } = await alertOn(bench, 'key_1');

    await ask(bench, 'key_2', { alertId: id });
    await runDueActions(bench.deps);

    expect((await bench.keyOf('key_2')).status).toBe('inactive');
    expect((await bench.store.read.alerts.get(id))?.state).toBe('acknowledged');
  });

  test('that is resolved is told nothing by an act that was not asked from it', async () => {
    const bench = await benchWithKeys();
    const alert = await alertOn(bench, 'key_1');
    await bench.store.write((tx) => tx.alerts.update({ ...alert, state: 'resolved', closedAt: NOON }));

    await ask(bench, 'key_1');
    await runDueActions(bench.deps);

    expect(await events(bench, alert.id)).toEqual([]);
  });
});
