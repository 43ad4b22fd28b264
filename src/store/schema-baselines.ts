export interface BaselineTable {
  lineage_id: string;
  computed_at: number;
  until_at: number;
  /** JSON of Baseline. */
  learned: string;
  revision: number;
}
