/** Findings that are told once, by their `dedupeKey`. */
export interface ToldRepo {
  add(dedupeKey: string, toldAt: number): Promise<void>;
  all(): Promise<ReadonlySet<string>>;
  /** Removes up to `limit` of those before; returns how many. */
  prune(before: number, limit: number): Promise<number>;
}
