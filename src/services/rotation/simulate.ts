import { actorText } from '../../domain/actor.ts';
import { type Rotation, stepRefusal, withStep } from '../../domain/rotation.ts';
import type { StepEvidence } from '../../domain/rotation-evidence.ts';
import type { Deps } from '../deps.ts';
import { saveRotation } from './announce-rotation.ts';
import type { RequestNewKeyInput } from './creation-of.ts';
import { notFound, refused } from './refusals.ts';

const SAID: Readonly<Record<'generate' | 'store', StepEvidence>> = {
  generate: { proof: 'simulated', how: 'made', providerKeyId: null },
  store: {
    proof: 'simulated',
    store: null,
    reference: null,
    version: null,
    formerVersion: null,
    fingerprint: null,
  },
};

/** A drill: both steps are ticked as if a key had been made and stored, and nothing is called. */
export async function simulateMaking(
  deps: Pick<Deps, 'store' | 'clock' | 'ids'>,
  { actor, rotationId }: RequestNewKeyInput,
): Promise<void> {
  await deps.store.write(async (tx) => {
    const found = await tx.rotations.get(rotationId);
    if (found === undefined) throw notFound(rotationId);
    let before: Rotation = found;
    for (const step of ['generate', 'store'] as const) {
      const refusal = stepRefusal(before, { step, event: 'complete' });
      if (refusal !== null) throw refused(before, step, refusal);
      const change = { step, event: 'complete', by: actorText(actor), at: deps.clock.now(), reason: null } as const;
      const after = withStep(before, { ...change, evidence: SAID[step] });
      const detail = { step, simulated: true };
      await saveRotation({ deps, tx }, { before, after }, { actor, verb: 'rotation.step.done', detail });
      before = after;
    }
  });
}
