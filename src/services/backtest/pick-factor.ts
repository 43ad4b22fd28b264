import { type Actor, actorText } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import type { Lineage } from '../../domain/key.ts';
import type { Deps } from '../deps.ts';

export interface PickInput {
  readonly actor: Actor;
  readonly lineageId: string;
  /** Null: back to policy's. */
  readonly ratio: number | null;
}

/** Keeps the factor that a person picked for one lineage. Returns it as it was and as it is. */
export async function pickFactor(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  { actor, lineageId, ratio }: PickInput,
): Promise<{ readonly before: Lineage; readonly after: Lineage }> {
  return store.write(async (tx) => {
    const before = await tx.lineages.get(lineageId);
    if (before === undefined) throw gone(lineageId);
    const from = before.ownRatio?.ratio ?? null;
    if (from === ratio) return { before, after: before };
    const at = clock.now();
    const ownRatio = ratio === null ? null : { ratio, by: actorText(actor), at };
    const after = { ...before, ownRatio, revision: before.revision + 1 };
    await tx.lineages.update(after);
    const detail = { slug: before.slug, from, to: ratio };
    await tx.audit.append({ at, actor, verb: 'lineage.factor.changed', subject: lineageId, detail });
    return { before, after };
  });
}

function gone(lineageId: string): AppError {
  return new AppError({
    code: 'not_found',
    message: `no lineage ${lineageId}`,
    publicMessage: 'This key is not in the inventory any more. `/keys list` shows what there is.',
  });
}
