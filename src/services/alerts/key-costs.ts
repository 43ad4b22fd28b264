import type { Alert } from '../../domain/alert.ts';
import type { Key } from '../../domain/key.ts';
import type { Deps } from '../deps.ts';
import { keysOfAlert } from './alert-keys.ts';

/** What one key of a lineage has spent in an episode. */
export interface KeyCost {
  readonly key: Key;
  readonly costMicroUsd: number;
}

/** The keys that spend in an alert's episode, the dearest first. Keys without usage in it are left out. */
export async function keyCosts(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  alert: Alert,
): Promise<readonly KeyCost[]> {
  const { counted: keys } = await keysOfAlert(store.read, alert);
  // The usual case: one key, whose sum is the alert's.
  if (keys.length < 2) return [];
  const range = { from: alert.startedAt, to: clock.now() };
  const costs = await Promise.all(
    keys.map(async (key) => ({ key, costMicroUsd: await store.read.usage.costOf([key.id], range) })),
  );
  return costs.filter(({ costMicroUsd }) => costMicroUsd > 0).sort((a, b) => b.costMicroUsd - a.costMicroUsd);
}
