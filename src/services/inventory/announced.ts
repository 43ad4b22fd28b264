import type { Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';

export interface Newcomer {
  readonly id: string;
  readonly scopeId: string | null;
}

export interface Announcements {
  /** Before the first complete listing nothing can be new. */
  readonly isFirstListing: boolean;
  /** Scopes in which a rotation waits for its new key, each until that has come. */
  readonly awaitedIn: Set<string | null>;
}

/** What says that a key would appear, as of now. */
export async function announcementsOf(tx: Repos, provider: Provider): Promise<Announcements> {
  const read = await tx.inventoryReads.get(provider.connectionId);
  const awaitedIn = new Set<string | null>();
  for (const { oldKeyId, newKeyId, startedAt } of await tx.rotations.allOpen()) {
    const old = await tx.keys.get(oldKeyId);
    if (newKeyId !== null || old?.providerId !== provider.id) continue;
    const siblings = await tx.keys.ofScope(old.providerId, old.scopeId);
    // Whoever waits for one key has not announced two.
    if (!siblings.some(({ firstSeenAt }) => firstSeenAt >= startedAt)) awaitedIn.add(old.scopeId);
  }
  return { isFirstListing: read?.readAt == null, awaitedIn };
}

/** Whether somebody said that it would appear; uses the announcement up. */
export function isAnnounced({ isFirstListing, awaitedIn }: Announcements, { scopeId }: Newcomer): boolean {
  return isFirstListing || awaitedIn.delete(scopeId);
}
