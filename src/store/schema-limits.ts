export interface ScopeLimitsTable {
  connection_id: string;
  provider_scope_id: string;
  spend_availability: string | null;
  spend_monthly_micro_usd: number | null;
  spend_enforcing: number | null;
  /** JSON. */
  rate_limits: string | null;
  /** JSON. */
  models: string | null;
  revision: number;
  read_at: number | null;
  not_before_at: number;
  cap_refused_at: number | null;
  problem: string | null;
}
