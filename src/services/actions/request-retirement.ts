import type { Retirement } from '../../domain/action-params.ts';
import { countsAsProduction } from '../../domain/key.ts';
import { type EndRefusal, endRefusal } from '../../domain/rotation-steering.ts';
import type { Deps } from '../deps.ts';
import { announceRotation } from '../rotation/announce-rotation.ts';
import { type ConsentDeps, type ConsentInput, type RequestOutcome, recordConsented } from './record-consented.ts';
import { type Decide, invalid, type RequestDeps, refuseWrongSlug } from './record-request.ts';
import { changed } from './request-action.ts';

export interface RetirementInput extends ConsentInput {
  readonly rotationId: string;
  /** The key's generation that the person saw. */
  readonly generation: number;
}

const WHY: Readonly<Record<EndRefusal, string>> = {
  closed: 'This rotation is over. Stop the key from its card: `/keys show`.',
  rolling_back: 'This rotation is being rolled back, so the old key is needed.',
  paused: 'This rotation is paused. Let it go on first.',
  not_verified: 'The new key is not verified yet: nobody is to be left without a key.',
};

/**
 * The end of an old key where a stop can be taken back: it is suspended now and revoked for good when the grace is over.
 * Whoever has to agree to what is for good does so now, before the grace begins.
 */
export async function requestRetirement(deps: ConsentDeps, input: RetirementInput): Promise<RequestOutcome> {
  const { rotationId, generation } = input;
  return recordConsented(deps, input, async (asked) => {
    const graceMs = deps.policy.rotation.graceMs;
    const wanted = await decideRetirement(deps, { rotationId, generation, graceMs })(asked);
    if (countsAsProduction(asked.lineage.environment)) refuseWrongSlug(asked.lineage, input.typedSlug);
    return wanted;
  });
}

/** Whether it is fit for key and rotation as they are in this transaction; asked again when a second person approves it. */
export function decideRetirement(deps: RequestDeps, params: Retirement): Decide {
  return async ({ tx, key, lineage }) => {
    const { rotationId, generation, graceMs } = params;
    const rotation = await tx.rotations.get(rotationId);
    if (rotation === undefined || rotation.oldKeyId !== key.id)
      throw invalid('This key is not replaced by this rotation.');
    if (rotation.kind === 'drill') throw invalid('This is a drill: nothing is stopped.');
    const refusal = endRefusal(rotation);
    if (refusal !== null) throw invalid(WHY[refusal]);
    if (!canRetire(deps, key.connectionId)) throw invalid('This key cannot be suspended first. Use Revoke.');
    const fits = key.status === 'active' || key.status === 'inactive';
    if (key.generation !== generation || !fits) throw changed(key, lineage, generation);
    return {
      kind: 'retire',
      idempotencyKey: `retire:${key.id}:${generation}`,
      params: { rotationId, generation, graceMs },
      detail: { rotationId, graceMs },
      withIt: (repos) => announceRotation({ deps, tx: repos }, rotation),
    };
  };
}

/** Whether there is something softer than its end for good, and its end as well. */
export function canRetire({ providers }: Pick<Deps, 'providers'>, connectionId: string): boolean {
  const provider = providers.get(connectionId);
  return provider?.suspendKey !== undefined && provider.restoreKey !== undefined && provider.revokeKey !== undefined;
}
