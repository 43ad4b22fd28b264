import { describe, expect, test } from 'vitest';
import { type Rotation, stepOf } from '../../../src/domain/rotation.ts';
import { parseEvidence } from '../../../src/domain/rotation-evidence.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { approveRequest } from '../../../src/services/actions/decide-approval.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { requestRetirement } from '../../../src/services/actions/request-retirement.ts';
import { pendingRevocations } from '../../../src/services/rotation/describe-end.ts';
import { readDrills } from '../../../src/services/rotation/drill.ts';
import { followOldKeys } from '../../../src/services/rotation/follow-old-keys.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { nextRollBackAt, rollBack, settleRollBacks } from '../../../src/services/rotation/roll-back.ts';
import { nextFinalAt, runFinals } from '../../../src/services/rotation/run-finals.ts';
import { simulateStep } from '../../../src/services/rotation/simulate-step.ts';
import { pauseRotation, resumeRotation } from '../../../src/services/rotation/steer-rotation.ts';
import { readStatus } from '../../../src/services/status/read-status.ts';
import { type Bench, later, NOON, present } from '../../support/bench-deps.ts';
import { appliedBut, failing, fakeKey } from '../../support/fake-provider.ts';
import { FakeStore } from '../../support/fake-store.ts';
import { ADA, agreed, ask, benchWithKeys, runToTheEnd, SECOND, verbs } from '../../support/requests.ts';
import { bear, begin, read, retire, settle, step, verified, walkToVerified } from './support.ts';

const GRACE_MS = 7 * DAY_MS;
const PRODUCTION = { policy: "environments: [{ match: 'staging-*', environment: production }]" };

/** The second version in the vault is the new key's. */
async function storedInVault(bench: Bench, rotation: Rotation): Promise<void> {
  const places = { store: 'vault', reference: 'prod/api', version: '2', formerVersion: '1' } as const;
  const evidence = { proof: 'version', fingerprint: null, ...places } as const;
  await bench.store.write(async (tx) => {
    const now = present(await tx.rotations.get(rotation.id));
    const steps = now.steps.map((one) => (one.name === 'store' ? { ...one, evidence } : one));
    await tx.rotations.update({ ...now, steps });
  });
}

const statusOf = async (bench: Bench) => (await bench.keyOf('key_1')).status;
const evidenceOf = async (bench: Bench, rotation: Rotation) =>
  parseEvidence('revoke', stepOf(await read(bench, rotation), 'revoke').evidence);

describe('the end of an old key', () => {
  test('is a suspension, a grace, and then a revocation for which nobody is asked again', async () => {
    const { bench, rotation } = await verified();
    await retire(bench, rotation);
    await settle(bench);

    expect(await statusOf(bench)).toBe('inactive');
    expect((await read(bench, rotation)).finalAt).toBe(NOON + GRACE_MS);
    expect(stepOf(await read(bench, rotation), 'revoke').state).toBe('todo');
    expect(await nextFinalAt(bench.deps)).toBe(NOON + GRACE_MS);

    bench.clock.jumpTo(NOON + GRACE_MS - 1);
    await settle(bench);
    expect(await statusOf(bench)).toBe('inactive');

    bench.clock.jumpTo(NOON + GRACE_MS);
    await settle(bench);
    expect(await statusOf(bench)).toBe('archived');
    expect(stepOf(await read(bench, rotation), 'revoke')).toMatchObject({ state: 'done', reason: null });
    expect(await evidenceOf(bench, rotation)).toMatchObject({
      proof: 'shown',
      graceUntil: NOON + GRACE_MS,
      approvedBy: null,
    });
    expect(await nextFinalAt(bench.deps)).toBeNull();
  });

  test('on production is agreed to by a second person before the grace begins, and recorded', async () => {
    const { bench, rotation } = await verified(PRODUCTION);
    const outcome = await retire(bench, rotation);
    expect(outcome.kind).toBe('waits');
    await settle(bench);
    expect(await statusOf(bench)).toBe('active');

    await agreed(bench, outcome);
    await settle(bench);
    bench.clock.jumpTo(NOON + GRACE_MS);
    await settle(bench);

    expect(await statusOf(bench)).toBe('archived');
    expect(await evidenceOf(bench, rotation)).toMatchObject({ approvedBy: 'slack:T1/U0SECOND' });
    const asked = bench.audit().filter(({ verb }) => verb === 'key.revoke.requested');
    expect(asked.map(({ detail }) => detail['approvedBy'])).toEqual(['slack:T1/U0SECOND']);
  });

  test('that was agreed on is none for a key that was started again: its next stop takes a new consent', async () => {
    const { bench, rotation } = await verified(PRODUCTION);
    await agreed(bench, await retire(bench, rotation));
    await settle(bench);
    await ask(bench, 'key_1', { kind: 'restore' });
    await settle(bench);
    expect((await read(bench, rotation)).finalAt).toBeNull();

    await ask(bench, 'key_1', { kind: 'suspend' });
    await settle(bench);
    bench.clock.jumpTo(NOON + 3 * GRACE_MS);
    await settle(bench);

    expect(await statusOf(bench)).toBe('inactive');
    expect((await retire(bench, rotation)).kind).toBe('waits');
    expect(verbs(bench)).toContain('rotation.grace_ended');
  });

  test('that became a matter for two during the grace is not gone on with by one', async () => {
    const { bench, rotation } = await verified();
    await retire(bench, rotation);
    await settle(bench);
    const lineage = await bench.lineageOf('key_1');
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, environment: 'production' }));
    bench.clock.jumpTo(NOON + GRACE_MS);
    await settle(bench);

    expect(await statusOf(bench)).toBe('inactive');
    expect((await read(bench, rotation)).finalAt).toBeNull();
  });

  test('is refused before the new key is verified, unless the old one is public; and an approval lapses with what it stood on', async () => {
    const bench = await benchWithKeys(PRODUCTION);
    const rotation = await begin(bench);
    await expect(retire(bench, rotation)).rejects.toThrow('not verified yet');
    await walkToVerified(bench, rotation, await bear(bench));
    const outcome = await retire(bench, rotation);
    await step(bench, rotation, 'verify', { event: 'undo' });
    if (outcome.kind !== 'waits') throw new Error('it should wait');
    const { id: approvalId } = outcome.approval;

    const after = await approveRequest(bench.deps, { actor: SECOND, approvalId, askerMay: true });

    expect(after).toMatchObject({ state: 'overtaken', problem: expect.stringContaining('not verified yet') });
    const key = await bench.keyOf('key_2');
    const purpose = { kind: 'emergency', isPublic: true } as const;
    const open = { actor: ADA, keyId: key.id, alertId: null, reason: 'it is on the web', purpose };
    const { rotation: urgent } = await openRotation(bench.deps, open);
    const asked = { rotationId: urgent.id, keyId: key.id, generation: key.generation, alertId: null };
    const { slug } = await bench.lineageOf('key_2');
    const now = await requestRetirement(bench.deps, { ...asked, typedSlug: slug, actor: ADA, reason: 'public' });
    expect(now.kind).toBe('waits');
  });

  test('waits while the rotation is paused, and is tried until it is done, never forgotten', async () => {
    const { bench, rotation } = await verified();
    await retire(bench, rotation);
    await settle(bench);
    await pauseRotation(bench.deps, { actor: ADA, rotationId: rotation.id, reason: 'release freeze' });
    bench.clock.jumpTo(NOON + GRACE_MS + HOUR_MS);
    await settle(bench);
    expect([await statusOf(bench), await nextFinalAt(bench.deps)]).toEqual(['inactive', null]);

    await resumeRotation(bench.deps, { actor: ADA, rotationId: rotation.id });
    bench.provider.script('revoke', ...Array.from({ length: 3 }, () => failing('provider_unavailable')));
    await runFinals(bench.deps);
    await runDueActions(bench.deps);
    expect((await pendingRevocations(bench.deps)).map(({ action, rotationId }) => [action.kind, rotationId])).toEqual([
      ['revoke', rotation.id],
    ]);
    expect(await nextFinalAt(bench.deps)).toBeNull();

    await settle(bench);
    expect(await statusOf(bench)).toBe('archived');
    expect(await pendingRevocations(bench.deps)).toEqual([]);
    expect(bench.clock.now()).toBeLessThan(NOON + GRACE_MS + 2 * HOUR_MS);
  });
});

describe('rolling back', () => {
  test('starts the old key again first, then brings the secret back, and ends', async () => {
    const { bench, rotation, newKeyId } = await verified();
    const vault = new FakeStore({ readBack: 'metadata' });
    for (const value of ['old value', 'new value']) vault.put('prod/api', value);
    await storedInVault(bench, rotation);
    const deps = { ...bench.deps, secretStores: new Map([['vault', vault.port]]) };
    await retire(bench, rotation);
    await settle(bench);
    await step(bench, rotation, 'inventory');

    await rollBack(deps, { actor: ADA, rotationId: rotation.id, reason: 'it lacks a right' });
    await settleRollBacks(deps);
    expect(vault.calls).not.toContain('restore');
    await runToTheEnd(bench);
    expect(await statusOf(bench)).toBe('active');
    await settleRollBacks(deps);
    await settleRollBacks(deps);

    expect(vault.calls.filter((call) => call === 'restore')).toHaveLength(1);
    expect(vault.valueOf('prod/api')).toBe('old value');
    const over = await read(bench, rotation);
    expect(over).toMatchObject({ state: 'cancelled', finalAt: null, rollback: { reason: 'it lacks a right' } });
    expect(stepOf(over, 'store').reason).toBe('The former value is back; restart who uses it.');
    expect((await present(await bench.store.read.keys.get(newKeyId))).lineageId).not.toBe(rotation.lineageId);
    bench.clock.jumpTo(NOON + 2 * GRACE_MS);
    await settle(bench);
    expect(await statusOf(bench)).toBe('active');
  });

  test('tries again, later and later, while the store is away, says so, and ends with what a person has to do', async () => {
    const { bench, rotation } = await verified();
    const vault = new FakeStore({ readBack: 'metadata' });
    for (const value of ['old value', 'new value']) vault.put('prod/api', value);
    await storedInVault(bench, rotation);
    const deps = { ...bench.deps, secretStores: new Map([['vault', vault.port]]) };
    const tryAgain = async () => {
      const at = present((await nextRollBackAt(deps)) ?? undefined);
      bench.clock.jumpTo(at);
      await settleRollBacks(deps);
      return at;
    };
    await rollBack(deps, { actor: ADA, rotationId: rotation.id, reason: 'it lacks a right' });
    vault.script('restore', 'store_unavailable', 'store_rejected');
    const tries = [await tryAgain(), await tryAgain()];
    // Woken for another reason: not before its time.
    await settleRollBacks(deps);

    expect(vault.calls.filter((call) => call === 'restore')).toHaveLength(2);
    expect((await read(bench, rotation)).state).toBe('open');
    const { restoring } = await readStatus(deps);
    expect(restoring.get(rotation.id)?.problem).toBeTruthy();
    expect(bench.outbox().filter((row) => row.startsWith('rotation_secret'))).toEqual([]);
    tries.push(await tryAgain());
    expect(tries.map((at) => at - NOON)).toEqual([0, 5_000, 15_000]);
    expect(vault.valueOf('prod/api')).toBe('old value');
    expect((await read(bench, rotation)).state).toBe('cancelled');
    expect(await nextRollBackAt(deps)).toBeNull();

    const { bench: other, rotation: hopeless } = await verified();
    await storedInVault(other, hopeless);
    vault.script('readCurrent', ...Array.from({ length: 99 }, () => 'store_unavailable' as const));
    const away = { ...other.deps, secretStores: new Map([['vault', vault.port]]) };
    await rollBack(away, { actor: ADA, rotationId: hopeless.id, reason: 'x' });
    for (let at = await nextRollBackAt(away); at !== null; at = await nextRollBackAt(away)) {
      other.clock.jumpTo(at);
      await settleRollBacks(away);
    }
    expect(other.clock.now() - NOON).toBeGreaterThan(20 * HOUR_MS);
    expect(other.outbox()).toContain(`rotation_secret ${hopeless.id} pending`);
    expect((await read(other, hopeless)).state).toBe('cancelled');
  });

  test('of an old key that is gone for good is refused, with what to do', async () => {
    const { bench, rotation } = await verified();
    await ask(bench, 'key_1', { kind: 'revoke' });
    await settle(bench);

    await expect(rollBack(bench.deps, { actor: ADA, rotationId: rotation.id, reason: 'x' })).rejects.toThrow(
      'gone for good',
    );
  });

  test.each([
    ['is rate limited', failing('provider_rate_limited')],
    ['fails', failing('provider_unavailable')],
    ['times out when it is done', appliedBut('provider_outcome_unknown')],
    ['is forbidden', failing('provider_denied')],
  ])('whose restore %s is tried until the old key works, once, and only then ends', async (_how, answer) => {
    const { bench, rotation } = await verified();
    await retire(bench, rotation);
    await settle(bench);
    bench.provider.script('restore', answer);
    await rollBack(bench.deps, { actor: ADA, rotationId: rotation.id, reason: 'it lacks a right' });
    await runDueActions(bench.deps);
    await settleRollBacks(bench.deps);
    expect((await read(bench, rotation)).state).toBe('open');

    await runToTheEnd(bench);
    await settleRollBacks(bench.deps);
    expect(bench.provider.effects).toEqual(['suspend key_1', 'restore key_1']);
    expect([await statusOf(bench), (await read(bench, rotation)).state]).toEqual(['active', 'cancelled']);
  });

  test('takes back a stop that is asked for and not done', async () => {
    const { bench, rotation } = await verified();
    await retire(bench, rotation);
    await rollBack(bench.deps, { actor: ADA, rotationId: rotation.id, reason: 'x' });
    await settle(bench);
    await settleRollBacks(bench.deps);

    expect(await statusOf(bench)).toBe('active');
    expect((await read(bench, rotation)).state).toBe('cancelled');
  });
});

test('a drill walks its steps without a provider, and gives way to a real rotation', async () => {
  const bench = await benchWithKeys();
  const key = await bench.keyOf('key_1');
  const open = (kind: 'drill' | 'emergency') =>
    openRotation(bench.deps, { actor: ADA, keyId: key.id, alertId: null, reason: 'practice', purpose: { kind } });
  const { rotation } = await open('drill');
  for (const name of ['generate', 'store', 'redeploy'] as const) {
    later(bench, MINUTE_MS);
    await step(bench, rotation, name);
  }
  const calls = bench.provider.calls.length;
  await expect(retire(bench, rotation)).rejects.toThrow('drill');
  for (const name of ['verify', 'revoke', 'inventory'] as const) {
    later(bench, MINUTE_MS);
    const { revision } = stepOf(await read(bench, rotation), name);
    await simulateStep(bench.deps, { actor: ADA, rotationId: rotation.id, step: name, revision });
  }
  const walked = await read(bench, rotation);
  expect(walked.state).toBe('done');
  expect(walked.steps.slice(3).map(({ evidence }) => evidence?.proof)).toEqual(['simulated', 'simulated', 'simulated']);
  expect(bench.provider.calls).toHaveLength(calls);
  expect(await statusOf(bench)).toBe('active');
  const [kept] = await readDrills(bench.deps, 5);
  expect(kept?.lengthMs).toBe(6 * MINUTE_MS);
  expect(kept?.steps.map(({ lengthMs }) => lengthMs)).toEqual(Array.from({ length: 6 }, () => MINUTE_MS));

  const second = await open('drill');
  bench.provider.put(fakeKey('key_1', { label: 'staging-ci', status: 'archived' }));
  await bench.sync();
  await followOldKeys(bench.deps);
  expect(stepOf(await read(bench, second.rotation), 'revoke').state).toBe('todo');
  const real = await open('emergency');
  expect([real.isNew, (await read(bench, second.rotation)).state]).toEqual([true, 'cancelled']);
  bench.clock.jumpTo(NOON + MINUTE_MS);
});
