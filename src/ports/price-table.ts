import type { PriceSource, ProviderUsage } from '../domain/usage.ts';

export interface Price {
  readonly costMicroUsd: number;
  readonly source: PriceSource;
  /** The model whose price was used; differs from the asked one for a sibling. */
  readonly pricedAs: string | null;
}

/** Prices usage from tokens. Never answers $0 for tokens it cannot price without saying `unpriced`. */
export interface PriceTable {
  /** Stored with each priced row, so that a window can be priced again. */
  readonly version: string;
  price(providerId: string, usage: ProviderUsage): Price;
}
