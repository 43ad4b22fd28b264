import type { Action } from '../domain/action.ts';
import type { Actor } from '../domain/actor.ts';
import type { Alert } from '../domain/alert.ts';
import type { Finding } from '../domain/finding.ts';
import type { Key, Lineage, ProviderScope } from '../domain/key.ts';
import type { AuditReader } from './audit.ts';
import type { CostReadRepo, DayCostRepo } from './costs.ts';
import type { EventWatermarkRepo, ProviderEventRepo } from './events.ts';
import type { InventoryReader } from './inventory.ts';
import type { ScopeLimitsRepo } from './limits.ts';
import type { RotationRepo } from './rotation.ts';
import type { ReplaceOutcome, UsageRepo, Watermark, WatermarkRepo } from './usage.ts';
import type { UsagePriceRepo, UsageRange, UsageRow } from './usage-prices.ts';
import type { ScopeSightRepo, UsageHistoryRepo } from './usage-upkeep.ts';
import type { InventoryReadRepo, NoticeRepo, PollPaceRepo } from './watch.ts';

export type { ReplaceOutcome, UsageRange, UsageRepo, UsageRow, Watermark, WatermarkRepo };

export interface Scope extends ProviderScope {
  readonly connectionId: string;
  readonly providerId: string;
}

export interface ScopeRepo {
  upsert(scope: Scope & { readonly lastSeenAt: number }): Promise<void>;
  all(): Promise<readonly Scope[]>;
}

export interface LineageRepo {
  slugs(): Promise<readonly string[]>;
  insert(lineage: Lineage): Promise<void>;
  update(lineage: Lineage): Promise<void>;
  get(id: string): Promise<Lineage | undefined>;
  all(): Promise<readonly Lineage[]>;
}

export type KeyIdentity = Pick<
  Key,
  'id' | 'lineageId' | 'connectionId' | 'providerId' | 'providerKeyId' | 'scopeId' | 'status' | 'lastUsedAt'
>;

export interface KeyRepo {
  insert(key: Key): Promise<void>;
  update(key: Key): Promise<void>;
  get(id: string): Promise<Key | undefined>;
  ofProvider(providerId: string, providerKeyId: string): Promise<Key | undefined>;
  /** Every key, tombstones included, by what tells whose usage is whose: a fraction of the cost of `all`. */
  identities(): Promise<readonly KeyIdentity[]>;
  /** Tombstones included. */
  all(): Promise<readonly Key[]>;
  ofLineage(lineageId: string): Promise<readonly Key[]>;
  /** Tombstones included; null: the keys that belong to no scope. */
  /** Whichever connections they are read by: two admin keys can see one scope. */
  ofScope(providerId: string, scopeId: string | null): Promise<readonly Key[]>;
  /** Moves `lastUsedAt` forward, never back. */
  touchLastUsed(keyId: string, lastUsedAt: number): Promise<void>;
}

export interface AlertEvent {
  readonly id: string;
  readonly alertId: string;
  readonly at: number;
  readonly kind: string;
  /** Actor text. */
  readonly actor: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

export interface AlertRepo {
  insert(alert: Alert): Promise<void>;
  update(alert: Alert): Promise<void>;
  get(id: string): Promise<Alert | undefined>;
  /** The one that is not resolved, else the newest. */
  latestOfLineage(lineageId: string): Promise<Alert | undefined>;
  idsOfLineage(lineageId: string): Promise<readonly string[]>;
  /** Not resolved. */
  unresolved(): Promise<readonly Alert[]>;
  nextNumber(): Promise<number>;
  /** With what was found: a lineage has become a part of another one. */
  moveToLineage(from: string, to: string): Promise<void>;
  addFinding(
    finding: Finding & { readonly id: string; readonly alertId: string; readonly foundAt: number },
  ): Promise<void>;
  /** Removes up to `limit` findings from before of alerts that are resolved; returns how many. */
  pruneFindings(before: number, limit: number): Promise<number>;
  addEvent(event: AlertEvent): Promise<void>;
  getEvent(id: string): Promise<AlertEvent | undefined>;
  events(alertId: string): Promise<readonly AlertEvent[]>;
}

export interface ActionRepo {
  /** False when an action with the same idempotency key exists: nothing was written. */
  insert(action: Action): Promise<boolean>;
  update(action: Action): Promise<void>;
  get(id: string): Promise<Action | undefined>;
  byIdempotencyKey(key: string): Promise<Action | undefined>;
  due(now: number): Promise<readonly Action[]>;
  /** The earliest not-before of a pending action. */
  nextDueAt(): Promise<number | null>;
  /** Pending, running or failed. */
  unfinished(): Promise<readonly Action[]>;
  ofKey(keyId: string): Promise<readonly Action[]>;
  ofAlert(alertId: string): Promise<readonly Action[]>;
  /** A crash left these in the middle of a call: their outcome is unknown. Returns how many went back to pending. */
  releaseRunning(): Promise<number>;
}

export interface Member {
  readonly userId: string;
  readonly teamId: string;
  readonly name: string;
  readonly email: string | null;
  readonly timezone: string | null;
  readonly isActiveFullMember: boolean;
  readonly lastSeenAt: number;
}

export interface MemberRepo {
  upsert(member: Member): Promise<void>;
  all(): Promise<readonly Member[]>;
}

/** Names the renderer: `alert` is an alert's root message, `alert_event` a reply in its thread. */
export type OutboxKind = string;

export interface OutboxRow {
  readonly id: string;
  readonly kind: OutboxKind;
  readonly subjectId: string;
  /** Order holds among rows of one thread key. */
  readonly threadKey: string;
  /** `dead`: given up until a person decides; `dismissed`: that person did not want it sent. */
  readonly state: 'pending' | 'sending' | 'sent' | 'dead' | 'dismissed';
  readonly attempts: number;
  readonly notBeforeAt: number;
  readonly createdAt: number;
  /** When it was sent or given up. */
  readonly settledAt: number | null;
  readonly problem: string | null;
}

export interface OutboxRepo {
  /** Adds a row unless one for the same subject is waiting already: it will render what is true when it is sent. */
  enqueue(row: Pick<OutboxRow, 'id' | 'kind' | 'subjectId' | 'threadKey' | 'createdAt'>): Promise<void>;
  update(row: OutboxRow): Promise<void>;
  /** Oldest first: rows that are due and have no earlier unsettled row of their thread. */
  due(now: number, limit: number): Promise<readonly OutboxRow[]>;
  nextDueAt(): Promise<number | null>;
  counts(): Promise<{ readonly waiting: number; readonly dead: number }>;
  dead(): Promise<readonly OutboxRow[]>;
  /** A crash left these between sending and settling. Returns how many went back to pending. */
  releaseSending(): Promise<number>;
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
  put(message: MessageRecord): Promise<void>;
}

export interface AuditEntry {
  readonly at: number;
  readonly actor: Actor;
  /** `key.suspend.requested`, `alert.opened` … */
  readonly verb: string;
  readonly subject: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

export interface AuditHead {
  readonly count: number;
  readonly hash: string;
}

export interface AuditRepo extends AuditReader {
  append(entry: AuditEntry): Promise<void>;
  head(): Promise<AuditHead>;
  /** Walks the whole chain. `expectedHead` is a head written down earlier, which must still be in it. */
  verify(expectedHead: string | undefined): Promise<AuditVerdict>;
}

export interface AuditVerdict {
  readonly ok: boolean;
  readonly count: number;
  readonly head: string;
  readonly problem: string | null;
}

export interface JobRun {
  readonly id: string;
  readonly job: string;
  readonly dueAt: number;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly outcome: 'running' | 'ok' | 'failed' | 'abandoned';
  readonly problem: string | null;
}

export interface JobRunRepo {
  put(run: JobRun): Promise<void>;
  latest(): Promise<ReadonlyMap<string, JobRun>>;
  /** Keeps the table small: removes finished runs that started before. */
  prune(before: number): Promise<void>;
}

export interface Repos {
  readonly scopes: ScopeRepo;
  readonly lineages: LineageRepo;
  readonly keys: KeyRepo;
  readonly usage: UsageRepo;
  readonly watermarks: WatermarkRepo;
  readonly alerts: AlertRepo;
  readonly actions: ActionRepo;
  readonly members: MemberRepo;
  readonly outbox: OutboxRepo;
  readonly messages: MessageRepo;
  readonly audit: AuditRepo;
  readonly jobRuns: JobRunRepo;
  readonly notices: NoticeRepo;
  readonly inventoryReads: InventoryReadRepo;
  readonly pollPaces: PollPaceRepo;
  readonly scopeLimits: ScopeLimitsRepo;
  readonly providerEvents: ProviderEventRepo;
  readonly eventWatermarks: EventWatermarkRepo;
  readonly usagePrices: UsagePriceRepo;
  readonly dayCosts: DayCostRepo;
  readonly costReads: CostReadRepo;
  readonly usageHistory: UsageHistoryRepo;
  readonly scopeSights: ScopeSightRepo;
  readonly rotations: RotationRepo;
}

/** What a committed transaction has put there to be worked on. */
export type WakeTopic = 'outbox' | 'actions' | 'timers';

export interface Store extends InventoryReader {
  /** On a second, read-only connection. Throws inside `write`: use its `tx` there. */
  readonly read: Repos;
  /**
   * One transaction (BEGIN IMMEDIATE), one at a time. Await only calls of `tx` inside: no provider, no Slack, no other
   * store handle. Rolls back when `run` throws.
   */
  write<Result>(run: (tx: Repos) => Promise<Result>): Promise<Result>;
  /** Called after a commit that enqueued something of this topic. Returns the way to stop. */
  onCommit(topic: WakeTopic, listener: () => void): () => void;
  /** Takes or renews the right to work on this database. Returns who has it when another process does. */
  takeLease(lease: {
    readonly holder: string;
    readonly now: number;
    readonly lengthMs: number;
    readonly mayRun: (holder: string) => boolean;
  }): Promise<string | null>;
  dropLease(holder: string): Promise<void>;
  /** False when the database cannot be read. */
  healthy(): Promise<boolean>;
  close(): Promise<void>;
}
