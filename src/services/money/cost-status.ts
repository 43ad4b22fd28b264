import { type CostVerdict, verdictOf } from '../../domain/reconciliation.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { newestReconciliation } from './newest-reconciliation.ts';

interface Failing {
  /** Since when costs cannot be read; null: they can. */
  readonly failingSince: number | null;
  readonly problem: string | null;
}

/** How our figures for a connection stand to the provider's own. */
export type CostStatus =
  | { readonly kind: 'not_offered' }
  /** The provider does not open its costs to this admin key, which is not the same as no costs. */
  | { readonly kind: 'not_enabled' }
  | ({ readonly kind: 'not_compared' } & Failing)
  | ({ readonly kind: 'compared' } & ComparedDay & Failing);

export interface ComparedDay {
  readonly dayAt: number;
  readonly providerMicroUsd: number;
  readonly ownMicroUsd: number;
  readonly verdict: CostVerdict;
  /** Keys and scopes that drift though the whole does not. */
  readonly hiddenParts: number;
  readonly shadowMicroUsd: number | null;
}

export async function readCostStatus({ store }: Pick<Deps, 'store'>, provider: Provider): Promise<CostStatus> {
  if (provider.readCosts === undefined) return { kind: 'not_offered' };
  const read = await store.read.costReads.get(provider.connectionId);
  if (read === undefined) return { kind: 'not_compared', failingSince: null, problem: null };
  if (read.availability === 'not_enabled') return { kind: 'not_enabled' };
  const { failingSince, problem } = read;
  const day = await newestReconciliation(store.read, read);
  if (day === undefined) return { kind: 'not_compared', failingSince, problem };
  const { dayAt, total, verdict, culprits, shadowMicroUsd } = day;
  return {
    kind: 'compared',
    dayAt,
    providerMicroUsd: total.providerMicroUsd,
    ownMicroUsd: total.ownMicroUsd,
    verdict,
    hiddenParts: verdictOf(total) === 'drifts' ? 0 : culprits.length,
    shadowMicroUsd,
    failingSince,
    problem,
  };
}
