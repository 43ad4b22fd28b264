import type { KeyIdentity, Repos } from '../../ports/store.ts';

/**
 * The keys as spend rules see them: one that a rotation has named as the new key counts with the old one's lineage at
 * once, so that the move of its traffic is no rise of anything.
 */
export async function withNamedKeys(
  { rotations }: Pick<Repos, 'rotations'>,
  keys: readonly KeyIdentity[],
): Promise<readonly KeyIdentity[]> {
  const lineageOf = new Map((await rotations.allOpen()).map(({ newKeyId, lineageId }) => [newKeyId, lineageId]));
  lineageOf.delete(null);
  if (lineageOf.size === 0) return keys;
  return keys.map((key) => ({ ...key, lineageId: lineageOf.get(key.id) ?? key.lineageId }));
}
