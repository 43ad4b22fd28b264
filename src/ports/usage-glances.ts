import type { DayCost } from '../domain/cap-proposal.ts';
import type { UsageRange } from './usage-prices.ts';

export interface UseSum {
  readonly costMicroUsd: number;
  /** As far as they are counted. */
  readonly requests: number;
}

export interface ModelUse extends UseSum {
  readonly keyId: string;
  readonly model: string;
  readonly endpoint: string;
}

/** Sums of all keys of a connection at once, for a quick look; over whole buckets that start in the range. */
export interface UsageGlances {
  useByModel(connectionId: string, range: UsageRange): Promise<readonly ModelUse[]>;
  useByKey(connectionId: string, range: UsageRange): Promise<ReadonlyMap<string, UseSum>>;
  /** What keys cost together on each UTC day on which they cost anything, ascending. */
  daySums(keyIds: readonly string[], range: UsageRange): Promise<readonly DayCost[]>;
  /** The dearest clock hour (UTC) of each key; what is kept by the day only is left out. */
  highestHours(keyIds: readonly string[], range: UsageRange): Promise<ReadonlyMap<string, number>>;
  /** The last UTC day before `before` on which a key spent something. Keys that never did are left out. */
  lastDays(keyIds: readonly string[], before: number): Promise<ReadonlyMap<string, number>>;
}
