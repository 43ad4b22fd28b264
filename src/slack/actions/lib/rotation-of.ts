import type { Actor } from '../../../domain/actor.ts';
import type { Act } from '../../../domain/authorise.ts';
import { countsAsProduction, type Lineage } from '../../../domain/key.ts';
import type { Rotation } from '../../../domain/rotation.ts';
import { notFound } from '../../../services/rotation/refusals.ts';
import { authorise, type Gesture } from '../../authorise.ts';
import type { SlackContext } from '../../context.ts';

export interface Asked {
  readonly rotation: Rotation;
  readonly lineage: Lineage;
  readonly actor: Actor;
}

/** The rotation that a button belongs to, and whoever may drive it; a forged or foreign id is answered with a sentence. */
export async function rotationFor(
  context: SlackContext,
  gesture: Gesture,
  { rotationId, act = 'rotate' }: { readonly rotationId: string; readonly act?: Act },
): Promise<Asked> {
  const { lineages, rotations } = context.deps.store.read;
  const rotation = await rotations.get(rotationId);
  const lineage = rotation && (await lineages.get(rotation.lineageId));
  if (rotation === undefined || lineage === undefined) throw notFound(rotationId);
  return { rotation, lineage, actor: await authorise(context, { gesture, act, lineage }) };
}

/**
 * Whoever gets a key into a lineage of their own gets rights over it: that takes the right to set owners, unless the key
 * is their own already. `fromId` is the lineage that it leaves.
 */
export async function actToMove({ deps }: SlackContext, lineage: Lineage, fromId: string | null): Promise<Act> {
  if (fromId === null || fromId === lineage.id) return 'rotate';
  const from = await deps.store.read.lineages.get(fromId);
  const isTheirs = from?.ownerStanding === 'confirmed' && from.ownerSlackId === lineage.ownerSlackId;
  if (from?.environment === 'production' && lineage.environment !== 'production') return 'declassify';
  const isLess =
    from === undefined || (countsAsProduction(from.environment) && !countsAsProduction(lineage.environment));
  return isTheirs && !isLess && lineage.ownerSlackId !== null ? 'rotate' : 'classify';
}
