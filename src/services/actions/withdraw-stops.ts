import { isStop } from '../../domain/action.ts';
import type { Actor } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import type { Key } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { tellSettled } from './cancel-action.ts';

/**
 * Whoever starts a key again wants no stop of it any more: one that hangs would strike later, and for good. What is being
 * tried just now has to end first.
 */
export async function withdrawStops(
  { deps, tx }: { readonly deps: Pick<Deps, 'clock' | 'ids'>; readonly tx: Repos },
  { id }: Pick<Key, 'id'>,
  actor: Actor,
): Promise<void> {
  const stops = (await tx.actions.ofKey(id)).filter(({ kind }) => isStop(kind));
  if (stops.some(({ state }) => state === 'running')) {
    const publicMessage = 'Nothing was changed: the key is being stopped just now. Look again in a moment.';
    throw new AppError({ code: 'conflict', message: `a stop of ${id} is running`, publicMessage });
  }
  for (const stop of stops.filter(({ state }) => state === 'pending')) {
    await tx.actions.update({ ...stop, state: 'dismissed' });
    await tellSettled({ deps, tx, actor }, stop, 'dismissed');
  }
}
