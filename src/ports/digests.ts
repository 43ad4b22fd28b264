import type { Alert } from '../domain/alert.ts';
import type { PastScore } from '../domain/digest/build.ts';
import type { DigestCard } from '../domain/digest/card.ts';
import type { UsageRange } from './usage-prices.ts';

/** One week's digest. */
export interface KeptDigest {
  readonly week: string;
  readonly dueAt: number;
  readonly madeAt: number;
  /** As it was told; null: this installation began in that week, and told nothing. */
  readonly card: DigestCard | null;
}

/** An alert of a week and what people did about it. */
export interface WeekAlert {
  readonly alert: Alert;
  /** When a person first did anything about it. */
  readonly answeredAt: number | null;
  /** Actor text of who asked for the stop that contained it. */
  readonly stoppedBy: string | null;
}

export interface DigestRepo {
  /** False: this week has one already, and nothing was written. */
  insert(digest: KeptDigest): Promise<boolean>;
  get(week: string): Promise<KeptDigest | undefined>;
  newestWeek(): Promise<string | null>;
  /** The newest, oldest first. */
  scores(limit: number): Promise<readonly PastScore[]>;
  /** Opened or contained in the range, oldest first. Tests are left out. */
  alerts(range: UsageRange): Promise<readonly WeekAlert[]>;
}

/** How old the newest usage of a connection was when a poll first saw it. */
export interface UsageLagRepo {
  add(lag: { readonly connectionId: string; readonly at: number; readonly lagMs: number }): Promise<void>;
  within(range: UsageRange): Promise<readonly number[]>;
  /** Removes up to `limit` from before; returns how many. */
  prune(before: number, limit: number): Promise<number>;
}
