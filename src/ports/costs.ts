import type { CostRead } from '../domain/cost-plan.ts';
import type { CostLine } from '../domain/reconciliation.ts';

/** Our own usage of one day under one key id of ours, or under `nokey:…`. */
export interface OwnDaySum {
  readonly connectionId: string;
  readonly dayAt: number;
  readonly keyId: string;
  readonly microUsd: number;
  readonly estimatedMicroUsd: number;
  readonly hasUnpriced: boolean;
}

/** What a whole day cost on both sides. */
export interface DayTotal {
  readonly dayAt: number;
  readonly providerMicroUsd: number;
  /** Null: not compared. */
  readonly ownMicroUsd: number | null;
}

/** A model of which some usage is not priced from the list. */
export interface UnlistedModel {
  readonly model: string;
  readonly microUsd: number;
  readonly hasUnpriced: boolean;
}

/** Whole UTC days. */
export interface DayRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export interface DayCostRepo {
  /** Makes the days hold exactly these lines. Equal ones are not written. Returns how many rows were. */
  replaceDays(connectionId: string, range: DayRange, write: DayCostWrite): Promise<number>;
  /** Ascending by day, scope and key. */
  lines(connectionId: string, range: DayRange): Promise<readonly CostLine[]>;
  /** Ascending. Days without any line are left out. */
  totals(connectionId: string, range: DayRange): Promise<readonly DayTotal[]>;
  /** Sums of the usage of these connections by day and key: one reading of an index. */
  ownSums(connectionIds: readonly string[], range: DayRange): Promise<readonly OwnDaySum[]>;
  /** Without a listed price, the dearest first. */
  unlistedModels(connectionId: string, range: DayRange): Promise<readonly UnlistedModel[]>;
}

export interface DayCostWrite {
  readonly lines: readonly CostLine[];
  /** Kept with the rows that change. */
  readonly at: number;
}

export interface CostReadRepo {
  put(read: CostRead): Promise<void>;
  get(connectionId: string): Promise<CostRead | undefined>;
  all(): Promise<readonly CostRead[]>;
}
