import { type Actor, actorText } from '../../domain/actor.ts';
import {
  isOver,
  type Rotation,
  STEP_TRANSITIONS,
  type StepEvent,
  type StepName,
  type StepState,
  stepOf,
  stepRefusal,
  withStep,
} from '../../domain/rotation.ts';
import type { StepEvidence } from '../../domain/rotation-evidence.ts';
import type { Repos } from '../../ports/store.ts';
import { invalid } from '../actions/record-request.ts';
import type { Deps } from '../deps.ts';
import { isSameActor, saveRotation } from './announce-rotation.ts';
import { moveBack, moveIntoLineage } from './move-key.ts';
import { requireNewKey } from './new-key-candidates.ts';
import { cleanReason } from './open-rotation.ts';
import { notFound, refused, stale } from './refusals.ts';

type ChangeDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>;

export interface ChangeStepInput {
  readonly actor: Actor;
  readonly rotationId: string;
  readonly step: StepName;
  /** Of the step, as the person saw it. */
  readonly revision: number;
  readonly event: StepEvent;
  /** Needed to block and to skip; to complete where something speaks against it. */
  readonly reason: string | null;
  /** With `generate` and `inventory`: which key is the new one; null: not known, or known already. */
  readonly newKeyId?: string | null;
  /** What shows that it is done, where more than a word does. */
  readonly evidence?: StepEvidence | null;
}

/** The audit log's word for what a step became. */
const VERB: Readonly<Record<StepEvent, string>> = {
  complete: 'done',
  block: 'blocked',
  skip: 'skipped',
  undo: 'undone',
};

/**
 * One step of a rotation is done, blocked, skipped or taken back. The same click twice is one change; a button that shows
 * an older state changes nothing and throws what the state is now.
 */
export async function changeStep(deps: ChangeDeps, input: ChangeStepInput): Promise<Rotation> {
  const { actor, step, event } = input;
  const needsReason = event === 'block' || event === 'skip';
  const reason = needsReason || input.reason !== null ? cleanReason(input.reason ?? '') : null;
  return deps.store.write(async (tx) => {
    const found = await tx.rotations.get(input.rotationId);
    if (found === undefined) throw notFound(input.rotationId);
    if (stepOf(found, step).revision !== input.revision) {
      if (isDoneAlready(found, input)) return found;
      throw stale(found);
    }
    const before = await withNewKey(tx, found, input);
    const refusal = stepRefusal(before, { step, event });
    if (refusal !== null) throw refused(before, step, refusal);
    const moved = await moveKey({ deps, tx }, before, input);
    const at = deps.clock.now();
    const evidence = event === 'complete' ? await evidenceFor(tx, moved, input) : null;
    const change = { step, event, by: actorText(actor), at, reason } as const;
    const after = withStep(moved, evidence === null ? change : { ...change, evidence });
    const detail = { step, ...(reason === null ? {} : { reason }), newKeyId: after.newKeyId };
    await saveRotation({ deps, tx }, { before: found, after }, { actor, verb: `rotation.step.${VERB[event]}`, detail });
    return after;
  });
}

/** Says which key is the new one, after the step generate was done without it. */
export async function nameNewKey(
  deps: ChangeDeps,
  input: Pick<ChangeStepInput, 'actor' | 'rotationId'> & { readonly newKeyId: string },
): Promise<Rotation> {
  return deps.store.write(async (tx) => {
    const before = await tx.rotations.get(input.rotationId);
    if (before === undefined) throw notFound(input.rotationId);
    if (before.newKeyId === input.newKeyId) return before;
    if (before.state !== 'open') throw stale(before);
    if (isOver(stepOf(before, 'inventory').state)) {
      throw refused(before, 'inventory', { kind: 'built_upon', steps: ['inventory'] });
    }
    // What was verified was the traffic of another key.
    if (before.newKeyId !== null && isOver(stepOf(before, 'verify').state)) {
      throw refused(before, 'generate', { kind: 'built_upon', steps: ['verify'] });
    }
    await requireNewKey(tx, before, input.newKeyId);
    const after = { ...before, newKeyId: input.newKeyId, revision: before.revision + 1 };
    const detail = { newKeyId: input.newKeyId };
    await saveRotation({ deps, tx }, { before, after }, { actor: input.actor, verb: 'rotation.key_named', detail });
    return after;
  });
}

/** A second click, or a repeated delivery, of the person who has brought the step there. */
function isDoneAlready(rotation: Rotation, { actor, step, event }: ChangeStepInput): boolean {
  const { state, by } = stepOf(rotation, step);
  const wanted: readonly (StepState | null)[] = (['todo', 'blocked', 'done', 'skipped'] as const).map(
    (from) => STEP_TRANSITIONS[from][event],
  );
  return wanted.includes(state) && isSameActor(actor, by);
}

/** What was looked up, else what a person's word is worth; in a drill it is simulated, whoever says it. */
async function evidenceFor(tx: Repos, rotation: Rotation, { step, evidence }: ChangeStepInput) {
  if (evidence !== undefined) return evidence;
  if (step !== 'generate') return null;
  const key = rotation.newKeyId === null ? undefined : await tx.keys.get(rotation.newKeyId);
  const proof = rotation.kind === 'drill' ? ('simulated' as const) : ('word' as const);
  return { proof, how: 'named' as const, providerKeyId: key?.providerKeyId ?? null };
}

async function withNewKey(tx: Repos, rotation: Rotation, { step, event, newKeyId }: ChangeStepInput) {
  if (newKeyId === undefined || newKeyId === null || event !== 'complete') return rotation;
  if (step !== 'generate' && step !== 'inventory') throw invalid('This step does not ask which key is the new one.');
  await requireNewKey(tx, rotation, newKeyId);
  return { ...rotation, newKeyId };
}

/** The inventory step is the move itself; taking it back moves the key back. */
async function moveKey(
  context: { readonly deps: ChangeDeps; readonly tx: Repos },
  rotation: Rotation,
  { actor, step, event }: ChangeStepInput,
): Promise<Rotation> {
  if (step !== 'inventory') return rotation;
  if (event === 'complete') return moveIntoLineage(context, rotation, actor);
  return event === 'undo' ? moveBack(context, rotation, actor) : rotation;
}
