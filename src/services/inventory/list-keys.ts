import type { Key, Lineage } from '../../domain/key.ts';
import { quietSince } from '../../domain/staleness.ts';
import { DAY_MS, floorTo } from '../../domain/time.ts';
import type { InventoryRow, ModelSight } from '../../ports/inventory.ts';
import type { Deps } from '../deps.ts';

/** One key as the inventory shows it. */
export interface KeySummary {
  readonly key: Key;
  readonly lineage: Lineage;
  readonly providerTitle: string;
  readonly scopeName: string | null;
  /** Of today and the 29 days before, UTC. */
  readonly last30dMicroUsd: number;
  /** Since when nobody has used it, as far as we can know. */
  readonly quietSince: number;
  /** What it called in those 30 days, by name. */
  readonly called: readonly ModelSight[];
}

export type ListDeps = Pick<Deps, 'store' | 'clock' | 'providers'>;

const DAYS_BEFORE = 29;

// The rows are the very same ones until something in them changes.
const summaries = new WeakMap<
  readonly InventoryRow[],
  { readonly providers: ListDeps['providers']; readonly all: readonly KeySummary[] }
>();

/** The whole inventory by slug, tombstones left out but for those that cost money lately. */
export async function listKeys(deps: ListDeps): Promise<readonly KeySummary[]> {
  const all = await listAllKeys(deps);
  return all.filter(({ key, last30dMicroUsd }) => key.status !== 'gone' || last30dMicroUsd > 0);
}

/** One key as the list would show it. */
export async function summarizeKey(
  deps: ListDeps,
  { key, lineage }: Pick<KeySummary, 'key' | 'lineage'>,
): Promise<KeySummary> {
  const listed = (await listAllKeys(deps)).find((summary) => summary.key.id === key.id);
  if (listed !== undefined) return { ...listed, key, lineage };
  const provider = deps.providers.get(key.connectionId);
  return {
    key,
    lineage,
    providerTitle: provider?.title ?? key.providerId,
    scopeName: null,
    last30dMicroUsd: 0,
    quietSince: quietSince(key, provider?.capabilities.lastUsed ?? 'usage'),
    called: [],
  };
}

/** The whole inventory by slug, every tombstone included. */
export async function listAllKeys({ store, clock, providers }: ListDeps): Promise<readonly KeySummary[]> {
  const rows = await store.inventory(shownSince(clock.now()));
  const known = summaries.get(rows);
  if (known !== undefined && known.providers === providers) return known.all;
  const providerById = new Map([...providers.values()].map((provider) => [provider.id, provider]));
  const all = rows.map(({ key, lineage, scopeName, costMicroUsd, called }) => {
    const provider = providerById.get(key.providerId);
    return {
      key,
      lineage,
      scopeName,
      called,
      providerTitle: provider?.title ?? key.providerId,
      last30dMicroUsd: costMicroUsd,
      quietSince: quietSince(key, provider?.capabilities.lastUsed ?? 'usage'),
    };
  });
  summaries.set(rows, { providers, all });
  return all;
}

/** From when on the inventory adds up what keys spend. */
export function shownSince(now: number): number {
  return floorTo(now, DAY_MS) - DAYS_BEFORE * DAY_MS;
}
