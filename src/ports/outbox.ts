/** Names the renderer: `alert` is an alert's root message, `alert_event` a reply in its thread. */
export type OutboxKind = string;

/** Messages go to Slack, pages to other systems: neither waits for the other. */
export type OutboxPart = 'messages' | 'pages';

/** Kinds that begin like this are pages. */
export const PAGE_PREFIX = 'page_';

export interface OutboxRow {
  readonly id: string;
  readonly kind: OutboxKind;
  readonly subjectId: string;
  /** Order holds among rows of one thread key. */
  readonly threadKey: string;
  /** `dead`: given up until a person decides; `dismissed`: not wanted any more, by a person or because it is moot. */
  readonly state: 'pending' | 'sending' | 'sent' | 'dead' | 'dismissed';
  /** Tries that may have reached the other side. */
  readonly attempts: number;
  readonly notBeforeAt: number;
  readonly createdAt: number;
  /** When it was sent or given up. */
  readonly settledAt: number | null;
  readonly problem: string | null;
  /** The channel that refused it for good: it goes out again when that channel takes messages. */
  readonly refusedBy: string | null;
}

export interface OutboxRepo {
  /** Adds a row unless one for the same subject is waiting already: it will render what is true when it is sent. */
  enqueue(
    row: Pick<OutboxRow, 'id' | 'kind' | 'subjectId' | 'threadKey' | 'createdAt'> &
      /** At once, unless told otherwise: what changes until then is one message. */
      Partial<Pick<OutboxRow, 'notBeforeAt'>>,
  ): Promise<void>;
  /** Of one subject at most one given-up row stands, and none once the subject was sent. */
  update(row: OutboxRow): Promise<void>;
  /** Oldest first: rows that are due and have no earlier unsettled row of their thread. Messages, unless told otherwise. */
  due(now: number, limit: number, part?: OutboxPart): Promise<readonly OutboxRow[]>;
  nextDueAt(part?: OutboxPart): Promise<number | null>;
  /** Messages that a try may have posted, though it is not known where. */
  begun(): Promise<readonly OutboxRow[]>;
  counts(): Promise<{ readonly waiting: number; readonly dead: number }>;
  dead(): Promise<readonly OutboxRow[]>;
  /** When the oldest message that still waits was put there. */
  oldestWaitingAt(): Promise<number | null>;
  /** Rows whose subject begins with this, whatever their state. */
  about(kind: OutboxKind, subjectPrefix: string): Promise<readonly OutboxRow[]>;
  /** Whoever sent these is gone, or could not write the outcome down. Returns how many went back to pending. */
  releaseSending(part?: OutboxPart): Promise<number>;
  /** Removes up to `limit` rows that were sent or dismissed before; returns how many. Undelivered ones stay. */
  prune(before: number, limit: number): Promise<number>;
}

/** Where a subject was rendered. */
export interface MessageRecord {
  readonly kind: OutboxKind;
  readonly subjectId: string;
  readonly channel: string;
  readonly ts: string;
  readonly renderedHash: string;
  readonly postedAt: number;
  readonly updatedAt: number;
}

export interface MessageRepo {
  get(kind: OutboxKind, subjectId: string): Promise<MessageRecord | undefined>;
  at(channel: string, ts: string): Promise<MessageRecord | undefined>;
  /** Those whose subject begins with this. */
  about(kind: OutboxKind, subjectPrefix: string): Promise<readonly MessageRecord[]>;
  put(message: MessageRecord): Promise<void>;
}

/** A channel that messages cannot be posted to. */
export interface ChannelTrouble {
  readonly id: string;
  /** As policy names it. */
  readonly channel: string;
  /** Why, and what to do. */
  readonly problem: string;
  readonly sinceAt: number;
  readonly endedAt: number | null;
}

export interface ChannelTroubleRepo {
  get(id: string): Promise<ChannelTrouble | undefined>;
  /** At most one per channel. */
  open(): Promise<readonly ChannelTrouble[]>;
  put(trouble: ChannelTrouble): Promise<void>;
}
