import type { PriceSource, UsageBucket } from '../domain/usage.ts';

export interface UsageRange {
  readonly from: number;
  readonly to: number;
}

export interface UsageRow extends UsageBucket {
  readonly connectionId: string;
  readonly priceVersion: string;
}

/** Usage of one kind by one key whose price nobody knows: its model is unknown, or there is no price at all. */
export interface UnpricedSum {
  readonly connectionId: string;
  readonly keyId: string;
  readonly model: string;
  readonly endpoint: string;
  readonly variant: string;
  readonly costMicroUsd: number;
  readonly tokens: number;
  readonly requests: number;
}

/** Which rows are priced again: of one connection, by their start; without a version whatever they were priced under. */
export interface RowsToPrice extends UsageRange {
  readonly connectionId: string;
  /** Leaves out rows that were priced under it. */
  readonly exceptVersion: string | null;
}

export interface NewPrice {
  readonly row: UsageRow;
  readonly costMicroUsd: number;
  readonly priceSource: PriceSource;
  readonly priceVersion: string;
}

export interface UsagePriceRepo {
  unpriced(range: UsageRange & { readonly connectionIds: readonly string[] }): Promise<readonly UnpricedSum[]>;
  /** In a fixed order, at most `limit`, the ones that come after `after`. */
  page(which: RowsToPrice, after: UsageRow | null, limit: number): Promise<readonly UsageRow[]>;
  /** Only where the row still holds the figures that were priced. Returns how many rows that was. */
  reprice(prices: readonly NewPrice[]): Promise<number>;
}
