export interface KeyAuditTable {
  id: string;
  state: string;
  started_at: number;
  started_by: string;
  closed_at: number | null;
  closed_by: string | null;
  close_reason: string | null;
  steps: string;
  score_before: number;
  score_after: number | null;
  revision: number;
}
