/** Token counts of a bucket. The four input kinds are disjoint: their sum is all input. */
export interface TokenCounts {
  readonly uncachedInput: number;
  readonly cachedInput: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
}

/** What changes the price of a token without changing the model. Absent means the provider's default. */
export interface UsageVariant {
  readonly batch?: boolean;
  readonly tier?: string;
  readonly contextWindow?: string;
  readonly geo?: string;
  readonly speed?: string;
}

/** One row of a provider's usage answer, already in our units. */
export interface ProviderUsage {
  /** Null: console, OAuth or session use. Real money, kept under a "no key" row of its scope. */
  readonly providerKeyId: string | null;
  readonly scopeId: string | null;
  readonly model: string;
  /** Endpoint family: completions, messages, embeddings, images … */
  readonly endpoint: string;
  readonly variant: UsageVariant;
  readonly startAt: number;
  readonly widthMs: number;
  readonly tokens: TokenCounts;
  /** Null where the provider does not count requests. */
  readonly requests: number | null;
}

/** How a cost was found: from the price list, from the dearest known sibling, or not at all. */
export type PriceSource = 'listed' | 'sibling' | 'unpriced';

const PRICE_SOURCES: readonly PriceSource[] = ['listed', 'sibling', 'unpriced'];

/** What a sum of two prices is worth. */
export function worsePriceSource(a: PriceSource, b: PriceSource): PriceSource {
  return PRICE_SOURCES.indexOf(a) >= PRICE_SOURCES.indexOf(b) ? a : b;
}

/** A stored, priced bucket. `keyId` is ours, or `nokey:<scope>` for usage without a key. */
export interface UsageBucket {
  readonly keyId: string;
  readonly model: string;
  readonly endpoint: string;
  readonly variant: string;
  readonly startAt: number;
  readonly widthMs: number;
  readonly tokens: TokenCounts;
  readonly requests: number | null;
  readonly costMicroUsd: number;
  readonly priceSource: PriceSource;
}

export const NO_KEY_PREFIX = 'nokey:';

export function noKeyId(connectionId: string, scopeId: string | null): string {
  return `${NO_KEY_PREFIX}${connectionId}:${scopeId ?? 'default'}`;
}

/** One canonical text per variant, for the row's identity; the empty text is the default variant. */
export function variantKey(variant: UsageVariant): string {
  const { batch, tier, contextWindow, geo, speed } = variant;
  // Nearly all rows; this runs for each of a hundred thousand.
  if (!batch && !tier && !contextWindow && !geo && !speed) return '';
  const parts = [
    variant.batch ? 'batch' : '',
    variant.tier ? `tier=${variant.tier}` : '',
    variant.contextWindow ? `ctx=${variant.contextWindow}` : '',
    variant.geo ? `geo=${variant.geo}` : '',
    variant.speed ? `speed=${variant.speed}` : '',
  ];
  return parts.filter((part) => part !== '').join(',');
}

export function totalTokens(tokens: TokenCounts): number {
  return tokens.uncachedInput + tokens.cachedInput + tokens.cacheWrite5m + tokens.cacheWrite1h + tokens.output;
}

export const NO_TOKENS: TokenCounts = {
  uncachedInput: 0,
  cachedInput: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
};
