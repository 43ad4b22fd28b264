/** Sums of `usage`, written with it. */
export interface UsageDayTable {
  key_id: string;
  day_at: number;
  cost_micro_usd: number;
}

/** What `usage` says was called, written with it. */
export interface UsageModelTable {
  key_id: string;
  model: string;
  endpoint: string;
  last_day_at: number;
}

export interface RevisionTable {
  name: string;
  value: number;
}
