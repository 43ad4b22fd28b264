import type { Action } from '../../domain/action.ts';
import { type Actor, systemActor } from '../../domain/actor.ts';
import { type Rotation, stepOf } from '../../domain/rotation.ts';
import type { Repos } from '../../ports/store.ts';

/** Whoever makes keys by itself. */
export const MAKER = systemActor('make-keys');

export interface RequestNewKeyInput {
  readonly actor: Actor;
  readonly rotationId: string;
  /** Of the step generate, as the person saw it. */
  readonly revision: number;
}

/** One request per state of the step: taken back and asked again is another one. */
export function creationKey(rotation: Rotation): string {
  return `create_key:${rotation.id}:${stepOf(rotation, 'generate').revision}`;
}

/** The newest request to make the new key of a rotation, whatever became of it. */
export async function creationOf({ actions }: Pick<Repos, 'actions'>, rotation: Rotation): Promise<Action | null> {
  const own = (await actions.ofKey(rotation.oldKeyId)).filter(
    ({ kind, params }) =>
      kind === 'create_key' && params !== null && 'rotationId' in params && params.rotationId === rotation.id,
  );
  return own.toSorted((a, b) => b.requestedAt - a.requestedAt || (b.id > a.id ? 1 : -1))[0] ?? null;
}

/** It is under way, or hangs and is tried again. */
export function isUnderWay(action: Pick<Action, 'state'> | null): boolean {
  return action?.state === 'pending' || action?.state === 'running';
}

/** The rotation that an action belongs to. */
export function rotationIdOf({ params }: Pick<Action, 'params'>): string | null {
  return params !== null && 'rotationId' in params ? params.rotationId : null;
}
