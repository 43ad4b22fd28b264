export interface CampaignTable {
  id: string;
  environment: string | null;
  filter: string;
  state: string;
  starts_at: number;
  moved_from: string | null;
  moved_why: string | null;
  announced_at: number | null;
  started_at: number | null;
  started_by: string | null;
  late_ms: number;
  due_at: number | null;
  is_grouped: number;
  closed_at: number | null;
  closed_by: string | null;
  close_reason: string | null;
  report: string | null;
  revision: number;
}

export interface CampaignMemberTable {
  campaign_id: string;
  lineage_id: string;
  slug: string;
  key_id: string;
  owner_id: string | null;
  state: string;
  skip: string | null;
  rotation_id: string | null;
  is_joined: number;
  is_shown: number;
  progress_at: number | null;
  rung: number;
  reminded: number;
  remind_at: number | null;
  blocks: string;
}
