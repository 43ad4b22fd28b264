import { describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/actor.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import type { OutboxRow } from '../../../src/ports/store.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { listReview } from '../../../src/services/review/list-review.ts';
import { dismiss, doAction, sendAgain } from '../../../src/services/review/settle-review.ts';
import { readStatus } from '../../../src/services/status/read-status.ts';
import { type Bench, later, NOON, present } from '../../support/bench-deps.ts';
import { failing } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { actionIn, ask, benchWithKeys, events } from '../../support/requests.ts';
import { failKeys, readKeys } from '../notices/support.ts';

const ANN: Actor = { kind: 'cli', user: 'ann' };

/** A suspension of `staging-ci` that the provider refused, asked from an alert, and no message that waits. */
async function refusedAction(bench: Bench) {
  const alert = await alertOn(bench, 'key_1');
  bench.provider.script('suspend', failing('provider_denied'));
  const action = await ask(bench, 'key_1', { alertId: alert.id });
  await runDueActions(bench.deps);
  return { alert, action };
}

/** Gives up every message that waits. */
async function giveUp(bench: Bench): Promise<readonly OutboxRow[]> {
  await bench.store.write(async (tx) => {
    for (let rows = await tx.outbox.due(NOON * 2, 50); rows.length > 0; rows = await tx.outbox.due(NOON * 2, 50)) {
      for (const row of rows) {
        await tx.outbox.update({ ...row, state: 'dead', attempts: 0, settledAt: NOON, problem: 'no channel' });
      }
    }
  });
  return bench.store.read.outbox.dead();
}

const entries = (bench: Bench, from: number) => bench.audit().slice(from);

describe('what is to be reviewed', () => {
  test('is nothing where all went well', async () => {
    const bench = await benchWithKeys();
    await alertOn(bench, 'key_1');
    await ask(bench, 'key_1');
    await runDueActions(bench.deps);

    expect(await listReview(bench.deps)).toEqual({ messages: [], actions: [] });
  });

  test('is told in words: what it is about, since when, and why', async () => {
    const bench = await benchWithKeys();
    const { action } = await refusedAction(bench);
    failKeys(bench, 3);
    for (let read = 0; read < 3; read += 1) await readKeys(bench);
    const dead = await giveUp(bench);
    later(bench, MINUTE_MS);

    const { messages, actions } = await listReview(bench.deps);

    expect(messages.map(({ id }) => id)).toEqual(dead.map(({ id }) => id));
    expect(messages.map(({ about }) => about)).toEqual([
      'alert KS-1 about staging-ci',
      'a line (action requested) in the thread of alert KS-1 about staging-ci',
      'a line (action refused) in the thread of alert KS-1 about staging-ci',
      'the notice that inventory of fake cannot be read',
    ]);
    expect(messages[0]).toMatchObject({ since: NOON, problem: 'no channel' });
    expect(actions).toEqual([
      {
        id: action.id,
        about: 'suspend of staging-ci',
        since: NOON,
        problem: 'The provider says provider_denied.',
        requestedBy: 'slack:T1/U0ADA',
        reason: 'it leaked',
        obstacle: null,
      },
    ]);
  });

  test('a message of a kind that this version does not know is named as it is', async () => {
    const bench = await benchWithKeys();
    for (const kind of ['hologram', 'alert', 'alert_event', 'notice']) {
      const row = { id: `out_${kind}`, kind, subjectId: 'x1', threadKey: kind, createdAt: NOON };
      await bench.store.write((tx) => tx.outbox.enqueue(row));
    }
    await giveUp(bench);

    const { messages } = await listReview(bench.deps);

    expect(new Set(messages.map(({ about }) => about))).toEqual(
      new Set(['hologram', 'alert', 'alert_event', 'notice'].map((kind) => `a message of kind ${kind} about x1`)),
    );
  });
});

describe('sending again', () => {
  test('puts the messages that are named back on their way, in order, audited with who did it', async () => {
    const bench = await benchWithKeys();
    await refusedAction(bench);
    const [root, line, other] = await giveUp(bench);
    const before = bench.audit().length;

    expect(await sendAgain(bench.deps, { actor: ANN, ids: [present(line).id, present(root).id] })).toBe(2);

    const due = await bench.store.read.outbox.due(NOON, 9);
    // A first try may have reached Slack: the next one has to look for the message.
    expect(due).toEqual([
      { ...root, state: 'pending', attempts: 1, notBeforeAt: NOON, settledAt: null, problem: null },
    ]);
    expect((await bench.store.read.outbox.dead()).map(({ id }) => id)).toEqual([present(other).id]);
    expect(entries(bench, before)).toMatchObject(
      [root, line].map((row) => ({ verb: 'message.sent_again', subject: row?.id, actor: ANN })),
    );
    expect(entries(bench, before)[0]?.detail).toMatchObject({ kind: 'alert', problem: 'no channel' });
  });

  test('of all takes messages only, and of none does nothing', async () => {
    const bench = await benchWithKeys();
    const { action } = await refusedAction(bench);
    const dead = await giveUp(bench);

    expect(await sendAgain(bench.deps, { actor: ANN, ids: 'all' })).toBe(dead.length);
    expect(await sendAgain(bench.deps, { actor: ANN, ids: 'all' })).toBe(0);

    expect(await bench.store.read.outbox.counts()).toEqual({ waiting: dead.length, dead: 0 });
    expect((await actionIn(bench, action)).state).toBe('pending');
  });

  test('changes nothing when one of the ids is wrong, and says what is wrong with it', async () => {
    const bench = await benchWithKeys();
    const { action } = await refusedAction(bench);
    const [root] = await giveUp(bench);
    const send = (id: string) => sendAgain(bench.deps, { actor: ANN, ids: [present(root).id, id] });
    const before = bench.audit().length;

    await expect(send('out_none')).rejects.toMatchObject({
      code: 'not_found',
      publicMessage: 'Nothing was changed: there is no out_none to review. keysteward review shows what there is.',
    });
    await expect(send(action.id)).rejects.toMatchObject({
      publicMessage: `Nothing was changed: ${action.id} is an action, not a message: keysteward review do ${action.id}`,
    });

    expect(await bench.store.read.outbox.due(NOON, 9)).toEqual([]);
    expect(bench.audit()).toHaveLength(before);
  });
});

describe('doing', () => {
  test('has an action carried out, which reads the key before it acts, and tells the alert', async () => {
    const bench = await benchWithKeys();
    const { action, alert } = await refusedAction(bench);
    const failed = await actionIn(bench, action);
    await bench.store.write((tx) => tx.actions.update({ ...failed, attempts: 0 }));
    bench.provider.calls.length = 0;
    const before = bench.audit().length;

    await doAction(bench.deps, { actor: ANN, id: action.id });
    await runDueActions(bench.deps);

    expect(bench.provider.calls).toEqual(['readKeyStatus key_1', 'suspend key_1', 'readKeyStatus key_1']);
    expect(await actionIn(bench, action)).toMatchObject({ state: 'confirmed', requestedBy: 'slack:T1/U0ADA' });
    expect(entries(bench, before)[0]).toMatchObject({
      verb: 'key.suspend.requested',
      actor: ANN,
      detail: { actionId: action.id, requestedBy: 'slack:T1/U0ADA', problem: 'The provider says provider_denied.' },
    });
    expect(await events(bench, alert.id)).toEqual([
      'action_requested',
      'action_refused',
      'action_requested',
      'action_confirmed',
    ]);
  });

  test('of what somebody else has done reads the key, and calls nothing', async () => {
    const bench = await benchWithKeys();
    const { action } = await refusedAction(bench);
    bench.provider.change('key_1', { status: 'inactive' });
    await bench.sync();
    bench.provider.calls.length = 0;

    expect((await listReview(bench.deps)).actions[0]?.obstacle).toBeNull();
    await doAction(bench.deps, { actor: ANN, id: action.id });
    await runDueActions(bench.deps);

    expect(bench.provider.calls).toEqual(['readKeyStatus key_1']);
    expect((await actionIn(bench, action)).state).toBe('confirmed');
  });

  test('is refused when the key came back to the same status as another generation, and it can be dismissed', async () => {
    const bench = await benchWithKeys();
    const { action } = await refusedAction(bench);
    for (const status of ['inactive', 'active'] as const) {
      bench.provider.change('key_1', { status });
      await bench.sync();
    }

    const obstacle = 'staging-ci has changed since it was asked for and is active now.';
    expect((await listReview(bench.deps)).actions[0]?.obstacle).toBe(obstacle);
    await expect(doAction(bench.deps, { actor: ANN, id: action.id })).rejects.toMatchObject({
      code: 'conflict',
      publicMessage: `Nothing was changed: ${obstacle} Settle it with keysteward review dismiss ${action.id}`,
    });
    expect(await dismiss(bench.deps, { actor: ANN, ids: [action.id] })).toEqual({ messages: 0, actions: 1 });
  });

  test('takes only what has failed or is refused', async () => {
    const bench = await benchWithKeys();
    const pending = await ask(bench, 'key_1');
    await alertOn(bench, 'key_2');
    const [message] = await giveUp(bench);
    const doing = (id: string) => doAction(bench.deps, { actor: ANN, id });

    await expect(doing(pending.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(doing(present(message).id)).rejects.toMatchObject({
      publicMessage: expect.stringContaining(`keysteward review send ${message?.id}`),
    });
  });
});

describe('dismissing', () => {
  test('of all settles everything: nothing is sent, done, due or reported any more', async () => {
    const bench = await benchWithKeys();
    const { action } = await refusedAction(bench);
    const dead = await giveUp(bench);
    const before = bench.audit().length;

    expect(await dismiss(bench.deps, { actor: ANN, ids: 'all' })).toEqual({ messages: dead.length, actions: 1 });

    expect(await listReview(bench.deps)).toEqual({ messages: [], actions: [] });
    const status = await readStatus(bench.deps);
    expect([status.outbox.dead, status.deadLetters, status.unfinishedActions]).toEqual([0, [], []]);
    // What its alert says of it is new, and due.
    expect((await bench.store.read.outbox.due(NOON, 9)).map(({ id }) => id)).not.toContain(dead[0]?.id);
    bench.provider.calls.length = 0;
    await runDueActions(bench.deps);
    expect(bench.provider.calls).toEqual([]);
    expect(entries(bench, before).map(({ verb, actor }) => [verb, actor])).toEqual([
      ...dead.map(() => ['message.dismissed', ANN]),
      ['key.suspend.dismissed', ANN],
    ]);
    expect((await actionIn(bench, action)).problem).toBe('The provider says provider_denied.');
  });

  test('takes ids of both kinds at once, each once, and nothing when one of them is wrong', async () => {
    const bench = await benchWithKeys();
    const { action } = await refusedAction(bench);
    const [root] = await giveUp(bench);
    const ids = [action.id, present(root).id, action.id];

    await expect(dismiss(bench.deps, { actor: ANN, ids: [...ids, 'act_none'] })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('there is no act_none to review'),
    });
    expect((await listReview(bench.deps)).actions).toHaveLength(1);

    expect(await dismiss(bench.deps, { actor: ANN, ids })).toEqual({ messages: 1, actions: 1 });
  });

  test('is not for ever: whoever asks for the act again gets it', async () => {
    const bench = await benchWithKeys();
    const { action } = await refusedAction(bench);
    await dismiss(bench.deps, { actor: ANN, ids: 'all' });

    const again = await ask(bench, 'key_1');
    await runDueActions(bench.deps);

    expect(again.id).toBe(action.id);
    expect((await actionIn(bench, action)).state).toBe('confirmed');
  });

  test('is told in the thread of the alert that it was asked from', async () => {
    const bench = await benchWithKeys();
    const { alert } = await refusedAction(bench);

    await dismiss(bench.deps, { actor: ANN, ids: 'all' });

    expect((await events(bench, alert.id)).at(-1)).toBe('action_dismissed');
  });
});
