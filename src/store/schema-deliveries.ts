export interface OutboxTable {
  id: string;
  kind: string;
  subject_id: string;
  thread_key: string;
  state: string;
  attempts: number;
  not_before_at: number;
  created_at: number;
  settled_at: number | null;
  problem: string | null;
  refused_by: string | null;
}

export interface ChannelTroubleTable {
  id: string;
  channel: string;
  problem: string;
  since_at: number;
  ended_at: number | null;
}

export interface PageTable {
  target: string;
  alert_id: string;
  kind: string;
  sent_at: number;
}

export interface OutletTable {
  id: string;
  sent_at: number | null;
  failing_since: number | null;
  problem: string | null;
}
