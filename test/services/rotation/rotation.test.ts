import { describe, expect, test } from 'vitest';
import { stepOf } from '../../../src/domain/rotation.ts';
import { DAY_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { changeStep, nameNewKey } from '../../../src/services/rotation/change-step.ts';
import { followOldKeys, nextFollowAt } from '../../../src/services/rotation/follow-old-keys.ts';
import { newKeyCandidates } from '../../../src/services/rotation/new-key-candidates.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { readKeyListNow } from '../../../src/services/rotation/read-key-list.ts';
import { cancelRotation, handOver } from '../../../src/services/rotation/steer-rotation.ts';
import { type Bench, later, NOON, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { faultyStore } from '../../support/faulty-store.ts';
import { alertOn } from '../../support/findings.ts';
import { ADA, ask, BOB, benchWithKeys, events, runToTheEnd, verbs } from '../../support/requests.ts';
import { bear, begin, read, step, walkToVerified } from './support.ts';

const rotationRows = (bench: Bench) => bench.outbox().filter((row) => row.startsWith('rotation'));

describe('beginning a rotation', () => {
  test('is one transaction: the record, its audit entry, its seven messages and the word to the alert', async () => {
    const bench = await benchWithKeys();
    const alert = await alertOn(bench, 'key_1');
    const key = await bench.keyOf('key_1');

    const { rotation, isNew } = await openRotation(bench.deps, {
      actor: ADA,
      keyId: key.id,
      alertId: alert.id,
      reason: ' sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD was in a public repository ',
    });

    expect(isNew).toBe(true);
    expect(rotation).toMatchObject({ state: 'open', oldKeyId: key.id, alertId: alert.id, startedAt: NOON });
    expect(rotation.reason).not.toContain('abcdefghijklmnop');
    expect(verbs(bench).at(-1)).toBe('rotation.opened');
    expect(await events(bench, alert.id)).toContain('rotation_started');
    expect(rotationRows(bench)).toHaveLength(7);
    expect((await read(bench, rotation)).driver).toBe('slack:T1/U0ADA');
    expect((await bench.store.read.alerts.get(alert.id))?.state).toBe('acknowledged');
  });

  test('leaves nothing behind when it cannot be written whole', async () => {
    const bench = await benchWithKeys();
    const key = await bench.keyOf('key_1');
    const { store, failWrites } = faultyStore(bench.store);
    failWrites(1);

    await expect(
      openRotation({ ...bench.deps, store }, { actor: ADA, keyId: key.id, alertId: null, reason: 'why' }),
    ).rejects.toThrow();

    expect(await bench.store.read.rotations.allOpen()).toEqual([]);
    expect(rotationRows(bench)).toEqual([]);
  });

  test('twice is once: the second is given the first', async () => {
    const bench = await benchWithKeys();
    const first = await begin(bench);
    const key = await bench.keyOf('key_1');

    const again = await openRotation(bench.deps, { actor: BOB, keyId: key.id, alertId: null, reason: 'me too' });

    expect(again).toMatchObject({ isNew: false, rotation: { id: first.id, startedBy: 'slack:T1/U0ADA' } });
    expect(verbs(bench).filter((verb) => verb === 'rotation.opened')).toHaveLength(1);
  });

  test('finds the open alert by itself, and never takes one of another key', async () => {
    const bench = await benchWithKeys();
    const other = await alertOn(bench, 'key_2');
    const key = await bench.keyOf('key_1');
    const input = { actor: ADA, keyId: key.id, alertId: other.id, reason: 'why' };

    const { rotation } = await openRotation(bench.deps, input);
    expect(rotation.alertId).toBeNull();
    await cancelRotation(bench.deps, { actor: ADA, rotationId: rotation.id, reason: 'again' });
    const own = await alertOn(bench, 'key_1');
    expect((await openRotation(bench.deps, { ...input, alertId: null })).rotation.alertId).toBe(own.id);
  });

  test('of a key that has ended has that step behind it', async () => {
    const bench = await benchWithKeys();
    await ask(bench, 'key_1', { kind: 'revoke' });
    await runToTheEnd(bench);

    const rotation = await begin(bench);

    expect(stepOf(rotation, 'revoke')).toMatchObject({ state: 'done', by: 'system:follow-rotations' });
  });

  test('is refused for an admin key, an unknown key and without a reason', async () => {
    const bench = await benchWithKeys();
    bench.provider.put(fakeKey('key_admin', { kind: 'admin' }));
    await bench.sync();
    const open = (keyId: string, reason = 'why') =>
      openRotation(bench.deps, { actor: ADA, keyId, alertId: null, reason });

    await expect(open((await bench.keyOf('key_admin')).id)).rejects.toThrow('Admin keys');
    await expect(open('key_none')).rejects.toThrow('not in the inventory');
    await expect(open((await bench.keyOf('key_1')).id, '  ')).rejects.toThrow('Say in a few words why');
  });
});

describe('a step', () => {
  test('ticked twice by the same click is ticked once; the button of another state changes nothing', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    const click = { actor: ADA, rotationId: rotation.id, step: 'generate', event: 'complete', reason: null } as const;

    await changeStep(bench.deps, { ...click, revision: 1 });
    await changeStep(bench.deps, { ...click, revision: 1 });

    expect(stepOf(await read(bench, rotation), 'generate').revision).toBe(2);
    expect(verbs(bench).filter((verb) => verb === 'rotation.step.done')).toHaveLength(1);
    await expect(changeStep(bench.deps, { ...click, actor: BOB, revision: 1 })).rejects.toThrow('somebody was faster');
    await expect(changeStep(bench.deps, { ...click, event: 'block', reason: 'x', revision: 1 })).rejects.toThrow(
      'somebody was faster',
    );
    await expect(changeStep(bench.deps, { ...click, rotationId: 'rot_x', revision: 1 })).rejects.toThrow(
      'no rotation rot_x',
    );
  });

  test('out of turn is refused with what comes first', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);

    await expect(step(bench, rotation, 'verify')).rejects.toThrow('redeploy comes first');
    await expect(step(bench, rotation, 'revoke')).rejects.toThrow('ticked by itself');
    await expect(step(bench, rotation, 'generate', { event: 'skip', reason: 'x' })).rejects.toThrow(
      'cannot be skipped',
    );
    await step(bench, rotation, 'generate');
    await step(bench, rotation, 'store');
    await expect(step(bench, rotation, 'generate', { event: 'undo' })).rejects.toThrow('undo store first');
  });

  test('is taken back, blocked and skipped with who, when and why', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    later(bench, MINUTE_MS);
    await step(bench, rotation, 'generate', { actor: BOB });
    await step(bench, rotation, 'generate', { event: 'undo' });
    await step(bench, rotation, 'generate');
    await step(bench, rotation, 'store', { event: 'block', reason: 'release freeze' });
    await step(bench, rotation, 'store', { event: 'skip', reason: 'nothing stores it', actor: BOB });

    expect(stepOf(await read(bench, rotation), 'store')).toEqual({
      name: 'store',
      state: 'skipped',
      reason: 'nothing stores it',
      by: 'slack:T1/U0BOB',
      at: NOON + MINUTE_MS,
      evidence: null,
      revision: 3,
    });
    expect(verbs(bench).filter((verb) => verb.startsWith('rotation.step'))).toEqual([
      'rotation.step.done',
      'rotation.step.undone',
      'rotation.step.done',
      'rotation.step.blocked',
      'rotation.step.skipped',
    ]);
  });

  test('whose change cannot be written whole stays as it was', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    const { store, failWrites } = faultyStore(bench.store);
    failWrites(1);

    await expect(
      changeStep(
        { ...bench.deps, store },
        { actor: ADA, rotationId: rotation.id, step: 'generate', revision: 1, event: 'complete', reason: null },
      ),
    ).rejects.toThrow();

    expect(await read(bench, rotation)).toEqual(rotation);
    expect(verbs(bench)).not.toContain('rotation.step.done');
  });
});

describe('the new key', () => {
  test('is one that appeared in the scope since a day before; never the old one, a stopped one or an old acquaintance', async () => {
    const bench = await benchWithKeys();
    bench.provider.put(
      fakeKey('key_old', { createdAt: NOON - 3 * DAY_MS }),
      fakeKey('key_elsewhere', { scopeId: 'other', createdAt: NOON }),
      fakeKey('key_stopped', { status: 'inactive', createdAt: NOON }),
      fakeKey('key_before', { createdAt: NOON - 60 * MINUTE_MS }),
      fakeKey('key_after', { createdAt: NOON + MINUTE_MS }),
    );
    await bench.sync();
    const rotation = await begin(bench);

    const found = await newKeyCandidates(bench.deps, rotation);

    const fresh = ['key_after', 'key_before'];
    expect(found.map(({ providerKeyId }) => providerKeyId).filter((id) => !/key_[12]$/.test(id))).toEqual(fresh);
    expect(found.map(({ id }) => id)).not.toContain(rotation.oldKeyId);
  });

  test('may be named later, but not another one after its traffic was verified', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    const newKeyId = await bear(bench);
    await step(bench, rotation, 'generate', { newKeyId: null });
    const name = (id: string) => nameNewKey(bench.deps, { actor: ADA, rotationId: rotation.id, newKeyId: id });

    await name(newKeyId);
    await name(newKeyId);
    expect((await read(bench, rotation)).newKeyId).toBe(newKeyId);
    expect(verbs(bench).filter((verb) => verb === 'rotation.key_named')).toHaveLength(1);
    await expect(name(rotation.oldKeyId)).rejects.toThrow('cannot be the new one');
    await walkOn(bench, rotation);
    await expect(name((await bench.keyOf('key_2')).id)).rejects.toThrow('undo verify first');
  });

  test('that is being rotated itself is refused', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench, 'key_1');
    await begin(bench, 'key_2');

    await expect(step(bench, rotation, 'generate', { newKeyId: (await bench.keyOf('key_2')).id })).rejects.toThrow(
      'is being rotated itself',
    );
  });
});

async function walkOn(bench: Bench, rotation: Parameters<typeof step>[1]): Promise<void> {
  await step(bench, rotation, 'store');
  await step(bench, rotation, 'redeploy');
  await step(bench, rotation, 'verify', { reason: 'seen in the logs' });
}

describe('the old key', () => {
  test.each(['an act of ours', 'the console', 'deletion'])('stopped by %s ticks its step, once', async (way) => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    await walkToVerified(bench, rotation, await bear(bench));
    expect(await nextFollowAt(bench.deps)).toBeNull();
    if (way === 'an act of ours') {
      await ask(bench, 'key_1', { kind: 'revoke' });
      await runToTheEnd(bench);
    } else if (way === 'the console') bench.provider.put(fakeKey('key_1', { status: 'archived' }));
    else bench.provider.keys.delete('key_1');
    if (way !== 'an act of ours') await readKeyListNow(bench.deps, rotation);

    expect(await nextFollowAt(bench.deps)).toBe(way === 'an act of ours' ? bench.clock.now() : null);
    await followOldKeys(bench.deps);
    await followOldKeys(bench.deps);

    expect(stepOf(await read(bench, rotation), 'revoke')).toMatchObject({ state: 'done', reason: null, revision: 2 });
    expect(await nextFollowAt(bench.deps)).toBeNull();
  });

  test('that is only suspended has not ended, and one that shows up again takes the tick back', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    await ask(bench, 'key_1');
    await runToTheEnd(bench);
    await followOldKeys(bench.deps);
    expect(stepOf(await read(bench, rotation), 'revoke').state).toBe('todo');

    const listed = present(bench.provider.keys.get('key_1'));
    bench.provider.keys.delete('key_1');
    await readKeyListNow(bench.deps, rotation);
    expect(stepOf(await read(bench, rotation), 'revoke').reason).toBe('stopped before the new key was verified');
    bench.provider.put({ ...listed, status: 'active' });
    await readKeyListNow(bench.deps, rotation);

    expect(stepOf(await read(bench, rotation), 'revoke')).toMatchObject({
      state: 'todo',
      by: 'system:follow-rotations',
    });
  });

  test('of a connection that is configured no more cannot be looked at', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    bench.disconnect(bench.provider.port.connectionId);

    await expect(readKeyListNow(bench.deps, rotation)).rejects.toThrow('no connection to read the keys');
  });
});

describe('steering', () => {
  test('hands over with a word to the new driver, and not twice', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);

    await handOver(bench.deps, { actor: ADA, rotationId: rotation.id, to: BOB });
    await handOver(bench.deps, { actor: ADA, rotationId: rotation.id, to: BOB });

    expect((await read(bench, rotation)).driver).toBe('slack:T1/U0BOB');
    expect(rotationRows(bench).filter((row) => row.startsWith('rotation_driver'))).toHaveLength(1);
    expect(verbs(bench).filter((verb) => verb === 'rotation.handed_over')).toHaveLength(1);
  });

  test('cancels with a reason, tells the alert, and lets another one begin', async () => {
    const bench = await benchWithKeys();
    const alert = await alertOn(bench, 'key_1');
    const rotation = await begin(bench);
    const cancel = (actor = ADA) =>
      cancelRotation(bench.deps, { actor, rotationId: rotation.id, reason: 'not needed' });

    await cancel();
    await cancel();

    expect(await read(bench, rotation)).toMatchObject({
      state: 'cancelled',
      closeReason: 'not needed',
      closedAt: NOON,
    });
    expect(await events(bench, alert.id)).toEqual(['rotation_started', 'rotation_cancelled']);
    await expect(cancel(BOB)).rejects.toThrow('this rotation is cancelled');
    await expect(step(bench, rotation, 'generate')).rejects.toThrow('this rotation is cancelled');
    await expect(handOver(bench.deps, { actor: ADA, rotationId: rotation.id, to: BOB })).rejects.toThrow('cancelled');
    expect((await begin(bench)).id).not.toBe(rotation.id);
  });
});

test('a rotation that is walked through is done, with how long it took, and its alert hears it', async () => {
  const bench = await benchWithKeys();
  const alert = await alertOn(bench, 'key_1');
  const rotation = await begin(bench);
  const newKeyId = await bear(bench);
  later(bench, 90 * MINUTE_MS);
  await walkToVerified(bench, rotation, newKeyId);
  await ask(bench, 'key_1', { kind: 'revoke' });
  await runToTheEnd(bench);
  await followOldKeys(bench.deps);
  await step(bench, rotation, 'inventory', { actor: BOB });

  const over = await read(bench, rotation);
  expect(over).toMatchObject({ state: 'done', closedBy: 'slack:T1/U0BOB', newKeyId });
  expect(present(bench.audit().find(({ verb }) => verb === 'rotation.done')).detail).toMatchObject({
    lengthMs: 90 * MINUTE_MS,
  });
  expect((await events(bench, alert.id)).at(-1)).toBe('rotation_done');
  expect(await bench.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
});
