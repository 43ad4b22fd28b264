import type { ModelPrice } from '../../domain/blast-radius/rates.ts';
import { NO_TOKENS, type ProviderUsage, USUAL_VARIANT } from '../../domain/usage.ts';
import type { PriceTable } from '../../ports/price-table.ts';

const MILLION = 1_000_000;

/** What the dearest tokens of a provider's models cost today: a thief may write to caches and fill the longest window. */
export function dearestPrices(prices: PriceTable, providerId: string, now: number): (model: string) => ModelPrice {
  const known = new Map<string, ModelPrice>();
  return (model) => {
    const price = known.get(model) ?? priceOf(prices, { providerId, model, now });
    known.set(model, price);
    return price;
  };
}

interface Asked {
  readonly providerId: string;
  readonly model: string;
  readonly now: number;
}

function priceOf(prices: PriceTable, { providerId, model, now }: Asked): ModelPrice {
  const ask = (more: Partial<ProviderUsage>): number | null => {
    const usage = { providerKeyId: null, scopeId: null, model, variant: USUAL_VARIANT, startAt: now, widthMs: 1 };
    const asked = { ...usage, endpoint: 'completions', tokens: NO_TOKENS, requests: 1, ...more };
    const { costMicroUsd, source } = prices.price(providerId, asked);
    return source === 'unpriced' ? null : costMicroUsd;
  };
  const plain = ask({ tokens: { ...NO_TOKENS, uncachedInput: MILLION } });
  const written = ask({ tokens: { ...NO_TOKENS, cacheWrite1h: MILLION } });
  return {
    inputMicroUsd: plain === null ? null : Math.max(plain, written ?? 0),
    outputMicroUsd: ask({ tokens: { ...NO_TOKENS, output: MILLION } }),
    imageMicroUsd: ask({ endpoint: 'images' }),
  };
}
