/** Sums of `usage`, written with it. */
export interface UsageDayTable {
  key_id: string;
  day_at: number;
  cost_micro_usd: number;
}

export interface RevisionTable {
  name: string;
  value: number;
}
