import type { ProviderEvent } from '../../domain/detector.ts';
import type { KeyIdentity } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

export interface EventsWanted {
  readonly providerId: string;
  readonly from: number;
  readonly to: number;
  /** Every key of the inventory, to name the events' keys as we do. */
  readonly allKeys: readonly KeyIdentity[];
  /** The keys of the lineages that are looked at. */
  readonly members: readonly KeyIdentity[];
}

/** What the provider's own log tells of each lineage: of its keys, and of the projects or workspaces that they are in. */
export async function eventsOfLineages(
  { store }: Pick<Deps, 'store'>,
  { providerId, from, to, allKeys, members }: EventsWanted,
): Promise<ReadonlyMap<string, readonly ProviderEvent[]>> {
  const own = members.filter((key) => key.providerId === providerId);
  const byKey = lineagesBy(own, (key) => key.providerKeyId);
  const byScope = lineagesBy(own, (key) => key.scopeId);
  const found = await store.read.providerEvents.about({
    providerId,
    from,
    to,
    keyIds: [...byKey.keys()],
    scopeIds: [...byScope.keys()],
  });
  const events = new Map<string, ProviderEvent[]>();
  if (found.length === 0) return events;
  const ids = new Map(allKeys.filter((key) => key.providerId === providerId).map((key) => [key.providerKeyId, key.id]));
  for (const { id, at, kind, keyId, scopeId, keyChange, actor, detail } of found) {
    const ours = keyId === null ? null : (ids.get(keyId) ?? null);
    const event: ProviderEvent = { id, at, kind, keyId: ours, scopeId, keyChange, actor, detail };
    const lineageIds = new Set([...(byKey.get(keyId ?? '') ?? []), ...(byScope.get(scopeId ?? '') ?? [])]);
    for (const lineageId of lineageIds) events.set(lineageId, [...(events.get(lineageId) ?? []), event]);
  }
  return events;
}

function lineagesBy(
  keys: readonly KeyIdentity[],
  nameOf: (key: KeyIdentity) => string | null,
): ReadonlyMap<string, ReadonlySet<string>> {
  const lineages = new Map<string, Set<string>>();
  for (const key of keys) {
    const name = nameOf(key);
    if (name !== null) lineages.set(name, (lineages.get(name) ?? new Set()).add(key.lineageId));
  }
  return lineages;
}
