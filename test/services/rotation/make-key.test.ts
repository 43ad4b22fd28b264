import { describe, expect, test } from 'vitest';
import { stepOf } from '../../../src/domain/rotation.ts';
import { HOUR_MS, SECOND_MS } from '../../../src/domain/time.ts';
import { cancelAction } from '../../../src/services/actions/cancel-action.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { creationOf } from '../../../src/services/rotation/creation-of.ts';
import { makeWaitingKeys, nextMakingAt } from '../../../src/services/rotation/request-new-key.ts';
import { cancelRotation } from '../../../src/services/rotation/steer-rotation.ts';
import { later, present } from '../../support/bench-deps.ts';
import { type Answer, appliedBut, failing, fakeKey } from '../../support/fake-provider.ts';
import { ADA, runToTheEnd } from '../../support/requests.ts';
import { askForKey, evidenceOf, type MakingBench, makingBench, newAndLive, PLACE } from './making-bench.ts';
import { begin, read } from './support.ts';

async function actionOf({ bench, rotation }: MakingBench) {
  return present(await creationOf(bench.store.read, await read(bench, rotation)));
}

async function expectMade(made: MakingBench): Promise<void> {
  const { bench, vault } = made;
  const rotation = await read(bench, made.rotation);
  const [id = '', ...others] = newAndLive(bench);
  expect(others).toEqual([]);
  expect(vault.valueOf(PLACE)).toBe(bench.provider.valueOf(id));
  const key = await bench.keyOf(id);
  expect(rotation.newKeyId).toBe(key.id);
  expect(key).toMatchObject({ label: rotation.newName, announced: true });
  expect([stepOf(rotation, 'generate').state, stepOf(rotation, 'store').state]).toEqual(['done', 'done']);
  expect(evidenceOf(rotation, 'generate')).toMatchObject({ how: 'made', providerKeyId: id });
  expect((await actionOf(made)).state).toBe('verified');
}

/** Nothing that was written anywhere holds a value. */
function expectNoValue({ bench }: MakingBench): void {
  const tables = bench.raw().prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const rows = tables.map(({ name }) => JSON.stringify(bench.raw().prepare(`SELECT * FROM "${name}"`).all()));
  expect(`${rows.join('')}${bench.logger.lines.join('')}`).not.toContain('canary-value');
}

describe('a new key that is asked for', () => {
  test('is made beside the old one, stored, and named as the new key, with what shows it', async () => {
    const made = await makingBench();
    const { bench, vault } = made;

    await askForKey(made);
    await askForKey(made);
    await runDueActions(bench.deps);

    await expectMade(made);
    expect(bench.provider.callsOf('createKey')).toEqual(['createKey staging-ci-2026-08-03']);
    // The store is asked whether it can take the value before anything is made.
    expect(vault.calls.slice(0, 2)).toEqual(['checkAccess', 'readCurrent']);
    expect(evidenceOf(await read(bench, made.rotation), 'store')).toMatchObject({
      proof: 'fingerprint',
      store: 'vault',
      reference: PLACE,
      version: '2',
      formerVersion: '1',
    });
    expectNoValue(made);
  });

  const lost: Answer = appliedBut('provider_outcome_unknown');
  test.each<readonly [string, (made: MakingBench) => void]>([
    ['the provider slows down', ({ bench }) => bench.provider.script('createKey', failing('provider_rate_limited'))],
    ['the provider fails', ({ bench }) => bench.provider.script('createKey', failing('provider_outcome_unknown'))],
    ['the answer is lost although the key is made', ({ bench }) => bench.provider.script('createKey', lost)],
    ['the answer is lost twice', ({ bench }) => bench.provider.script('createKey', lost, lost)],
    ['the right is missing for a while', ({ bench }) => bench.provider.script('createKey', failing('provider_denied'))],
    [
      'the list fails after it',
      ({ bench }) => bench.provider.script('listKeys', { kind: 'ok' }, failing('provider_unavailable')),
    ],
    ['the store is down before it', ({ vault }) => vault.script('checkAccess', 'store_unavailable')],
    ['the store may not be read before it', ({ vault }) => vault.script('readCurrent', 'store_rejected')],
    ['the store is down when it is to be stored', ({ vault }) => vault.script('write', 'store_unavailable')],
    ['the write is lost and did not arrive', ({ vault }) => vault.script('write', 'store_outcome_unknown')],
    [
      'the write arrives and its answer is lost',
      ({ vault }) => vault.script('write', { code: 'store_outcome_unknown', applied: true }),
    ],
    [
      'the write arrives, its answer is lost and the store cannot be read',
      ({ vault }) => {
        vault.script('write', { code: 'store_outcome_unknown', applied: true });
        vault.script('readCurrent', null, 'store_unavailable');
      },
    ],
    [
      'neither the write nor the deletion of the useless key goes through at first',
      ({ bench, vault }) => {
        vault.script('write', 'store_unavailable');
        bench.provider.script('revoke', failing('provider_unavailable'));
      },
    ],
  ])('is one key, and its value is stored, when %s', async (_, fault) => {
    const made = await makingBench();
    fault(made);
    const live: number[] = [];

    await askForKey(made);
    for (let round = 0; round < 6; round += 1) {
      await runDueActions(made.bench.deps);
      live.push(newAndLive(made.bench).length);
      later(made.bench, 2 * HOUR_MS);
    }

    await expectMade(made);
    expect(Math.max(...live)).toBe(1);
    expectNoValue(made);
  });

  test('is proven by the version where the store gives no value back', async () => {
    const made = await makingBench({ vault: { readBack: 'metadata' } });
    made.vault.script('write', { code: 'store_outcome_unknown', applied: true });

    await askForKey(made);
    await runDueActions(made.bench.deps);

    await expectMade(made);
    expect(evidenceOf(await read(made.bench, made.rotation), 'store')).toMatchObject({ proof: 'version' });
  });

  test.each([
    ['refuses it', 'store_rejected', 'does not take the new value'],
    ['was changed by somebody else', 'conflict', 'was changed by somebody else meanwhile'],
  ] as const)('is deleted again when the store %s, and the step says what to do', async (_, code, words) => {
    const made = await makingBench();
    made.vault.script('write', code);

    await askForKey(made);
    await runToTheEnd(made.bench);

    expect(newAndLive(made.bench)).toEqual([]);
    expect(made.vault.valueOf(PLACE)).toBe('sk-the-old-value');
    const { state, reason } = stepOf(await read(made.bench, made.rotation), 'generate');
    expect(state).toBe('blocked');
    expect(reason).toContain(words);

    // Seen to and asked for again.
    await askForKey(made);
    await runToTheEnd(made.bench);
    await expectMade(made);
  });

  test('waits for a person while a useless key of an earlier try cannot be deleted, and makes no second one', async () => {
    const made = await makingBench();
    made.bench.provider.script('createKey', lost);
    made.bench.provider.script('revoke', failing('provider_rejected'), failing('provider_rejected'));

    await askForKey(made);
    for (let round = 0; round < 3; round += 1) {
      await runDueActions(made.bench.deps);
      later(made.bench, HOUR_MS);
    }

    expect(newAndLive(made.bench)).toEqual(['made_1']);
    const action = await actionOf(made);
    expect(action).toMatchObject({ state: 'pending', problemCode: 'provider_rejected' });
    expect(action.problem).toContain('whose value is stored nowhere');
    // Deleted in the console: it goes on by itself.
    made.bench.provider.change('made_1', { status: 'archived' });
    await runDueActions(made.bench.deps);
    await expectMade(made);
  });

  test('does not touch a key of that name that somebody else has made', async () => {
    const made = await makingBench();
    made.bench.provider.put(fakeKey('key_person', { label: present(made.rotation.newName) }));

    await askForKey(made);
    await runToTheEnd(made.bench);

    expect(newAndLive(made.bench)).toEqual(['key_person']);
    expect(stepOf(await read(made.bench, made.rotation), 'generate').reason).toContain('not of our making');
  });

  test('is given up by a person while it hangs', async () => {
    const made = await makingBench();
    made.bench.provider.script('createKey', failing('provider_denied'));
    await askForKey(made);
    await runDueActions(made.bench.deps);

    await cancelAction(made.bench.deps, { actor: ADA, actionId: (await actionOf(made)).id });
    later(made.bench, HOUR_MS);
    await runDueActions(made.bench.deps);

    expect(newAndLive(made.bench)).toEqual([]);
    expect((await actionOf(made)).state).toBe('dismissed');
  });

  test('leaves no usable key behind when the rotation is cancelled while its answer is lost', async () => {
    const made = await makingBench();
    made.bench.provider.script('createKey', lost);
    await askForKey(made);
    await runDueActions(made.bench.deps);

    await cancelRotation(made.deps, { actor: ADA, rotationId: made.rotation.id, reason: 'not now' });
    later(made.bench, 60 * SECOND_MS);
    await runToTheEnd(made.bench);

    expect(newAndLive(made.bench)).toEqual([]);
    expect((await actionOf(made)).state).toBe('failed');
  });

  test('is refused by hand where the provider, the owner or policy does not allow it', async () => {
    const none = await makingBench({ create: 'none' });
    await expect(askForKey(none)).rejects.toMatchObject({ publicMessage: expect.stringContaining('by hand') });
    const nowhere = await makingBench({ places: { secretOf: () => null } });
    await expect(askForKey(nowhere)).rejects.toMatchObject({ publicMessage: expect.stringContaining('by hand') });
  });
});

describe('a rotation that goes on by itself', () => {
  async function automatic(made: MakingBench, kind: 'planned' | 'drill' = 'planned'): Promise<void> {
    const now = await read(made.bench, made.rotation);
    await made.bench.store.write((tx) => tx.rotations.update({ ...now, isAutomatic: true, kind }));
  }

  test('asks for its key once, and again only when a person has unblocked it', async () => {
    const made = await makingBench();
    await automatic(made);
    made.vault.script('write', 'store_rejected');

    expect(await nextMakingAt(made.deps)).toBe(made.bench.clock.now());
    await makeWaitingKeys(made.deps);
    expect(await nextMakingAt(made.deps)).toBeNull();
    await runToTheEnd(made.bench);
    expect(await nextMakingAt(made.deps)).toBeNull();
    expect(stepOf(await read(made.bench, made.rotation), 'generate').state).toBe('blocked');
  });

  test('in a drill calls nobody and says that it is simulated', async () => {
    const made = await makingBench();
    await automatic(made, 'drill');
    const calls = made.bench.provider.calls.length;

    await makeWaitingKeys(made.deps);
    await runToTheEnd(made.bench);

    const rotation = await read(made.bench, made.rotation);
    expect(evidenceOf(rotation, 'generate')).toMatchObject({ proof: 'simulated' });
    expect(evidenceOf(rotation, 'store')).toMatchObject({ proof: 'simulated' });
    expect(made.bench.provider.calls).toHaveLength(calls);
    expect(made.vault.calls).toEqual([]);
  });
});

test('two rotations of one day ask for two names', async () => {
  const { bench, rotation, deps } = await makingBench();
  expect(rotation.newName).toBe('staging-ci-2026-08-03');
  await cancelRotation(deps, { actor: ADA, rotationId: rotation.id, reason: 'not now' });

  expect((await begin(bench)).newName).toBe('staging-ci-2026-08-03-2');
});
