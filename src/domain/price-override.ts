import type { Modality } from './usage.ts';

/** US dollars per million tokens of each kind, which is micro-USD per token. */
export interface TokenRates {
  readonly uncachedInput: number;
  readonly cachedInput: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
}

/** What an entry of policy's `prices` sets: token rates, the price of a unit, or a factor on what the list says. */
export type OverridePrice =
  | { readonly kind: 'tokens'; readonly rates: TokenRates; readonly modality: Modality | null; readonly flat: boolean }
  | { readonly kind: 'units'; readonly microUsd: number }
  | { readonly kind: 'discount'; readonly factor: number };

/** One entry of policy's `prices`. What is null holds for all. */
export interface PriceOverride {
  readonly providerId: string | null;
  readonly model: { readonly match: string; readonly pattern: RegExp } | null;
  readonly endpoint: string | null;
  readonly fromAt: number | null;
  /** Not included. */
  readonly untilAt: number | null;
  readonly price: OverridePrice;
}

/** What is looked for. `bills` says whether tokens tell the cost of the usage, or what its endpoint counts. */
export interface PricedThing {
  readonly providerId: string;
  readonly model: string;
  readonly endpoint: string;
  readonly modality: Modality | null;
  readonly bills: 'tokens' | 'units';
  readonly at: number;
}

/** The first entry that holds for it. Token rates say nothing of pictures and searches, nor a unit's price of tokens. */
export function findOverride(overrides: readonly PriceOverride[], thing: PricedThing): PriceOverride | undefined {
  return overrides.find(
    ({ providerId, model, endpoint, fromAt, untilAt, price }) =>
      (providerId === null || providerId === thing.providerId) &&
      (model === null || model.pattern.test(thing.model)) &&
      (endpoint === null || endpoint === thing.endpoint) &&
      (fromAt === null || fromAt <= thing.at) &&
      (untilAt === null || thing.at < untilAt) &&
      (price.kind === 'discount' || price.kind === thing.bills) &&
      (price.kind !== 'tokens' || price.modality === thing.modality),
  );
}
