export interface RotationTable {
  id: string;
  lineage_id: string;
  old_key_id: string;
  new_key_id: string | null;
  former_lineage_id: string | null;
  alert_id: string | null;
  state: string;
  reason: string;
  started_by: string;
  started_at: number;
  driver: string;
  closed_by: string | null;
  closed_at: number | null;
  close_reason: string | null;
  revision: number;
}

export interface RotationStepTable {
  rotation_id: string;
  name: string;
  state: string;
  reason: string | null;
  done_by: string | null;
  at: number | null;
  revision: number;
}
