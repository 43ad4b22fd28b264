export interface DigestTable {
  week: string;
  due_at: number;
  made_at: number;
  score: number | null;
  score_version: number | null;
  /** JSON; null: nothing was told. */
  card: string | null;
}

export interface UsageLagTable {
  connection_id: string;
  at: number;
  lag_ms: number;
}
