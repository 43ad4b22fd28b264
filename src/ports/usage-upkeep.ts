/** Older usage is read day by day, newest first: what is still to be read is [fromAt, toAt). */
export interface UsageHistory {
  readonly connectionId: string;
  readonly fromAt: number;
  readonly toAt: number;
  readonly state: 'reading' | 'done' | 'given_up';
  /** Why it was given up. */
  readonly problem: string | null;
  readonly updatedAt: number;
}

export interface UsageHistoryRepo {
  get(connectionId: string): Promise<UsageHistory | undefined>;
  put(history: UsageHistory): Promise<void>;
}

/** That a connection lists a scope. Kept when the connection is configured no more: it tells whose heir may be. */
export interface ScopeSight {
  readonly connectionId: string;
  readonly providerId: string;
  readonly scopeId: string;
}

export interface ScopeSightRepo {
  /** What a connection sees from here on. */
  replace(connectionId: string, sights: readonly ScopeSight[]): Promise<void>;
  all(): Promise<readonly ScopeSight[]>;
}

export interface UsageHolder {
  readonly connectionId: string;
  /** Ours, or `nokey:…`. */
  readonly keyId: string;
}

export interface UsageUpkeep {
  /** Gives all usage of one holder to another. What the other has already is not doubled. */
  move(from: UsageHolder, to: UsageHolder): Promise<void>;
  /** Start of the widest stored bucket that begins before `at` and reaches beyond it; else `at`. */
  bucketStart(connectionId: string, at: number): Promise<number>;
  oldestStartOf(connectionId: string): Promise<number | null>;
}
