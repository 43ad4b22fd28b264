import type { Key } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';

/**
 * The keys as spend rules see them: one that a rotation has named as the new key counts with the old one's lineage at
 * once, so that the move of its traffic is no rise of anything.
 */
export async function withNamedKeys<Member extends Pick<Key, 'id' | 'lineageId'>>(
  { rotations }: Pick<Repos, 'rotations'>,
  keys: readonly Member[],
): Promise<readonly Member[]> {
  const lineageOf = await namedLineages({ rotations });
  if (lineageOf.size === 0) return keys;
  return keys.map((key) => ({ ...key, lineageId: lineageOf.get(key.id) ?? key.lineageId }));
}

/** The keys whose spend is a lineage's: wherever its keys mean money, and not only what is listed under its name. */
export async function keysCountedIn(
  { keys, rotations }: Pick<Repos, 'keys' | 'rotations'>,
  lineageId: string,
): Promise<readonly Key[]> {
  const lineageOf = await namedLineages({ rotations });
  const own = (await keys.ofLineage(lineageId)).filter(({ id }) => (lineageOf.get(id) ?? lineageId) === lineageId);
  const here = new Set(own.map(({ id }) => id));
  const named = [...lineageOf].filter(([id, counted]) => counted === lineageId && !here.has(id));
  const more = await Promise.all(named.map(([id]) => keys.get(id)));
  return [...own, ...more.filter((key) => key !== undefined)];
}

/** The lineage that a key's spend counts in. */
export async function lineageCounting(
  { rotations }: Pick<Repos, 'rotations'>,
  { id, lineageId }: Pick<Key, 'id' | 'lineageId'>,
): Promise<string> {
  return (await namedLineages({ rotations })).get(id) ?? lineageId;
}

/** By new key: the lineage of the rotation that has named it. */
async function namedLineages({ rotations }: Pick<Repos, 'rotations'>): Promise<ReadonlyMap<string, string>> {
  const open = await rotations.allOpen();
  return new Map(open.flatMap(({ newKeyId, lineageId }) => (newKeyId === null ? [] : [[newKeyId, lineageId]])));
}
