import type { Action } from '../domain/action.ts';
import type { Key, Lineage, ProviderScope } from '../domain/key.ts';
import type { AlertEvent, AlertRepo } from './alerts.ts';
import type { ApprovalRepo } from './approvals.ts';
import type { AuditEntry, AuditReader } from './audit.ts';
import type { BaselineReader, BaselineRepo } from './baselines.ts';
import type { BulkRepo } from './bulk.ts';
import type { CampaignRepo } from './campaigns.ts';
import type { CostReadRepo, DayCostRepo } from './costs.ts';
import type { DepartureRepo } from './departures.ts';
import type { DigestRepo, UsageLagRepo } from './digests.ts';
import type { EventWatermarkRepo, ProviderEventRepo } from './events.ts';
import type { HomeTabRepo } from './home.ts';
import type { InventoryReader } from './inventory.ts';
import type { KeyAuditRepo } from './key-audits.ts';
import type { CapLine, GrantRepo, ScopeLimitsRepo, SpendAlertRepo } from './limits.ts';
import type { HoldRepo, LessonRepo, QuietRepo, RollUpRepo } from './noise.ts';
import type { ChannelTroubleRepo, MessageRecord, MessageRepo, OutboxKind, OutboxRepo, OutboxRow } from './outbox.ts';
import type { OwnerQuestionRepo, ScopeMemberRepo } from './owners.ts';
import type { RotationRepo } from './rotation.ts';
import type { RotationConsumerRepo, RotationSecretRepo } from './rotation-work.ts';
import type { StaleRepo } from './stale.ts';
import type { ToldRepo } from './told.ts';
import type { ReplaceOutcome, UsageRepo, Watermark, WatermarkRepo } from './usage.ts';
import type { UsagePriceRepo, UsageRange, UsageRow } from './usage-prices.ts';
import type { ScopeSightRepo, UsageHistoryRepo } from './usage-upkeep.ts';
import type { InventoryReadRepo, NoticeRepo, PollPaceRepo } from './watch.ts';
import type { OutletRepo, PageRepo } from './webhook.ts';

export type {
  AlertEvent,
  AlertRepo,
  AuditEntry,
  MessageRecord,
  MessageRepo,
  OutboxKind,
  OutboxRepo,
  OutboxRow,
  ReplaceOutcome,
  UsageRange,
  UsageRepo,
  UsageRow,
  Watermark,
  WatermarkRepo,
};

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
  /** Those that people gave a cap. */
  caps(): Promise<readonly CapLine[]>;
  /** Those of whose cap nobody has said anything, so that policy may. */
  undecidedCaps(): Promise<readonly CapLine[]>;
  /** Those of which a person said which models they may call, or what was promised of their data. */
  bounded(): Promise<readonly Lineage[]>;
}

export type KeyIdentity = Pick<
  Key,
  | 'id'
  | 'lineageId'
  | 'connectionId'
  | 'providerId'
  | 'providerKeyId'
  | 'scopeId'
  | 'status'
  | 'lastUsedAt'
  | 'firstSeenAt'
  | 'stoppedAt'
  | 'announced'
>;

export interface KeyRepo {
  insert(key: Key): Promise<void>;
  update(key: Key): Promise<void>;
  get(id: string): Promise<Key | undefined>;
  /** Those of these that there are, by id; at most some thousands at once. */
  some(ids: readonly string[]): Promise<readonly Key[]>;
  ofProvider(providerId: string, providerKeyId: string): Promise<Key | undefined>;
  /** Every key, tombstones included, by what tells whose usage is whose: a fraction of the cost of `all`. */
  identities(): Promise<readonly KeyIdentity[]>;
  /** Tombstones included. */
  all(): Promise<readonly Key[]>;
  ofLineage(lineageId: string): Promise<readonly Key[]>;
  /** Tombstones included; null: the keys that belong to no scope. */
  /** Whichever connections they are read by: two admin keys can see one scope. */
  ofScope(providerId: string, scopeId: string | null): Promise<readonly Key[]>;
  /**
   * Those of a scope that were made, or where that is not known first seen, at `since` or later, and that have not become
   * the next of a lineage.
   */
  newIn(place: Pick<Key, 'providerId' | 'scopeId'> & { readonly since: number }): Promise<readonly Key[]>;
  /** Those with one of these labels, of which there is at least one. */
  labelled(labels: readonly string[]): Promise<readonly Key[]>;
  /** Moves `lastUsedAt` forward, never back. */
  touchLastUsed(keyId: string, lastUsedAt: number): Promise<void>;
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
  /** Shown by the provider, and not proven by usage yet. */
  confirmed(): Promise<readonly Action[]>;
  /** Neither verified nor dismissed. */
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
  /** Their account is closed; absent: it is not. */
  readonly isDeactivated?: boolean;
  readonly lastSeenAt: number;
}

export interface MemberRepo {
  get(userId: string): Promise<Member | undefined>;
  upsert(member: Member): Promise<void>;
  all(): Promise<readonly Member[]>;
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
  readonly spendAlerts: SpendAlertRepo;
  readonly grants: GrantRepo;
  readonly providerEvents: ProviderEventRepo;
  readonly eventWatermarks: EventWatermarkRepo;
  readonly usagePrices: UsagePriceRepo;
  readonly dayCosts: DayCostRepo;
  readonly costReads: CostReadRepo;
  readonly usageHistory: UsageHistoryRepo;
  readonly scopeSights: ScopeSightRepo;
  readonly rotations: RotationRepo;
  readonly rotationSecrets: RotationSecretRepo;
  readonly rotationConsumers: RotationConsumerRepo;
  readonly campaigns: CampaignRepo;
  readonly keyAudits: KeyAuditRepo;
  readonly channelTroubles: ChannelTroubleRepo;
  readonly pages: PageRepo;
  readonly outlets: OutletRepo;
  readonly approvals: ApprovalRepo;
  readonly homeTabs: HomeTabRepo;
  readonly holds: HoldRepo;
  readonly quiet: QuietRepo;
  readonly lessons: LessonRepo;
  readonly rollUps: RollUpRepo;
  readonly stale: StaleRepo;
  readonly told: ToldRepo;
  readonly baselines: BaselineRepo;
  readonly bulk: BulkRepo;
  readonly scopeMembers: ScopeMemberRepo;
  readonly ownerQuestions: OwnerQuestionRepo;
  readonly departures: DepartureRepo;
  readonly digests: DigestRepo;
  readonly usageLags: UsageLagRepo;
}

/** What a committed transaction has put there to be worked on. */
export type WakeTopic = 'outbox' | 'actions' | 'timers';

export interface Store extends InventoryReader, BaselineReader {
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
