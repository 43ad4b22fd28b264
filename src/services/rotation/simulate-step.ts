import { type Actor, actorText } from '../../domain/actor.ts';
import { type Rotation, type StepName, stepOf, stepRefusal, withStep } from '../../domain/rotation.ts';
import type { StepEvidence } from '../../domain/rotation-evidence.ts';
import { invalid } from '../actions/record-request.ts';
import type { Deps } from '../deps.ts';
import { isSameActor, saveRotation } from './announce-rotation.ts';
import { notFound, refused, stale } from './refusals.ts';

export interface SimulateInput {
  readonly actor: Actor;
  readonly rotationId: string;
  readonly step: StepName;
  /** Of the step, as the person saw it. */
  readonly revision: number;
}

const proof = 'simulated';
/** What stands in a drill's record for what a provider would have shown. */
const SIMULATED: Readonly<Partial<Record<StepName, StepEvidence>>> = {
  verify: {
    proof,
    firstSeenAt: null,
    requests: null,
    models: [],
    oldQuietSince: null,
    neededMs: 0,
    override: null,
  },
  revoke: { proof, graceUntil: null, approvedBy: null, revokedAt: null, silentUntil: null, override: null },
  inventory: { proof, nextDueAt: null },
};

/** A drill's step is walked: it is ticked, and no provider, store or hook hears of it. */
export async function simulateStep(
  deps: Pick<Deps, 'store' | 'clock' | 'ids'>,
  { actor, rotationId, step, revision }: SimulateInput,
): Promise<Rotation> {
  return deps.store.write(async (tx) => {
    const before = await tx.rotations.get(rotationId);
    if (before === undefined) throw notFound(rotationId);
    const evidence = SIMULATED[step];
    if (before.kind !== 'drill' || evidence === undefined) throw invalid('Only the steps of a drill are simulated.');
    const standing = stepOf(before, step);
    if (standing.revision !== revision) {
      if (standing.state === 'done' && isSameActor(actor, standing.by)) return before;
      throw stale(before);
    }
    const refusal = stepRefusal(before, { step, event: 'complete', isProof: true });
    if (refusal !== null) throw refused(before, step, refusal);
    const at = deps.clock.now();
    const change = {
      step,
      event: 'complete',
      by: actorText(actor),
      at,
      reason: null,
      isProof: true,
      evidence,
    } as const;
    const news = { actor, verb: 'rotation.step.done', detail: { step, simulated: true } };
    const after = withStep(before, change);
    await saveRotation({ deps, tx }, { before, after }, news);
    return after;
  });
}
