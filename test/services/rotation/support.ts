import type { Rotation, StepEvent, StepName } from '../../../src/domain/rotation.ts';
import { stepOf } from '../../../src/domain/rotation.ts';
import { type ChangeStepInput, changeStep } from '../../../src/services/rotation/change-step.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { verifyStep } from '../../../src/services/rotation/verify-step.ts';
import { type Bench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { ADA } from '../../support/requests.ts';

/** Ada begins the rotation of a key. */
export async function begin(bench: Bench, providerKeyId = 'key_1'): Promise<Rotation> {
  const key = await bench.keyOf(providerKeyId);
  const opened = await openRotation(bench.deps, { actor: ADA, keyId: key.id, alertId: null, reason: 'it leaked' });
  return opened.rotation;
}

/** Changes a step as it is now. */
export async function step(
  bench: Bench,
  rotation: Rotation,
  name: StepName,
  values: Partial<ChangeStepInput> & { readonly event?: StepEvent } = {},
): Promise<Rotation> {
  const now = await read(bench, rotation);
  const { revision } = stepOf(now, name);
  return changeStep(bench.deps, {
    actor: ADA,
    rotationId: rotation.id,
    step: name,
    revision,
    event: 'complete',
    reason: null,
    ...values,
  });
}

export async function read(bench: Bench, { id }: Pick<Rotation, 'id'>): Promise<Rotation> {
  return present(await bench.store.read.rotations.get(id));
}

/** The new key appears at the provider, in the old one's scope. */
export async function bear(bench: Bench, id = 'key_new', label = 'staging-ci-2026-08-03'): Promise<string> {
  bench.provider.put(fakeKey(id, { label, createdAt: bench.clock.now() }));
  await bench.sync();
  return (await bench.keyOf(id)).id;
}

/** Up to and with `verify`. */
export async function walkToVerified(bench: Bench, rotation: Rotation, newKeyId: string): Promise<void> {
  await step(bench, rotation, 'generate', { newKeyId });
  await step(bench, rotation, 'store');
  await step(bench, rotation, 'redeploy');
  const { revision } = stepOf(await read(bench, rotation), 'verify');
  await verifyStep(bench.deps, { actor: ADA, rotationId: rotation.id, revision, reason: 'nobody uses it at night' });
}
