import type { Key, ProviderKey } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { looseName } from '../../domain/rotation-work.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';

export type Newcomer = Pick<ProviderKey, 'scopeId' | 'label' | 'kind'>;

/** What is expected in one scope. */
interface Awaited {
  /** As rotations have agreed on them. */
  readonly names: Set<string>;
  /** How many keys of other names people may have made for them instead. */
  unnamed: number;
}

export interface Announcements {
  /** Before the first complete listing nothing can be new. */
  readonly isFirstListing: boolean;
  /** Scopes in which rotations wait for their new keys, each until that has come. */
  readonly awaitedIn: ReadonlyMap<string | null, Awaited>;
}

export const EVERYTHING: Announcements = { isFirstListing: true, awaitedIn: new Map() };

type AnnouncedRepos = Pick<Repos, 'inventoryReads' | 'keys' | 'rotations'>;

/** What says that a key would appear, as of now. */
export async function announcementsOf(repos: AnnouncedRepos, provider: Provider): Promise<Announcements> {
  const read = await repos.inventoryReads.get(provider.connectionId);
  const withKeys = (await repos.rotations.openWithKeys()).filter(({ rotation }) => rotation.kind !== 'drill');
  const open = withKeys.map(({ rotation }) => rotation);
  const since = open.reduce((first, { startedAt }) => Math.min(first, startedAt), Number.MAX_SAFE_INTEGER);
  const all = [...open, ...(await repos.rotations.closedSince(since))];
  const taken = new Set(all.flatMap(({ oldKeyId, newKeyId }) => [oldKeyId, newKeyId]));
  const waiting = new Map<string | null, Rotation[]>();
  for (const { rotation, oldKey } of withKeys) {
    if (rotation.newKeyId !== null || oldKey.providerId !== provider.id) continue;
    waiting.set(oldKey.scopeId, [...(waiting.get(oldKey.scopeId) ?? []), rotation]);
  }
  const awaitedIn = new Map<string | null, Awaited>();
  for (const [scopeId, rotations] of waiting) {
    const siblings = await repos.keys.ofScope(provider.id, scopeId);
    awaitedIn.set(
      scopeId,
      awaitedAmong(
        rotations,
        siblings.filter(({ id }) => !taken.has(id)),
      ),
    );
  }
  return { isFirstListing: read?.readAt == null, awaitedIn };
}

/** Those that rotations have named come first: what is left to announce others follows from them. */
export async function namedFirst<Fresh extends Newcomer>(
  repos: AnnouncedRepos,
  provider: Provider,
  newcomers: readonly Fresh[],
): Promise<readonly Fresh[]> {
  const { awaitedIn } = await announcementsOf(repos, provider);
  const isNamed = ({ scopeId, label }: Fresh) => awaitedIn.get(scopeId)?.names.has(looseName(label)) ?? false;
  return [...newcomers.filter(isNamed), ...newcomers.filter((one) => !isNamed(one))];
}

/** Whether somebody said that it would appear; uses the announcement up. */
export function isAnnounced({ isFirstListing, awaitedIn }: Announcements, { scopeId, label, kind }: Newcomer): boolean {
  if (isFirstListing) return true;
  const awaited = awaitedIn.get(scopeId);
  if (awaited === undefined || kind !== 'inference') return false;
  const isNamed = awaited.names.delete(looseName(label));
  if (!isNamed && awaited.unnamed === 0) return false;
  awaited.unnamed = Math.max(0, awaited.unnamed - 1);
  return true;
}

/** Whoever waits for one key has not announced two: keys that have come meanwhile count, by their names or as announced. */
function awaitedAmong(rotations: readonly Rotation[], siblings: readonly Key[]): Awaited {
  const since = Math.min(...rotations.map(({ startedAt }) => startedAt));
  const fresh = siblings.filter(
    ({ firstSeenAt, announced, kind }) => firstSeenAt >= since && announced && kind === 'inference',
  );
  const come = new Set(fresh.map(({ label }) => looseName(label)));
  const names = rotations.flatMap(({ newName }) => (newName === null ? [] : [looseName(newName)]));
  return {
    names: new Set(names.filter((name) => !come.has(name))),
    unnamed: Math.max(0, rotations.length - fresh.length),
  };
}
