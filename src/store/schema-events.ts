export interface ProviderEventTable {
  id: string;
  provider_id: string;
  connection_id: string;
  provider_event_id: string | null;
  at: number;
  kind: string;
  provider_key_id: string | null;
  provider_scope_id: string | null;
  key_change: string | null;
  actor: string | null;
  /** JSON. */
  detail: string;
  seen_at: number;
}

export interface EventWatermarkTable {
  connection_id: string;
  availability: string | null;
  changed_at: number;
  read_until: number | null;
  newest_event_at: number | null;
  not_before_at: number | null;
  failing_since: number | null;
  misses: number;
  problem: string | null;
}
