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

export interface SpendAlertTable {
  connection_id: string;
  /** Empty: the organization as a whole. */
  provider_scope_id: string;
  availability: string | null;
  /** JSON. */
  alerts: string | null;
  read_at: number | null;
  asked_at: number;
}

export interface GrantTable {
  id: string;
  kind: string;
  target: string;
  key_id: string;
  alert_id: string | null;
  /** JSON. */
  change: string;
  until_at: number;
  granted_by: string;
  reason: string;
  granted_at: number;
  action_id: string | null;
  restore_action_id: string | null;
  warned_at: number | null;
  ended_at: number | null;
  outcome: string | null;
}
