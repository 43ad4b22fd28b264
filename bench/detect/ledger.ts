import type { LineageSeries, UsageStream } from '../../src/domain/replay/series.ts';
import { BUCKET_MS } from './shape.ts';

/** A model at an endpoint family, and what its typical request costs. */
export interface Product {
  readonly model: string;
  readonly endpoint: string;
  readonly requestMicroUsd: number;
}

interface Columns {
  readonly product: Product;
  readonly requests: Float64Array;
  readonly cost: Float64Array;
}

/** The books of one lineage while its traffic is made: every bucket of every stream. */
export interface Ledger {
  readonly buckets: number;
  add(product: Product, bucket: number, use: { readonly requests: number; readonly costMicroUsd: number }): void;
  /** Cost of each bucket over all streams. */
  costs(): Float64Array;
  series(key: string, startAt: number): LineageSeries;
}

export function createLedger(buckets: number): Ledger {
  const streams = new Map<string, Columns>();

  function columnsOf(product: Product): Columns {
    const name = `${product.endpoint} ${product.model}`;
    const found = streams.get(name);
    if (found !== undefined) return found;
    const made = { product, requests: new Float64Array(buckets), cost: new Float64Array(buckets) };
    streams.set(name, made);
    return made;
  }

  return {
    buckets,
    add(product, bucket, { requests, costMicroUsd }) {
      if (requests <= 0 || bucket < 0 || bucket >= buckets) return;
      const columns = columnsOf(product);
      columns.requests[bucket] = (columns.requests[bucket] ?? 0) + requests;
      columns.cost[bucket] = (columns.cost[bucket] ?? 0) + Math.round(costMicroUsd);
    },
    costs() {
      const sums = new Float64Array(buckets);
      for (const { cost } of streams.values()) {
        for (let bucket = 0; bucket < buckets; bucket += 1) sums[bucket] = (sums[bucket] ?? 0) + (cost[bucket] ?? 0);
      }
      return sums;
    },
    series: (key, startAt) => ({ key, streams: [...streams.values()].map((columns) => streamOf(columns, startAt)) }),
  };
}

/** Providers tell only the buckets in which something was used. */
function streamOf({ product, requests, cost }: Columns, startAt: number): UsageStream {
  const used: number[] = [];
  requests.forEach((count, bucket) => {
    if (count > 0) used.push(bucket);
  });
  return {
    model: product.model,
    endpoint: product.endpoint,
    startAt: Float64Array.from(used, (bucket) => startAt + bucket * BUCKET_MS),
    widthMs: BUCKET_MS,
    costMicroUsd: Float64Array.from(used, (bucket) => cost[bucket] ?? 0),
    requests: Float64Array.from(used, (bucket) => requests[bucket] ?? 0),
  };
}
