export interface ToldTable {
  dedupe_key: string;
  told_at: number;
}
