export interface UsageHistoryTable {
  connection_id: string;
  from_at: number;
  to_at: number;
  state: string;
  problem: string | null;
  updated_at: number;
}

export interface ScopeSightTable {
  connection_id: string;
  provider_id: string;
  provider_scope_id: string;
}

export interface PollPaceTable {
  connection_id: string;
  attempted_at: number;
  hot_until: number | null;
  not_before_at: number | null;
}
