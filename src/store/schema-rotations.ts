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
  kind: string;
  is_public: number;
  is_automatic: number;
  campaign_id: string | null;
  new_name: string | null;
  due_at: number | null;
  paused_at: number | null;
  paused_by: string | null;
  pause_reason: string | null;
  final_at: number | null;
  rollback_at: number | null;
  rollback_by: string | null;
  rollback_reason: string | null;
}

export interface RotationCheckTable {
  rotation_id: string;
  item: string;
  done_by: string;
  at: number;
}

export interface RotationStepTable {
  rotation_id: string;
  name: string;
  state: string;
  reason: string | null;
  done_by: string | null;
  at: number | null;
  revision: number;
  evidence: string | null;
}

export interface RotationSecretTable {
  rotation_id: string;
  store: string;
  reference: string;
  former_version: string | null;
  former_fingerprint: string | null;
  seen_at: number | null;
  create_began_at: number | null;
  made_key_id: string | null;
  made_fingerprint: string | null;
  made_at: number | null;
  attempts: number;
  not_before_at: number;
  problem: string | null;
}

export interface RotationConsumerTable {
  rotation_id: string;
  consumer: string;
  hook: string | null;
  state: string;
  request_id: string;
  run_ref: string | null;
  url: string | null;
  problem: string | null;
  done_by: string | null;
  at: number | null;
  attempts: number;
  not_before_at: number;
  revision: number;
}
