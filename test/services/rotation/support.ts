import type { Rotation, StepEvent, StepName } from '../../../src/domain/rotation.ts';
import { stepOf } from '../../../src/domain/rotation.ts';
import type { RequestOutcome } from '../../../src/services/actions/record-consented.ts';
import { requestRetirement } from '../../../src/services/actions/request-retirement.ts';
import { type ChangeStepInput, changeStep } from '../../../src/services/rotation/change-step.ts';
import { followOldKeys } from '../../../src/services/rotation/follow-old-keys.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { runFinals } from '../../../src/services/rotation/run-finals.ts';
import { verifyStep } from '../../../src/services/rotation/verify-step.ts';
import { type Bench, type BenchOptions, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { ADA, benchWithKeys, runToTheEnd } from '../../support/requests.ts';

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

/** A rotation whose new key is verified: the old one may end. */
export async function verified(
  options: BenchOptions = {},
): Promise<{ bench: Bench; rotation: Rotation; newKeyId: string }> {
  const bench = await benchWithKeys(options);
  const rotation = await begin(bench);
  const newKeyId = await bear(bench);
  await walkToVerified(bench, rotation, newKeyId);
  return { bench, rotation, newKeyId };
}

/** Ada asks for the end of the old key. */
export async function retire(bench: Bench, { id }: Rotation): Promise<RequestOutcome> {
  const key = await bench.keyOf('key_1');
  const { slug } = await bench.lineageOf('key_1');
  const asked = { rotationId: id, keyId: key.id, generation: key.generation, alertId: null, typedSlug: slug };
  return requestRetirement(bench.deps, { ...asked, actor: ADA, reason: 'the new one works' });
}

/** What is due now of the old key's end, as the scheduler does it. */
export async function settle(bench: Bench): Promise<void> {
  await runToTheEnd(bench);
  await followOldKeys(bench.deps);
  await runFinals(bench.deps);
  await runToTheEnd(bench);
  await followOldKeys(bench.deps);
}
