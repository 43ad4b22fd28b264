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
  /** Tokens that are not text and have a price of their own. */
  readonly modality?: Modality;
}

export type Modality = 'audio' | 'image';
const MODALITIES: readonly Modality[] = ['audio', 'image'];

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
  /**
   * Where tokens do not tell the cost, what the endpoint is billed by instead: pictures, characters, seconds, searches,
   * sessions, gigabytes. Null where the provider counts nothing.
   */
  readonly requests: number | null;
}

/**
 * How a cost was found: from the price list; from policy's `prices`; from a known price whose kind the usage does not
 * tell, such as a picture's size; from the dearest known sibling of an unknown model; or not at all.
 */
export type PriceSource = 'listed' | 'policy' | 'rough' | 'sibling' | 'unpriced';

/** From good to bad, which is also their order by name: compaction in SQL takes the last by name for the worst. */
export const PRICE_SOURCES: readonly PriceSource[] = ['listed', 'policy', 'rough', 'sibling', 'unpriced'];

/** What a sum of two prices is worth. */
export function worsePriceSource(a: PriceSource, b: PriceSource): PriceSource {
  return PRICE_SOURCES.indexOf(a) >= PRICE_SOURCES.indexOf(b) ? a : b;
}

/** Whether the real cost may be another one. */
export function isEstimate(source: PriceSource): boolean {
  return source !== 'listed' && source !== 'policy';
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

// Names in a variant's text, in the order in which they stand there.
const VARIANT_FIELDS = [
  ['tier', 'tier'],
  ['ctx', 'contextWindow'],
  ['geo', 'geo'],
  ['speed', 'speed'],
  ['tokens', 'modality'],
] as const;

export const NO_KEY_PREFIX = 'nokey:';

export function noKeyId(connectionId: string, scopeId: string | null): string {
  return `${NO_KEY_PREFIX}${connectionId}:${scopeId ?? 'default'}`;
}

/** The provider's default. Adapters use this one object, so that it is told at a glance. */
export const USUAL_VARIANT: UsageVariant = {};

/** One canonical text per variant, for the row's identity; the empty text is the default variant. */
export function variantKey(variant: UsageVariant): string {
  // Nearly all rows; this runs for each of a hundred thousand.
  if (variant === USUAL_VARIANT) return '';
  const parts = variant.batch ? ['batch'] : [];
  for (const [name, field] of VARIANT_FIELDS) {
    const value = variant[field];
    if (value) parts.push(`${name}=${value.replace(/[%,]/g, encodeURIComponent)}`);
  }
  return parts.join(',');
}

/** The variant of a stored row: the inverse of `variantKey`. What a later version wrote besides is left out. */
export function parseVariant(key: string): UsageVariant {
  const parts = new Map(key.split(',').map((part) => splitOnce(part, '=')));
  const named = VARIANT_FIELDS.flatMap(([name, field]) => {
    const value = parts.get(name)?.replaceAll('%2C', ',').replaceAll('%25', '%');
    const isKnown = field !== 'modality' || MODALITIES.some((each) => each === value);
    return value && isKnown ? [[field, value]] : [];
  });
  return { ...(parts.has('batch') ? { batch: true } : {}), ...Object.fromEntries(named) };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** What a stored bucket was before it was priced; whose it was does not matter to the price. */
export function unpricedUsage(bucket: Omit<UsageBucket, 'keyId' | 'costMicroUsd' | 'priceSource'>): ProviderUsage {
  const { model, endpoint, startAt, widthMs, tokens, requests } = bucket;
  const variant = parseVariant(bucket.variant);
  return { providerKeyId: null, scopeId: null, model, endpoint, variant, startAt, widthMs, tokens, requests };
}

/** Whether anything was used at all: tokens, counted requests or money. */
export function isUse({ costMicroUsd, requests, tokens }: UsageBucket): boolean {
  return costMicroUsd > 0 || (requests ?? 0) > 0 || totalTokens(tokens) > 0;
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
