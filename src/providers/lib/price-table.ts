import { createHash } from 'node:crypto';
import { findOverride, type PriceOverride, type TokenRates } from '../../domain/price-override.ts';
import { DAY_MS } from '../../domain/time.ts';
import { type PriceSource, type ProviderUsage, totalTokens, variantKey } from '../../domain/usage.ts';
import type { Price, PriceTable } from '../../ports/price-table.ts';
import { createRateFinder, type RateTier, scaleRates } from './model-rates.ts';
import { priceFactor } from './price-factors.ts';
import { findUnitPrice, unitsOf } from './unit-prices.ts';

/** The bundled price list, then our own factors and rules: rows priced under another text can be priced again. */
export const PRICE_TABLE_VERSION = 'genai-prices 0.1.8, keysteward 3';

const MAX_REMEMBERED = 20_000;
// Any size inside the provider's long window; where the window is not told, a request is taken for a short one.
const LONG_REQUEST_TOKENS = 600_000;
const TOKEN_BILLED: ReadonlySet<string> = new Set(['completions', 'messages', 'embeddings', 'moderations']);
const OVERRIDDEN = { source: 'policy', pricedAs: 'policy' } as const;

const UNPRICED: Price = { costMicroUsd: 0, source: 'unpriced', pricedAs: null };

/** How rows of one kind and day are priced: by their tokens, or by what their endpoint counts. */
type Pricing = {
  readonly source: Exclude<PriceSource, 'unpriced'>;
  readonly pricedAs: string;
} & ({ readonly tiers: readonly RateTier[] } | { readonly perUnitMicroUsd: number });

export interface PriceTableOptions {
  /** Policy's word goes before the list's. */
  readonly overrides?: readonly PriceOverride[];
}

/** Prices usage; each model, endpoint, variant and day is looked up once, since a look-up costs 35 µs. */
export function createPriceTable({ overrides = [] }: PriceTableOptions = {}): PriceTable {
  const remembered = new Map<string, Pricing | null>();
  const findPricing = createPricingFinder(overrides);

  function pricingOf(providerId: string, usage: ProviderUsage): Pricing | null {
    const day = Math.floor(usage.startAt / DAY_MS);
    const bills = billsOf(usage);
    const key = `${providerId}|${usage.model}|${usage.endpoint}|${bills}|${day}|${variantKey(usage.variant)}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const pricing = findPricing({ providerId, usage, bills, at: day * DAY_MS });
    // Model names come from outside, so the memory needs an end.
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, pricing);
    return pricing;
  }

  return {
    version: versionOf(overrides),
    price(providerId, usage) {
      const pricing = pricingOf(providerId, usage);
      const cost = pricing === null ? undefined : costOf(usage, pricing);
      if (pricing === null || cost === undefined) return UNPRICED;
      // Half up keeps sums honest; only a price above zero that rounds to nothing is lifted to the smallest amount.
      const costMicroUsd = cost > 0 ? Math.max(1, Math.round(cost)) : 0;
      return { costMicroUsd, source: pricing.source, pricedAs: pricing.pricedAs };
    },
  };
}

/** Rows that were priced under other overrides are told by it. */
function versionOf(overrides: readonly PriceOverride[]): string {
  if (overrides.length === 0) return PRICE_TABLE_VERSION;
  // A pattern has no JSON of its own; what it was written as stands beside it.
  const hash = createHash('sha256').update(JSON.stringify(overrides)).digest('hex').slice(0, 8);
  return `${PRICE_TABLE_VERSION}, policy ${hash}`;
}

/** A failed request has no tokens and costs nothing; pictures and searches never have any and do cost. */
function billsOf({ tokens, endpoint }: ProviderUsage): 'tokens' | 'units' {
  return totalTokens(tokens) > 0 || TOKEN_BILLED.has(endpoint) ? 'tokens' : 'units';
}

interface Question {
  readonly providerId: string;
  readonly usage: ProviderUsage;
  readonly bills: 'tokens' | 'units';
  readonly at: number;
}

function createPricingFinder(overrides: readonly PriceOverride[]): (question: Question) => Pricing | null {
  const findRates = createRateFinder();

  function listed({ providerId, usage, bills, at }: Question): Pricing | null {
    const { model, variant } = usage;
    if (bills === 'units') {
      const found = findUnitPrice(providerId, usage) ?? null;
      return found && { source: found.source, pricedAs: found.pricedAs, perUnitMicroUsd: found.microUsd };
    }
    const found = findRates({ providerId, model, dayAt: at, modality: variant.modality ?? null });
    return found && scaled(found, priceFactor(providerId, found.pricedAs, variant));
  }

  return (question) => {
    const { providerId, bills, at } = question;
    const { model, endpoint, variant } = question.usage;
    const modality = variant.modality ?? null;
    const price = findOverride(overrides, { providerId, model, endpoint, modality, bills, at })?.price;
    if (price === undefined) return listed(question);
    if (price.kind === 'units') return { ...OVERRIDDEN, perUnitMicroUsd: price.microUsd };
    if (price.kind === 'tokens') {
      const pricing = { ...OVERRIDDEN, tiers: [{ above: 0, rates: price.rates }] };
      return price.flat ? pricing : scaled(pricing, priceFactor(providerId, model, variant));
    }
    const pricing = listed(question);
    return pricing && { ...scaled(pricing, price.factor), source: discounted(pricing.source) };
  };
}

/** A negotiated price is known for good, unless what it takes something off is not. */
function discounted(source: Pricing['source']): Pricing['source'] {
  return source === 'listed' ? 'policy' : source;
}

function scaled(pricing: Pricing, factor: number): Pricing {
  if ('perUnitMicroUsd' in pricing) return { ...pricing, perUnitMicroUsd: pricing.perUnitMicroUsd * factor };
  return { ...pricing, tiers: pricing.tiers.map(({ above, rates }) => ({ above, rates: scaleRates(rates, factor) })) };
}

/** Not rounded. Undefined where the row does not carry what the price is for. */
function costOf(usage: ProviderUsage, pricing: Pricing): number | undefined {
  if ('perUnitMicroUsd' in pricing) {
    const units = unitsOf(usage);
    return units === null ? undefined : units * pricing.perUnitMicroUsd;
  }
  const rates = ratesForRequest(pricing.tiers, requestTokens(usage));
  return rates === undefined ? undefined : tokenCost(usage, rates);
}

function tokenCost({ tokens }: ProviderUsage, rates: TokenRates): number {
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

function ratesForRequest(tiers: readonly RateTier[], input: number): TokenRates | undefined {
  return (tiers.findLast(({ above }) => input > above) ?? tiers[0])?.rates;
}
