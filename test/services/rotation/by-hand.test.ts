import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { stepOf } from '../../../src/domain/rotation.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { describeRotation } from '../../../src/services/rotation/describe-rotation.ts';
import { findNewKey, nextFindAt, tickFoundKeys } from '../../../src/services/rotation/find-new-keys.ts';
import { lookForKeys, nextLookAt } from '../../../src/services/rotation/look-for-keys.ts';
import { restoreSecret } from '../../../src/services/rotation/restore-secret.ts';
import { cancelRotation } from '../../../src/services/rotation/steer-rotation.ts';
import { completeStore } from '../../../src/services/rotation/store-step.ts';
import { nextWatchAt, watchSecrets } from '../../../src/services/rotation/watch-secrets.ts';
import { later, present } from '../../support/bench-deps.ts';
import { failing, fakeKey } from '../../support/fake-provider.ts';
import { ADA } from '../../support/requests.ts';
import { evidenceOf, type MakingBench, makingBench, PLACE } from './making-bench.ts';
import { begin, read, step } from './support.ts';

const NAME = 'staging-ci-2026-08-03';

async function appears({ bench }: MakingBench, ...labels: readonly string[]): Promise<void> {
  for (const [index, label] of labels.entries()) {
    bench.provider.put(fakeKey(`key_new${index}`, { label, createdAt: bench.clock.now(), hint: 'sk-…9f2a' }));
  }
  await bench.sync();
}

describe('a new key that a person makes', () => {
  test('is found by its exact name, and ticks the step with what shows it', async () => {
    const made = await makingBench({ create: 'none' });
    expect(await nextFindAt(made.deps)).toBeNull();

    await appears(made, NAME, 'somebody-else');
    expect(await nextFindAt(made.deps)).toBe(made.bench.clock.now());
    await tickFoundKeys(made.deps);

    const rotation = await read(made.bench, made.rotation);
    expect(stepOf(rotation, 'generate')).toMatchObject({ state: 'done', by: 'system:find-new-keys' });
    expect(rotation.newKeyId).toBe((await made.bench.keyOf('key_new0')).id);
    expect(evidenceOf(rotation, 'generate')).toMatchObject({ proof: 'shown', how: 'found', providerKeyId: 'key_new0' });
    expect(await nextFindAt(made.deps)).toBeNull();
  });

  test.each<readonly [string, readonly string[], string]>([
    ['two have the name', [NAME, NAME], 'unclear 2'],
    ['its name differs in case and blanks', ['Staging CI 2026 08 03'], 'unclear 1'],
    ['a near one is beside a foreign one', ['STAGING-CI-2026-08-03', 'web'], 'unclear 1'],
    ['it is the only new one under another name', ['web'], 'unclear 1'],
    ['there are several and none is like it', ['web', 'cron'], 'unclear 2'],
    ['nobody could tell which of so many', ['a', 'b', 'c', 'd', 'e', 'f'], 'none'],
  ])('is asked for and never guessed when %s', async (_, labels, expected) => {
    const made = await makingBench({ create: 'none' });

    await appears(made, ...labels);
    await tickFoundKeys(made.deps);

    const rotation = await read(made.bench, made.rotation);
    const found = await findNewKey(made.bench.store.read, rotation);
    expect('keys' in found ? `${found.kind} ${found.keys.length}` : found.kind).toBe(expected);
    expect(rotation.newKeyId).toBeNull();
    expect(stepOf(rotation, 'generate').state).toBe('todo');
  });

  test.each([
    ['it was there before', { createdAt: 1_000 }],
    ['it is in another scope', { scopeId: 'ws_2' }],
    ['it is stopped', { status: 'inactive' as const }],
    ['it is an admin key', { kind: 'admin' as const }],
  ])('is not one that only has the name: %s', async (_, values) => {
    const made = await makingBench({ create: 'none' });
    const key = fakeKey('key_new', { label: NAME, createdAt: made.bench.clock.now(), ...values });

    made.bench.provider.put(key);
    await made.bench.sync();

    expect(await nextFindAt(made.deps)).toBeNull();
  });

  test('is not the one of another rotation', async () => {
    const made = await makingBench({ create: 'none' });
    made.bench.provider.put(fakeKey('key_2', { label: 'staging-web' }));
    await made.bench.sync();
    const other = await begin(made.bench, 'key_2');

    await appears(made, present(other.newName));
    await tickFoundKeys(made.deps);

    expect((await read(made.bench, made.rotation)).newKeyId).toBeNull();
    expect((await read(made.bench, other)).newKeyId).not.toBeNull();
  });

  test('is not the one that has come for another key, however long ago that rotation ended', async () => {
    const made = await makingBench({ create: 'none' });
    const { bench, deps } = made;
    bench.provider.put(fakeKey('key_other', { label: 'other' }));
    await bench.sync();
    const other = await begin(bench, 'key_other');
    bench.provider.put(fakeKey('key_theirs', { label: present(other.newName), createdAt: bench.clock.now() }));
    await bench.sync();
    await tickFoundKeys(deps);
    await step(bench, other, 'inventory');
    await cancelRotation(deps, { actor: ADA, rotationId: other.id, reason: 'the old one stays a while' });

    expect(await findNewKey(bench.store.read, await read(bench, made.rotation))).toEqual({ kind: 'none' });
  });

  test('is named by itself when somebody has said before that it is made', async () => {
    const made = await makingBench({ create: 'none' });
    await step(made.bench, made.rotation, 'generate');

    await appears(made, NAME);
    await tickFoundKeys(made.deps);

    expect((await read(made.bench, made.rotation)).newKeyId).toBe((await made.bench.keyOf('key_new0')).id);
  });

  test('is looked for every two minutes for an hour, then less often, and no more after a day', async () => {
    const { bench, deps } = await makingBench({ create: 'none' });
    await readInventory(deps, bench.provider.port);
    const start = bench.clock.now();

    expect(await nextLookAt(deps)).toBe(start + 2 * MINUTE_MS);
    later(bench, 2 * MINUTE_MS);
    await lookForKeys(deps);
    expect(await nextLookAt(deps)).toBe(start + 4 * MINUTE_MS);
    later(bench, HOUR_MS);
    expect(await nextLookAt(deps)).toBe(start + 12 * MINUTE_MS);
    later(bench, 24 * HOUR_MS);
    expect(await nextLookAt(deps)).toBeNull();
  });

  test.each(['provider_rate_limited', 'provider_unavailable', 'provider_outcome_unknown', 'provider_denied'] as const)(
    'is not looked for out of turn while the list answers %s, and is found when it can be read',
    async (code) => {
      const { bench, deps, rotation } = await makingBench({ create: 'none' });
      await readInventory(deps, bench.provider.port);
      bench.provider.script('listKeys', failing(code));
      bench.provider.put(fakeKey('key_new0', { label: NAME, createdAt: bench.clock.now() }));
      later(bench, 2 * MINUTE_MS);

      await lookForKeys(deps);
      expect(await nextLookAt(deps)).toBeNull();
      expect([await nextFindAt(deps), (await read(bench, rotation)).newKeyId]).toEqual([null, null]);

      await bench.sync();
      await tickFoundKeys(deps);
      expect((await read(bench, rotation)).newKeyId).toBe((await bench.keyOf('key_new0')).id);
    },
  );
});

describe('a value that a person stores', () => {
  test('at a place that the store does not know is a problem of that step, and the key is shown all the same', async () => {
    const made = await makingBench({ create: 'none' });
    const byHand = () => {
      throw new AppError({ code: 'invalid_input', message: 'no place', publicMessage: 'There is no such place.' });
    };
    const secretStores = new Map([[made.vault.port.name, { ...made.vault.port, byHand }]]);

    const card = await describeRotation({ ...made.deps, secretStores }, made.rotation.id);

    expect(card?.work.place).toMatchObject({ byHand: [], problem: 'There is no such place.' });
  });

  async function named(options: Parameters<typeof makingBench>[0] = {}): Promise<MakingBench> {
    const made = await makingBench({ create: 'none', ...options });
    await watchSecrets(made.deps);
    await appears(made, NAME);
    await tickFoundKeys(made.deps);
    return made;
  }
  const done = async ({ bench, deps, rotation }: MakingBench) => {
    const { revision } = stepOf(await read(bench, rotation), 'store');
    return completeStore(deps, { actor: ADA, rotationId: rotation.id, revision });
  };

  test('is the one whose last characters the provider shows', async () => {
    const made = await named();
    await expect(done(made)).rejects.toMatchObject({
      publicMessage: expect.stringContaining('still holds the old value'),
    });
    made.vault.put(PLACE, 'sk-another-1111');
    await expect(done(made)).rejects.toMatchObject({
      publicMessage: expect.stringContaining('last characters differ'),
    });
    made.vault.put(PLACE, 'sk-the-new-9f2a');

    expect(evidenceOf(await done(made), 'store')).toMatchObject({
      proof: 'fingerprint',
      version: '3',
      formerVersion: '1',
    });
  });

  test('is proven by its version where the store gives no value back', async () => {
    const made = await named({ vault: { readBack: 'metadata' } });
    await expect(done(made)).rejects.toMatchObject({ publicMessage: expect.stringContaining('has not changed') });
    made.vault.put(PLACE, 'sk-the-new-9f2a');

    expect(evidenceOf(await done(made), 'store')).toMatchObject({ proof: 'version', fingerprint: null });
  });

  test('is taken on the person’s word where nobody knows where it is kept', async () => {
    const made = await named({ places: { secretOf: () => null } });

    expect(evidenceOf(await done(made), 'store')).toMatchObject({ proof: 'word', store: null });
  });

  test('is compared with what was stored when the rotation began, as soon as the store can be read', async () => {
    const made = await makingBench({ create: 'none' });
    made.vault.script('readCurrent', 'store_unavailable');

    await watchSecrets(made.deps);
    const again = present(await nextWatchAt(made.deps));
    made.bench.clock.jumpTo(again);
    await watchSecrets(made.deps);

    const secret = await made.bench.store.read.rotationSecrets.get(made.rotation.id);
    expect(secret).toMatchObject({ formerVersion: '1', seenAt: again, problem: null });
    expect(await nextWatchAt(made.deps)).toBeNull();
  });

  test('gives way to the former one when the rotation is rolled back, unless somebody has stored another since', async () => {
    const made = await named();
    made.vault.put(PLACE, 'sk-the-new-9f2a');
    const rotation = await done(made);
    made.vault.script('restore', { code: 'store_outcome_unknown', applied: true });

    expect(await restoreSecret(made.deps, rotation)).toEqual({ kind: 'restored' });
    expect(made.vault.valueOf(PLACE)).toBe('sk-the-old-value');
    expect(await restoreSecret(made.deps, rotation)).toEqual({ kind: 'as_before' });
    made.vault.put(PLACE, 'sk-of-somebody-else');
    expect(await restoreSecret(made.deps, rotation)).toMatchObject({ kind: 'by_hand' });
    expect(await restoreSecret(made.deps, { ...rotation, kind: 'drill' })).toEqual({ kind: 'simulated' });
  });
});
