export interface DayCostTable {
  connection_id: string;
  day_at: number;
  scope_id: string;
  key_id: string;
  provider_micro_usd: number | null;
  own_micro_usd: number | null;
  estimated_micro_usd: number;
  has_unpriced: number;
  reconciled_at: number;
}

export interface CostReadTable {
  connection_id: string;
  availability: string;
  per_key: number;
  read_at: number | null;
  from_at: number | null;
  until_at: number | null;
  history_done: number;
  settled_until: number | null;
  failing_since: number | null;
  problem: string | null;
}
