import type { UsageBucket } from '../domain/usage.ts';
import type { UsageGlances } from './usage-glances.ts';
import type { UsageRange, UsageRow } from './usage-prices.ts';
import type { UsageUpkeep } from './usage-upkeep.ts';

export interface DaySpan {
  readonly costMicroUsd: number;
  readonly firstDayAt: number;
}

export interface ReplaceOutcome {
  readonly inserted: number;
  readonly changed: number;
  readonly removed: number;
}

export interface UsageRepo extends UsageUpkeep, UsageGlances {
  /** Makes the window hold exactly `rows`: rows that vanished vanish, equal rows are not written. */
  replaceWindow(connectionId: string, range: UsageRange, rows: readonly UsageRow[]): Promise<ReplaceOutcome>;
  /** Ascending by start. Buckets that overlap the range are included whole. */
  ofKeys(keyIds: readonly string[], range: UsageRange): Promise<readonly UsageBucket[]>;
  /** Sum of some keys over whole buckets that start in the range. */
  costOf(keyIds: readonly string[], range: UsageRange): Promise<number>;
  /** Those that start in the range, in any order: without a look at what reaches into it from before. */
  startedIn(keyIds: readonly string[], range: UsageRange): Promise<readonly UsageBucket[]>;
  /**
   * As `ofKeys`, in one bucket of `widthMs` where the stored ones are finer: a day of minutes is a thousand rows a key.
   * Of what began before the range only buckets of an hour at most are found.
   */
  ofKeysFolded(keyIds: readonly string[], range: UsageRange, widthMs: number): Promise<readonly UsageBucket[]>;
  /** Sum per key over whole buckets that start in the range, of one connection or of all. Keys without cost are left out. */
  costPerKey(range: UsageRange & { readonly connectionId?: string }): Promise<ReadonlyMap<string, number>>;
  /**
   * The same of all connections, or of some keys, over whole UTC days, from sums that are kept: quick, however many keys
   * there are.
   */
  dayCosts(range: UsageRange, keyIds?: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The same with the first day on which there was any cost. */
  daySpans(range: UsageRange, keyIds: readonly string[]): Promise<ReadonlyMap<string, DaySpan>>;
  /** Their sum, of all that was spent with a key or without. */
  dayTotal(range: UsageRange): Promise<number>;
  newestEnd(connectionId: string): Promise<number | null>;
  /** Start of the oldest bucket of this width. */
  oldestStart(widthMs: number): Promise<number | null>;
  /** Folds buckets of `fromWidthMs` that start before `before` into buckets of `toWidthMs`. Returns rows folded. */
  compact(options: { fromWidthMs: number; toWidthMs: number; before: number }): Promise<number>;
}

/** How far one connection has been read, and since when it cannot be. */
export interface Watermark {
  readonly connectionId: string;
  /** When the last complete poll was made; usage before it minus the provider's delay is known. */
  readonly polledAt: number | null;
  /** End of the newest bucket seen. */
  readonly newestUsageAt: number | null;
  readonly failingSince: number | null;
  readonly missedPolls: number;
  readonly problem: string | null;
}

export interface WatermarkRepo {
  get(connectionId: string): Promise<Watermark | undefined>;
  put(watermark: Watermark): Promise<void>;
  all(): Promise<readonly Watermark[]>;
}
