import type { Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';

export interface Newcomer {
  readonly id: string;
  readonly scopeId: string | null;
  readonly label: string;
}

export interface Announcements {
  /** Before the first complete listing nothing can be new. */
  readonly isFirstListing: boolean;
  /** Names that rotations wait for, each with its scope, until a key of that name has come. */
  readonly awaitedNames: Set<string>;
  /** Scopes in which a rotation waits for its new key, each until that has come. */
  readonly awaitedIn: Set<string | null>;
}

/** What says that a key would appear, as of now. */
export async function announcementsOf(tx: Repos, provider: Provider): Promise<Announcements> {
  const read = await tx.inventoryReads.get(provider.connectionId);
  const awaitedIn = new Set<string | null>();
  const awaitedNames = new Set<string>();
  const newestIn = new Map<string | null, number>();
  for (const { rotation, oldKey } of await tx.rotations.openWithKeys()) {
    if (rotation.newKeyId !== null || oldKey.providerId !== provider.id) continue;
    const { providerId, scopeId } = oldKey;
    if (rotation.newName !== null) awaitedNames.add(nameIn(scopeId, rotation.newName));
    if (!newestIn.has(scopeId)) {
      const siblings = await tx.keys.ofScope(providerId, scopeId);
      newestIn.set(scopeId, Math.max(...siblings.map(({ firstSeenAt }) => firstSeenAt)));
    }
    // Whoever waits for one key has not announced two.
    if ((newestIn.get(scopeId) ?? 0) < rotation.startedAt) awaitedIn.add(scopeId);
  }
  return { isFirstListing: read?.readAt == null, awaitedNames, awaitedIn };
}

/** Whether somebody said that it would appear; uses the announcement up. */
export function isAnnounced(
  { isFirstListing, awaitedNames, awaitedIn }: Announcements,
  { scopeId, label }: Newcomer,
): boolean {
  // In a campaign many wait for keys of one scope at once: each is known by the name that was agreed on.
  const isAwaited = awaitedNames.delete(nameIn(scopeId, label));
  return isFirstListing || awaitedIn.delete(scopeId) || isAwaited;
}

function nameIn(scopeId: string | null, label: string): string {
  return JSON.stringify([scopeId, label]);
}
