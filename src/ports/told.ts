/** What a finding is remembered by that is news for some hours: it is forgotten soon, since there is some each day. */
export const NEWS_PREFIX = 'news:';

/** Findings that are told once, by their `dedupeKey`. */
export interface ToldRepo {
  add(dedupeKey: string, toldAt: number): Promise<void>;
  /** Without news. */
  all(): Promise<ReadonlySet<string>>;
  /** Which of these were told, news or not. */
  among(dedupeKeys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Removes up to `limit` of those before; returns how many. */
  prune(before: number, limit: number): Promise<number>;
  /** The same of news alone. */
  pruneNews(before: number, limit: number): Promise<number>;
}
