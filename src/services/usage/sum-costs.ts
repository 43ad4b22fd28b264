import type { UsageRange } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** What is summed: of one connection, or of all. */
export interface CostsWanted extends UsageRange {
  readonly connectionId?: string;
  /** How much time one statement covers: the usage of thousands of keys takes long to add up. */
  readonly sliceMs: number;
}

/** Cost by key over whole buckets that start in the range, summed slice by slice so that others are served meanwhile. */
export async function sumCosts(
  { store, breathe }: Pick<Deps, 'store' | 'breathe'>,
  { from, to, sliceMs, ...which }: CostsWanted,
): Promise<ReadonlyMap<string, number>> {
  const costs = new Map<string, number>();
  for (let start = from; start < to; start += sliceMs) {
    const part = await store.read.usage.costPerKey({ ...which, from: start, to: Math.min(to, start + sliceMs) });
    for (const [keyId, cost] of part) costs.set(keyId, (costs.get(keyId) ?? 0) + cost);
    await breathe();
  }
  return costs;
}
