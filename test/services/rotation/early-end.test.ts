import { describe, expect, test } from 'vitest';
import { type Rotation, stepOf } from '../../../src/domain/rotation.ts';
import { parseEvidence } from '../../../src/domain/rotation-evidence.ts';
import { DAY_MS } from '../../../src/domain/time.ts';
import { seenOf } from '../../../src/services/actions/account.ts';
import { approveRequest } from '../../../src/services/actions/decide-approval.ts';
import type { RequestOutcome } from '../../../src/services/actions/record-consented.ts';
import { requestEach } from '../../../src/services/actions/request-each.ts';
import { requestOwnerDeletion } from '../../../src/services/actions/request-owner-deletion.ts';
import { readEarlyEnd } from '../../../src/services/rotation/early-end.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { runFinals } from '../../../src/services/rotation/run-finals.ts';
import { type Bench, NOON, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { benchWithLimits, common, SERVICE_ACCOUNT } from '../../support/limits.ts';
import { ADA, askOnly, benchWithKeys, runToTheEnd, SECOND, verbs } from '../../support/requests.ts';
import { bear, begin, read, retire, settle, step, verified } from './support.ts';

/** Where nothing softer exists than the end for good. */
const FINAL_ONLY = { acts: ['revoke'], disable: 'irreversible' } as const;
const ON_PRODUCTION = {
  ...FINAL_ONLY,
  policy: "environments: [{ match: 'staging-*', environment: production }]",
} as const;

const revokeTold = async (bench: Bench, told = true) => {
  const card = await readEarlyEnd(bench.deps, (await bench.keyOf('key_1')).id);
  return askOnly(bench, 'key_1', { kind: 'revoke', told: told && card !== null ? [card] : [] });
};

async function approve(bench: Bench, outcome: RequestOutcome) {
  if (outcome.kind !== 'waits') throw new Error('it should wait');
  return approveRequest(bench.deps, { actor: SECOND, approvalId: outcome.approval.id, askerMay: true });
}

const revokedBy = async (bench: Bench, rotation: Rotation) =>
  parseEvidence('revoke', stepOf(await read(bench, rotation), 'revoke').evidence);

describe('a revocation of an old key whose successor is not verified', () => {
  test('is refused to whoever was not told, and says what is missing', async () => {
    const bench = await benchWithKeys(FINAL_ONLY);
    await begin(bench);
    await expect(revokeTold(bench, false)).rejects.toThrow('early for');
    await expect(revokeTold(bench, false)).rejects.toMatchObject({
      publicMessage: expect.stringContaining('missing: generate, store, redeploy, verify'),
    });
    const keys = [{ key: await bench.keyOf('key_1'), lineage: await bench.lineageOf('key_1') }];
    const [each] = await requestEach(bench.deps, { actor: ADA, kind: 'revoke', keys, reason: 'she leaves' });

    expect(each?.problem).toContain('`/keys revoke`');
    expect(bench.provider.effects).toEqual([]);
  });

  test('goes on for whoever was, at once, and the record keeps who, why and against what', async () => {
    const bench = await benchWithKeys(FINAL_ONLY);
    const rotation = await begin(bench);
    await revokeTold(bench);
    await settle(bench);

    expect(bench.provider.effects).toEqual(['revoke key_1']);
    const override = { by: 'slack:T1/U0ADA', reason: 'it leaked', doubts: expect.arrayContaining(['new_key_unknown']) };
    const reasons = ['generate', 'store', 'redeploy', 'verify'];
    expect(await revokedBy(bench, rotation)).toMatchObject({ override: { ...override, reasons } });
    const entry = present(bench.audit().find(({ verb }) => verb === 'rotation.end_overridden'));
    expect(entry).toMatchObject({ subject: rotation.id, detail: { reason: 'it leaked', before: reasons.join(', ') } });
    expect(entry.detail['doubts']).toContain('new_key_unknown');
  });

  test('is approved as it was asked for: less that is missing by then is no news, more is', async () => {
    const bench = await benchWithKeys(ON_PRODUCTION);
    const rotation = await begin(bench);
    const better = await revokeTold(bench);
    await step(bench, rotation, 'generate', { newKeyId: await bear(bench) });
    expect(await approve(bench, better)).toMatchObject({ state: 'approved' });

    const { bench: other, rotation: second } = await verified(ON_PRODUCTION);
    await step(other, second, 'verify', { event: 'undo' });
    const worse = await revokeTold(other);
    await step(other, second, 'redeploy', { event: 'undo' });
    expect(await approve(other, worse)).toMatchObject({ state: 'overtaken' });
    expect(verbs(other)).not.toContain('rotation.end_overridden');
  });

  test('is not approved where it was verified when it was asked for, and is not any more', async () => {
    const { bench, rotation } = await verified(ON_PRODUCTION);
    const outcome = await revokeTold(bench);
    await step(bench, rotation, 'verify', { event: 'undo' });

    expect(await approve(bench, outcome)).toMatchObject({
      state: 'overtaken',
      problem: expect.stringContaining('its new key is not verified (missing: verify)'),
    });
    await settle(bench);
    expect(bench.provider.effects).toEqual([]);
  });

  test('that a person has asked for stays wanted when the tick is taken back on the way, and the record says so', async () => {
    const { bench, rotation } = await verified(FINAL_ONLY);
    await revokeTold(bench);
    await step(bench, rotation, 'verify', { event: 'undo' });
    await settle(bench);

    expect(await revokedBy(bench, rotation)).toMatchObject({
      override: { by: 'slack:T1/U0ADA', reasons: ['verify'], doubts: [] },
    });
  });

  test('of a key that is suspended, as at the end of a grace, is not carried out', async () => {
    const { bench, rotation } = await verified();
    await retire(bench, rotation);
    await settle(bench);
    bench.clock.jumpTo(NOON + 7 * DAY_MS);
    await runFinals(bench.deps);
    await step(bench, rotation, 'verify', { event: 'undo' });
    await runToTheEnd(bench);

    expect(bench.provider.effects).toEqual(['suspend key_1']);
    expect((await bench.keyOf('key_1')).status).toBe('inactive');
  });

  test('needs no word of it in an emergency of a public key, nor once it is verified', async () => {
    const bench = await benchWithKeys(FINAL_ONLY);
    const purpose = { kind: 'emergency', isPublic: true } as const;
    const open = { actor: ADA, alertId: null, reason: 'it is on the web', purpose };
    const { rotation } = await openRotation(bench.deps, { ...open, keyId: (await bench.keyOf('key_1')).id });
    await revokeTold(bench, false);
    await settle(bench);
    expect(stepOf(await read(bench, rotation), 'revoke')).toMatchObject({ state: 'done', reason: /public/ });
    expect(await revokedBy(bench, rotation)).toMatchObject({ override: null });

    const { bench: other, rotation: calm } = await verified(FINAL_ONLY);
    await revokeTold(other, false);
    await settle(other);
    expect(await revokedBy(other, calm)).toMatchObject({ override: null });
  });
});

test('an account goes with its keys only for whoever was told of each that is being rotated', async () => {
  const bench = await benchWithLimits();
  for (const id of ['key_1', 'key_2']) bench.provider.put(fakeKey(id, { label: id, owner: SERVICE_ACCOUNT }));
  await bench.sync();
  await begin(bench, 'key_2');
  const keyIds = [(await bench.keyOf('key_1')).id, (await bench.keyOf('key_2')).id];
  const { generation } = await bench.keyOf('key_1');
  const request = { ...(await common(bench, 'key_1')), generation, seen: seenOf(keyIds) };

  await expect(requestOwnerDeletion(bench.deps, request)).rejects.toThrow('early for');
  const told = [present((await readEarlyEnd(bench.deps, present(keyIds[1]))) ?? undefined)];
  expect((await requestOwnerDeletion(bench.deps, { ...request, told })).kind).toBe('recorded');
  expect(verbs(bench)).toContain('rotation.end_overridden');
});
