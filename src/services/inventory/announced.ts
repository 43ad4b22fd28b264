import type { ProviderKey } from '../../domain/key.ts';
import { looseName } from '../../domain/rotation-work.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';

export type Newcomer = Pick<ProviderKey, 'scopeId' | 'label' | 'kind'>;

export interface Announcements {
  /** Before the first complete listing nothing can be new. */
  readonly isFirstListing: boolean;
  /** By scope: the names that rotations have agreed on for their new keys, each until that has come. */
  readonly namesIn: ReadonlyMap<string | null, Set<string>>;
}

export const EVERYTHING: Announcements = { isFirstListing: true, namesIn: new Map() };

type AnnouncedRepos = Pick<Repos, 'inventoryReads' | 'keys' | 'rotations'>;

/** What says that a key would appear, as of now. */
export async function announcementsOf(repos: AnnouncedRepos, provider: Provider): Promise<Announcements> {
  const read = await repos.inventoryReads.get(provider.connectionId);
  const namesIn = new Map<string | null, Set<string>>();
  for (const { rotation, oldKey } of await repos.rotations.openWithKeys()) {
    const { kind, newKeyId, newName } = rotation;
    if (kind === 'drill' || newKeyId !== null || newName === null || oldKey.providerId !== provider.id) continue;
    namesIn.set(oldKey.scopeId, (namesIn.get(oldKey.scopeId) ?? new Set()).add(looseName(newName)));
  }
  for (const [scopeId, names] of namesIn) {
    const come = (await repos.keys.ofScope(provider.id, scopeId)).filter(({ announced }) => announced);
    for (const { label } of come) names.delete(looseName(label));
  }
  return { isFirstListing: read?.readAt == null, namesIn };
}

/** Those that rotations have named come first: what is left to announce others follows from them. */
export async function namedFirst<Fresh extends Newcomer>(
  repos: AnnouncedRepos,
  provider: Provider,
  newcomers: readonly Fresh[],
): Promise<readonly Fresh[]> {
  const { namesIn } = await announcementsOf(repos, provider);
  const isNamed = ({ scopeId, label }: Fresh) => namesIn.get(scopeId)?.has(looseName(label)) ?? false;
  return [...newcomers.filter(isNamed), ...newcomers.filter((one) => !isNamed(one))];
}

/**
 * Whether somebody said that it would appear; uses the announcement up. One under another name is asked about before it is
 * told (`askedAbout`).
 */
export function isAnnounced({ isFirstListing, namesIn }: Announcements, { scopeId, label, kind }: Newcomer): boolean {
  if (isFirstListing) return true;
  return kind === 'inference' && (namesIn.get(scopeId)?.delete(looseName(label)) ?? false);
}
