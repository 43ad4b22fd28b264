export interface ApprovalTable {
  id: string;
  idempotency_key: string;
  kind: string;
  key_id: string;
  generation: number;
  /** JSON of ActionParams. */
  params: string | null;
  alert_id: string | null;
  requested_by: string;
  reason: string;
  state: string;
  requested_at: number;
  expires_at: number;
  decided_by: string | null;
  decided_at: number | null;
  problem: string | null;
  action_id: string | null;
}
