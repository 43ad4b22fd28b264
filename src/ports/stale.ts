import type { LadderRecord } from '../domain/stale-ladder.ts';

export interface StaleRepo {
  get(keyId: string): Promise<LadderRecord | undefined>;
  /** The one of this key, in the place of what was there. */
  put(record: LadderRecord): Promise<void>;
  all(): Promise<readonly LadderRecord[]>;
  /** Those that one person was asked about in one message. */
  asked(round: string): Promise<readonly LadderRecord[]>;
  /** Those that one message in the channel proposes. */
  proposed(round: string): Promise<readonly LadderRecord[]>;
}
