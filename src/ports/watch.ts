import type { Notice, NoticeKind, NoticeOf } from '../domain/notice.ts';
import type { PollPace } from '../domain/pace.ts';

export interface NoticeRepo {
  insert(notice: Notice): Promise<void>;
  update(notice: Notice): Promise<void>;
  get(id: string): Promise<Notice | undefined>;
  /** The newest of this kind about this subject, closed or not. */
  latest<Kind extends NoticeKind>(kind: Kind, subject: string): Promise<NoticeOf<Kind> | undefined>;
  /** The one of this kind about this subject that is not closed. */
  open<Kind extends NoticeKind>(kind: Kind, subject: string): Promise<NoticeOf<Kind> | undefined>;
  /** How many there have been of this kind about this subject. */
  count(kind: NoticeKind, subject: string): Promise<number>;
  allOpen<Kind extends NoticeKind>(kind: Kind): Promise<readonly NoticeOf<Kind>[]>;
  /** Open at any time since, oldest first. */
  since<Kind extends NoticeKind>(kind: Kind, at: number): Promise<readonly NoticeOf<Kind>[]>;
}

/** How one connection's inventory was read last, and since when it cannot be. */
export interface InventoryRead {
  readonly connectionId: string;
  readonly readAt: number | null;
  readonly failingSince: number | null;
  readonly missedReads: number;
  readonly problem: string | null;
}

export interface InventoryReadRepo {
  get(connectionId: string): Promise<InventoryRead | undefined>;
  put(read: InventoryRead): Promise<void>;
}

export interface PollPaceRepo {
  put(pace: PollPace): Promise<void>;
  /** By connection id. */
  all(): Promise<ReadonlyMap<string, PollPace>>;
}
