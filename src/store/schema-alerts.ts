export interface AlertTable {
  id: string;
  number: number;
  lineage_id: string;
  key_id: string | null;
  state: string;
  severity: string;
  /** JSON array. */
  detector_ids: string;
  /** JSON of Sentence. */
  headline: string;
  /** JSON of Sentence. */
  reason: string;
  /** JSON. */
  evidence: string;
  started_at: number;
  opened_at: number;
  last_finding_at: number;
  lost_micro_usd: number;
  data_until: number;
  contained_at: number | null;
  closed_at: number | null;
  acknowledged_by: string | null;
  revision: number;
  /** JSON. */
  per_key: string;
  snoozed_until: number | null;
  /** JSON. */
  escalation: string | null;
  /** JSON. */
  called: string;
  /** JSON. */
  owner_ask: string | null;
  verdict: string | null;
  /** JSON. */
  expected: string | null;
  test_of: string | null;
  roll_up: string | null;
}
