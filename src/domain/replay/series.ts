/** What a lineage used with one model at one endpoint family, as columns ascending by start. */
export interface UsageStream {
  readonly model: string;
  readonly endpoint: string;
  readonly startAt: Float64Array;
  /** One number where all buckets are as wide. */
  readonly widthMs: number | Float64Array;
  readonly costMicroUsd: Float64Array;
  /** NaN in an entry, or null: not counted. */
  readonly requests: Float64Array | null;
}

/** All usage of one lineage: as compact as a month of ten thousand keys has to be. */
export interface LineageSeries {
  readonly key: string;
  readonly streams: readonly UsageStream[];
}
