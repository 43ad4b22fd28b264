export interface HoldTable {
  id: string;
  kind: string;
  lineage_id: string;
  rule_id: string | null;
  ceiling_micro_usd: number | null;
  held_by: string;
  reason: string;
  from_at: number;
  until_at: number;
  exceeded_at: number | null;
  alert_id: string | null;
  ended_at: number | null;
  ended_by: string | null;
}

export interface QuietFindingTable {
  id: string;
  lineage_id: string;
  key_id: string | null;
  detector_id: string;
  severity: string;
  cause: string;
  held_back: string | null;
  hold_id: string | null;
  alert_id: string | null;
  /** JSON of Sentence. */
  headline: string;
  /** JSON of Sentence. */
  reason: string;
  /** JSON. */
  evidence: string;
  started_at: number;
  observed_until: number;
  cost_micro_usd: number;
  first_found_at: number;
  last_found_at: number;
  times: number;
}
