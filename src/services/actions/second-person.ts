import { type ActionKind, IS_FINAL } from '../../domain/action.ts';
import type { ActionParams } from '../../domain/action-params.ts';
import { countsAsProduction, type Key, type Lineage } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** Whether an act on this key is for good, from what its connection can do. */
export function isFinal({ providers }: Pick<Deps, 'providers'>, kind: ActionKind, key: Key): boolean {
  const final = IS_FINAL[kind];
  return final === 'without_restore' ? providers.get(key.connectionId)?.restoreKey === undefined : final === 'yes';
}

interface Act {
  readonly kind: ActionKind;
  readonly key: Key;
  readonly params: ActionParams | null;
}

/** An act that is for good, on at least one key that counts as production, takes two people. */
export async function needsSecondPerson(
  { providers, repos }: { readonly providers: Deps['providers']; readonly repos: Pick<Repos, 'keys' | 'lineages'> },
  { kind, key, params }: Act,
): Promise<boolean> {
  if (!isFinal({ providers }, kind, key)) return false;
  const lineages = await lineagesHit(repos, { key, params });
  // A lineage that cannot be found has no known environment.
  return lineages.some((lineage) => lineage === undefined || countsAsProduction(lineage.environment));
}

/** Of the key itself and of all that goes with it. */
async function lineagesHit(
  { keys, lineages }: Pick<Repos, 'keys' | 'lineages'>,
  { key, params }: Pick<Act, 'key' | 'params'>,
): Promise<readonly (Lineage | undefined)[]> {
  const keyIds = params !== null && 'keyIds' in params ? params.keyIds : [];
  const others = await Promise.all(keyIds.filter((id) => id !== key.id).map((id) => keys.get(id)));
  const ids = [key.lineageId, ...others.map((other) => other?.lineageId)];
  return Promise.all(ids.map((id) => (id === undefined ? undefined : lineages.get(id))));
}
