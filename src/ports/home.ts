/** The Home tab of one person, as it was published last. */
export interface HomeTab {
  readonly userId: string;
  readonly openedAt: number;
  /** Of the person's own keys, from 1. */
  readonly page: number;
  /** Null: not yet. */
  readonly publishedAt: number | null;
  /** Of what was published. */
  readonly contentHash: string | null;
  /** Slack's own, of the view that stands there. */
  readonly viewHash: string | null;
}

export interface HomeTabRepo {
  get(userId: string): Promise<HomeTab | undefined>;
  put(tab: HomeTab): Promise<void>;
  /** Opened at this instant or later. */
  openedSince(since: number): Promise<readonly HomeTab[]>;
}
