import type { Key, Lineage } from '../../domain/key.ts';
import { quietSince } from '../../domain/staleness.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';
import { sumCosts } from '../usage/sum-costs.ts';

/** One key as the inventory shows it. */
export interface KeySummary {
  readonly key: Key;
  readonly lineage: Lineage;
  readonly providerTitle: string;
  readonly scopeName: string | null;
  readonly last30dMicroUsd: number;
  /** Since when nobody has used it, as far as we can know. */
  readonly quietSince: number;
}

type ListDeps = Pick<Deps, 'store' | 'clock' | 'providers' | 'breathe'>;

const COST_WINDOW_MS = 30 * DAY_MS;

/** The whole inventory by slug, tombstones left out but for those that cost money lately. */
export async function listKeys(deps: ListDeps): Promise<readonly KeySummary[]> {
  const all = await listAllKeys(deps);
  return all.filter(({ key, last30dMicroUsd }) => key.status !== 'gone' || last30dMicroUsd > 0);
}

/** One key as the list would show it. */
export async function summarizeKey(
  { store, clock, providers }: Pick<Deps, 'store' | 'clock' | 'providers'>,
  { key, lineage }: Pick<KeySummary, 'key' | 'lineage'>,
): Promise<KeySummary> {
  const now = clock.now();
  const provider = providers.get(key.connectionId);
  const scope = (await store.read.scopes.all()).find(
    ({ id, providerId }) => id === key.scopeId && providerId === key.providerId,
  );
  return {
    key,
    lineage,
    providerTitle: provider?.title ?? key.providerId,
    scopeName: scope?.name ?? null,
    last30dMicroUsd: await store.read.usage.costOf([key.id], { from: now - COST_WINDOW_MS, to: now }),
    quietSince: quietSince(key, provider?.capabilities.lastUsed ?? 'usage'),
  };
}

/** The whole inventory by slug, every tombstone included. */
export async function listAllKeys(deps: ListDeps): Promise<readonly KeySummary[]> {
  const { keys, lineages, scopes } = deps.store.read;
  const now = deps.clock.now();
  const lineageById = new Map((await lineages.all()).map((lineage) => [lineage.id, lineage]));
  const scopeNames = new Map((await scopes.all()).map((scope) => [`${scope.providerId}:${scope.id}`, scope.name]));
  const costs = await sumCosts(deps, { from: now - COST_WINDOW_MS, to: now, sliceMs: DAY_MS });
  const providers = new Map([...deps.providers.values()].map((provider) => [provider.id, provider]));

  return (await keys.all())
    .flatMap((key): KeySummary[] => {
      const lineage = lineageById.get(key.lineageId);
      if (lineage === undefined) return [];
      const provider = providers.get(key.providerId);
      return [
        {
          key,
          lineage,
          providerTitle: provider?.title ?? key.providerId,
          scopeName: scopeNames.get(`${key.providerId}:${key.scopeId}`) ?? null,
          last30dMicroUsd: costs.get(key.id) ?? 0,
          quietSince: quietSince(key, provider?.capabilities.lastUsed ?? 'usage'),
        },
      ];
    })
    .sort((a, b) => (a.lineage.slug < b.lineage.slug ? -1 : 1));
}
