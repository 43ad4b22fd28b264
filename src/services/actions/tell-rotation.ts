import type { Action } from '../../domain/action.ts';
import { actorText } from '../../domain/actor.ts';
import { stepOf, stepRefusal, withStep } from '../../domain/rotation.ts';
import { announceRotation, type RotationContext, saveRotation } from '../rotation/announce-rotation.ts';
import { MAKER, rotationIdOf } from '../rotation/creation-of.ts';

/** The messages of the rotation that an act belongs to, or whose old key it changes, show how it stands. */
export async function announceRotationOf(
  context: RotationContext,
  act: Pick<Action, 'params' | 'keyId'>,
): Promise<void> {
  const ofKey = async () => (await context.tx.rotations.openOfOldKey(act.keyId))?.id;
  const id = rotationIdOf(act) ?? (await ofKey());
  if (id !== undefined) await announceRotation(context, { id });
}

/** The new key is not made: it is tried again (`problem` null), or the step is blocked until a person has looked. */
export async function tellSetback(
  { deps, tx }: RotationContext,
  action: Pick<Action, 'params'>,
  problem: string | null,
): Promise<void> {
  const id = rotationIdOf(action);
  const before = id === null ? undefined : await tx.rotations.get(id);
  if (before === undefined) return;
  const refusal = stepRefusal(before, { step: 'generate', event: 'block' });
  if (problem === null || refusal !== null) {
    await announceRotation({ deps, tx }, before);
    return;
  }
  const change = { step: 'generate', event: 'block', by: actorText(MAKER), at: deps.clock.now() } as const;
  const after = withStep(before, { ...change, reason: problem });
  const detail = { step: 'generate', reason: problem, revision: stepOf(after, 'generate').revision };
  await saveRotation({ deps, tx }, { before, after }, { actor: MAKER, verb: 'rotation.step.blocked', detail });
}
