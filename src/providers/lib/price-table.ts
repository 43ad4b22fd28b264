import { type ProviderUsage, totalTokens, variantKey } from '../../domain/usage.ts';
import type { Price, PriceTable } from '../../ports/price-table.ts';
import { createRateFinder, type ModelRates, scaleRates, type TokenRates } from './model-rates.ts';
import { priceFactor } from './price-factors.ts';
import { unitCost } from './unit-prices.ts';

/** The bundled price list, then our own factors and rules: rows priced under another text can be priced again. */
export const PRICE_TABLE_VERSION = 'genai-prices 0.1.8, keysteward 2';

const DAY_MS = 86_400_000;
const MAX_REMEMBERED = 20_000;
// Any size inside the provider's long window; where the window is not told, a request is taken for a short one.
const LONG_REQUEST_TOKENS = 600_000;
const TOKEN_BILLED: ReadonlySet<string> = new Set(['completions', 'messages', 'embeddings', 'moderations']);

const UNPRICED: Price = { costMicroUsd: 0, source: 'unpriced', pricedAs: null };

/** Prices usage from the bundled list; looks a model up once per day and variant, since a look-up costs 35 µs. */
export function createPriceTable(): PriceTable {
  const remembered = new Map<string, ModelRates | null>();
  const findRates = createRateFinder();

  function ratesFor(providerId: string, usage: ProviderUsage): ModelRates | null {
    const day = Math.floor(usage.startAt / DAY_MS);
    const key = `${providerId}|${usage.model}|${day}|${variantKey(usage.variant)}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const rates = scaled(findRates(providerId, usage.model, day * DAY_MS), providerId, usage);
    // Model names come from outside, so the memory needs an end.
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, rates);
    return rates;
  }

  return {
    version: PRICE_TABLE_VERSION,
    price(providerId, usage) {
      const units = unitCost(providerId, usage);
      if (units !== undefined) return priceOf(units.microUsd, units);
      return priceRow(usage, ratesFor(providerId, usage));
    },
  };
}

function scaled(found: ModelRates | null, providerId: string, { variant }: ProviderUsage): ModelRates | null {
  if (found === null) return null;
  const factor = priceFactor(providerId, found.pricedAs, variant);
  const tiers = found.tiers.map(({ above, rates }) => ({ above, rates: scaleRates(rates, factor) }));
  return { ...found, tiers };
}

function priceRow(usage: ProviderUsage, found: ModelRates | null): Price {
  const tokens = totalTokens(usage.tokens);
  // Pictures and speech are billed by other units, which these rows do not carry.
  if (tokens === 0 && (usage.requests ?? 0) > 0 && !TOKEN_BILLED.has(usage.endpoint)) return UNPRICED;
  const rates = found === null ? undefined : ratesForRequest(found, requestTokens(usage));
  if (found === null || rates === undefined) return UNPRICED;
  return priceOf(costOf(usage, rates), found);
}

function priceOf(cost: number, { source, pricedAs }: Pick<Price, 'source' | 'pricedAs'>): Price {
  // Half up keeps sums honest; only a price above zero that rounds to nothing is lifted to the smallest amount.
  return { costMicroUsd: cost > 0 ? Math.max(1, Math.round(cost)) : 0, source, pricedAs };
}

function costOf({ tokens }: ProviderUsage, rates: TokenRates): number {
  return (
    tokens.uncachedInput * rates.uncachedInput +
    tokens.cachedInput * rates.cachedInput +
    tokens.cacheWrite5m * rates.cacheWrite5m +
    tokens.cacheWrite1h * rates.cacheWrite1h +
    tokens.output * rates.output
  );
}

/** Input of the typical request: tiers hold for one request, never for the sum of a bucket. */
function requestTokens({ tokens, requests, variant }: ProviderUsage): number {
  if (variant.contextWindow !== undefined) return variant.contextWindow.startsWith('200k') ? LONG_REQUEST_TOKENS : 0;
  if (requests === null || requests <= 0) return 0;
  return (totalTokens(tokens) - tokens.output) / requests;
}

function ratesForRequest({ tiers }: ModelRates, input: number): TokenRates | undefined {
  return (tiers.findLast(({ above }) => input > above) ?? tiers[0])?.rates;
}
