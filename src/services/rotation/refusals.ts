import { AppError } from '../../domain/errors.ts';
import type { Rotation, StepName, StepRefusal } from '../../domain/rotation.ts';

/** What a rotation that is over is called. */
const OVER: Readonly<Record<Rotation['state'], string>> = { open: 'open', done: 'done', cancelled: 'cancelled' };

/** Nothing was changed, and why: somebody was faster, or something else comes first. */
export function refused(rotation: Rotation, step: StepName, refusal: StepRefusal): AppError {
  return conflict(rotation, `Nothing was changed: ${whyNot(rotation, step, refusal)}`);
}

export function stale(rotation: Rotation): AppError {
  if (rotation.state !== 'open') return conflict(rotation, `Nothing was changed: ${closedText(rotation)}`);
  return conflict(
    rotation,
    'Nothing was changed: somebody was faster. The thread shows how it stands now; use the button there.',
  );
}

export function conflict(rotation: Pick<Rotation, 'id' | 'state' | 'revision'>, publicMessage: string): AppError {
  const message = `${rotation.id} (${rotation.state}, revision ${rotation.revision}): ${publicMessage}`;
  return new AppError({ code: 'conflict', message, publicMessage });
}

export function notFound(rotationId: string): AppError {
  return new AppError({
    code: 'not_found',
    message: `no rotation ${rotationId}`,
    publicMessage: 'There is no such rotation. `/keys status` lists those that are open.',
  });
}

function whyNot(rotation: Rotation, step: StepName, refusal: StepRefusal): string {
  switch (refusal.kind) {
    case 'rolling_back':
      return 'this rotation is being rolled back.';
    case 'closed':
      return closedText(rotation);
    case 'state':
      return `${step} is ${rotation.steps.find(({ name }) => name === step)?.state} already.`;
    case 'not_skippable':
      return `${step} cannot be skipped: without it this is no rotation. Cancel the rotation if it is not wanted.`;
    case 'only_by_proof':
      return 'this step is ticked by itself as soon as the provider shows the old key as stopped.';
    case 'no_new_key':
      return 'nobody has said yet which key is the new one. Choose it at the step generate.';
    case 'too_early':
      return `${refusal.steps.join(' and ')} comes first.`;
    case 'built_upon':
      return `undo ${refusal.steps.join(' and ')} first.`;
  }
}

function closedText({ state }: Rotation): string {
  return `this rotation is ${OVER[state]}.`;
}
