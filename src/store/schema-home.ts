export interface HomeTabTable {
  user_id: string;
  opened_at: number;
  page: number;
  published_at: number | null;
  content_hash: string | null;
  view_hash: string | null;
}
