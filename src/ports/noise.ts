import type { Hold } from '../domain/hold.ts';
import type { QuietFinding } from '../domain/quiet.ts';
import type { UsageRange } from './usage-prices.ts';

export interface HoldRepo {
  insert(hold: Hold): Promise<void>;
  update(hold: Hold): Promise<void>;
  get(id: string): Promise<Hold | undefined>;
  /** Those that have not ended before `since`, oldest first. */
  ofLineage(lineageId: string, since: number): Promise<readonly Hold[]>;
  /** Not ended, the first to end first. */
  open(): Promise<readonly Hold[]>;
  /** A lineage has become a part of another one. */
  moveToLineage(from: string, to: string): Promise<void>;
}

export interface QuietRepo {
  insert(finding: QuietFinding): Promise<void>;
  update(finding: QuietFinding): Promise<void>;
  /** Found since, the newest first. */
  ofLineage(lineageId: string, since: number): Promise<readonly QuietFinding[]>;
  /** Found within the range, the newest first. */
  within(range: UsageRange): Promise<readonly QuietFinding[]>;
  countOfHold(holdId: string): Promise<number>;
  /** Removes up to `limit` that were found last before; returns how many. */
  prune(before: number, limit: number): Promise<number>;
  moveToLineage(from: string, to: string): Promise<void>;
}

/** Alerts that are told together, on one message a day. */
export interface RollUpRepo {
  /** How many alerts with a message of their own were opened since. Tests do not count. */
  postedSince(since: number): Promise<number>;
  /** Those that are told on this day's roll-up, in the order in which they were opened. */
  idsOf(day: string): Promise<readonly string[]>;
}

export interface Span {
  readonly startedAt: number;
  readonly closedAt: number;
}

/** A span that belongs to what is usual for a lineage, as people said. */
export interface LearnedSpan extends Span {
  readonly kind: 'legitimate' | 'window';
}

/** What people have said of a lineage's past, for whoever learns what is usual. */
export interface LessonRepo {
  /** What people called expected, and what they declared; of a window that was not enough the part before that. */
  episodesToLearn(lineageId: string, range: UsageRange): Promise<readonly LearnedSpan[]>;
  /**
   * What people confirmed as incidents, by stopping the key or by the owner's word, and did not call expected later. One
   * that is still open lasts to the end of the range.
   */
  incidentDays(lineageId: string, range: UsageRange): Promise<readonly Span[]>;
}
