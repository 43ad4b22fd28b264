import type { Actor } from '../../domain/actor.ts';
import { AppError, publicMessageOf } from '../../domain/errors.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import type { ConsentDeps } from './record-consented.ts';
import { requestAction } from './request-action.ts';

export interface EachRequest {
  readonly actor: Actor;
  readonly kind: 'suspend' | 'revoke';
  readonly keys: readonly { readonly key: Key; readonly lineage: Lineage }[];
  readonly reason: string;
}

export interface EachOutcome {
  readonly slug: string;
  /** Null: it was asked for. */
  readonly problem: string | null;
}

/** One durable action for each of the keys that a person has named together. One that changed meanwhile holds up no other. */
export async function requestEach(
  deps: ConsentDeps,
  { actor, kind, keys, reason }: EachRequest,
): Promise<readonly EachOutcome[]> {
  const outcomes: EachOutcome[] = [];
  for (const { key, lineage } of keys) {
    const { id: keyId, generation } = key;
    // What was typed for all of them stands for their names.
    const request = { actor, kind, keyId, generation, alertId: null, reason, typedSlug: lineage.slug };
    const problem = await requestAction(deps, request).then(
      ({ kind: outcome }) => (outcome === 'waits' ? 'It waits for a second person.' : null),
      (error: unknown) => {
        if (error instanceof AppError) return publicMessageOf(error);
        throw error;
      },
    );
    outcomes.push({ slug: lineage.slug, problem });
  }
  return outcomes;
}
