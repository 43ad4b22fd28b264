import { burst, type Extra, steal } from './leaks.ts';
import type { Ledger, Product } from './ledger.ts';
import type { Random } from './random.ts';
import { BUCKETS_PER_HOUR } from './shape.ts';

/** A loop that does not end until somebody sees it: the lineage's own models, its owner's money. */
export function runaway(
  ledger: Ledger,
  own: readonly Product[],
  random: Random,
): { extra: Extra; costs: Float64Array } {
  const from = Math.floor(random.between(0.3, 0.95) * ledger.buckets);
  const costs = burst(random, Math.round(random.scale(1, 14) * BUCKETS_PER_HOUR), { lowest: 3, highest: 90 });
  const extra = { from, loudFrom: from, costs };
  return { extra, costs: steal(ledger, { extra, own, fresh: null }, random).costs };
}
