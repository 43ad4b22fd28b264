import type { ProviderUsage } from '../../domain/usage.ts';
import type { Price, PriceTable } from '../../ports/price-table.ts';
import { readModelName } from './model-name.ts';

/** Prices usage of which nobody says whose model it is. */
export type PriceAnywhere = (usage: ProviderUsage) => Price;

interface Offer {
  readonly providerId: string;
  readonly price: Price;
}

/** The provider that lists the model; else the one whose models are of its line; else the dearest. */
export function createOfflinePrices(prices: PriceTable, providerIds: readonly string[]): PriceAnywhere {
  const chosen = new Map<string, string>();
  return (usage) => {
    const key = `${usage.model}\n${usage.endpoint}`;
    const known = chosen.get(key);
    if (known !== undefined) return prices.price(known, usage);
    const offers = providerIds.map((providerId) => ({ providerId, price: prices.price(providerId, usage) }));
    const best = bestOffer(usage.model, offers);
    if (best === undefined) return { costMicroUsd: 0, source: 'unpriced', pricedAs: null };
    chosen.set(key, best.providerId);
    return best.price;
  };
}

function bestOffer(model: string, offers: readonly Offer[]): Offer | undefined {
  const { line } = readModelName(model);
  const rank = ({ price: { source, pricedAs } }: Offer) =>
    source === 'listed' || source === 'policy' ? 0 : readModelName(pricedAs ?? '').line === line ? 1 : 2;
  return offers
    .filter(({ price }) => price.source !== 'unpriced')
    .sort((a, b) => rank(a) - rank(b) || b.price.costMicroUsd - a.price.costMicroUsd)[0];
}
