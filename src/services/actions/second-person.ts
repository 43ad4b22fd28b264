import { type ActionKind, IS_FINAL } from '../../domain/action.ts';
import type { ActionParams } from '../../domain/action-params.ts';
import { countsAsProduction, type Key } from '../../domain/key.ts';
import { DAY_MS } from '../../domain/time.ts';
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

/** This long after a key was said to be no production key two people are still needed: a word is no way round them. */
export const STILL_TWO_MS = DAY_MS;
// More changes than this in a day look like somebody who hides one.
const MOST_CHANGES = 200;

/** An act that is for good, on at least one key that counts as production, or did a day ago, takes two people. */
export async function needsSecondPerson(
  { deps, repos }: { readonly deps: Pick<Deps, 'providers' | 'clock'>; readonly repos: TwoRepos },
  { kind, key, params }: Act,
): Promise<boolean> {
  return isFinal(deps, kind, key) && (await countsForTwo({ deps, repos }, key, params));
}

type TwoRepos = Pick<Repos, 'keys' | 'lineages' | 'audit'>;

/** Whether the key itself, or anything that goes with it, counts as production or did so a day ago. */
async function countsForTwo(
  { deps, repos }: { readonly deps: Pick<Deps, 'clock'>; readonly repos: TwoRepos },
  key: Key,
  params: ActionParams | null,
): Promise<boolean> {
  const keyIds = params !== null && 'keyIds' in params ? params.keyIds : [];
  const others = await Promise.all(keyIds.filter((id) => id !== key.id).map((id) => repos.keys.get(id)));
  const keys = [key, ...others];
  const lineages = await Promise.all(
    keys.map((one) => (one === undefined ? undefined : repos.lineages.get(one.lineageId))),
  );
  // A lineage that cannot be found has no known environment.
  if (lineages.some((lineage) => lineage === undefined || countsAsProduction(lineage.environment))) return true;
  const subjects = [...keys, ...lineages].flatMap((one) => (one === undefined ? [] : [one.id]));
  const verbs = ['lineage.environment.changed', 'key.moved'];
  const query = { subjects, verbs, since: deps.clock.now() - STILL_TWO_MS };
  const changes = await repos.audit.page(query, { offset: 0, limit: MOST_CHANGES });
  return changes.length === MOST_CHANGES || changes.some(({ detail }) => detail['noLongerProduction'] === true);
}
