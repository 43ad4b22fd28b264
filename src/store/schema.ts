import type { Insertable, Selectable } from 'kysely';
import type { AlertTable } from './schema-alerts.ts';
import type { ApprovalTable } from './schema-approvals.ts';
import type { KeyAuditTable } from './schema-audits.ts';
import type { BaselineTable } from './schema-baselines.ts';
import type { CampaignMemberTable, CampaignTable } from './schema-campaigns.ts';
import type { CostReadTable, DayCostTable } from './schema-costs.ts';
import type { ChannelTroubleTable, OutboxTable, OutletTable, PageTable } from './schema-deliveries.ts';
import type { DigestTable, UsageLagTable } from './schema-digests.ts';
import type { EventWatermarkTable, ProviderEventTable } from './schema-events.ts';
import type { HomeTabTable } from './schema-home.ts';
import type { GrantTable, ScopeLimitsTable, SpendAlertTable } from './schema-limits.ts';
import type { RevisionTable, UsageDayTable, UsageModelTable } from './schema-lists.ts';
import type { HoldTable, QuietFindingTable } from './schema-noise.ts';
import type {
  DepartureKeyTable,
  DepartureTable,
  OwnerQuestionTable,
  OwnerSearchTable,
  ScopeMemberTable,
} from './schema-owners.ts';
import type {
  RotationCheckTable,
  RotationConsumerTable,
  RotationSecretTable,
  RotationStepTable,
  RotationTable,
} from './schema-rotations.ts';
import type { StaleKeyTable } from './schema-stale.ts';
import type { ToldTable } from './schema-told.ts';
import type { PollPaceTable, ScopeSightTable, UsageHistoryTable } from './schema-upkeep.ts';

export interface ScopeTable {
  id: string;
  connection_id: string;
  provider_id: string;
  provider_scope_id: string;
  kind: string;
  name: string;
  archived: number;
  last_seen_at: number;
}

export interface LineageTable {
  id: string;
  slug: string;
  environment: string;
  owner_slack_id: string | null;
  owner_standing: string;
  workload: string | null;
  /** JSON array of names. */
  consumers: string;
  cap_micro_usd: number | null;
  /** 'slack' or 'import'; null: nobody said. */
  cap_source: string | null;
  created_at: number;
  revision: number;
  owner_source: string;
  /** JSON array of patterns. */
  allowed_models: string | null;
  retention: string | null;
  own_ratio: number | null;
  own_ratio_by: string | null;
  own_ratio_at: number | null;
}

export interface KeyTable {
  id: string;
  lineage_id: string;
  connection_id: string;
  provider_id: string;
  provider_key_id: string;
  provider_scope_id: string | null;
  kind: string;
  label: string;
  hint: string | null;
  status: string;
  generation: number;
  created_at: number | null;
  last_used_at: number | null;
  expires_at: number | null;
  /** JSON of KeyOwner. */
  owner: string | null;
  first_seen_at: number;
  last_seen_at: number;
  gone_at: number | null;
  stopped_at: number | null;
  announced: number;
}

export interface UsageTable {
  connection_id: string;
  key_id: string;
  model: string;
  endpoint: string;
  variant: string;
  width_ms: number;
  start_at: number;
  uncached_input: number;
  cached_input: number;
  cache_write_5m: number;
  cache_write_1h: number;
  output: number;
  requests: number | null;
  cost_micro_usd: number;
  price_source: string;
  price_version: string;
}

export interface WatermarkTable {
  connection_id: string;
  polled_at: number | null;
  newest_usage_at: number | null;
  failing_since: number | null;
  missed_polls: number;
  problem: string | null;
}

export interface FindingTable {
  id: string;
  alert_id: string;
  detector_id: string;
  lineage_id: string;
  key_id: string | null;
  severity: string;
  dedupe_key: string;
  started_at: number;
  observed_until: number;
  cost_micro_usd: number;
  /** JSON. */
  evidence: string;
  found_at: number;
}

export interface AlertEventTable {
  id: string;
  alert_id: string;
  at: number;
  kind: string;
  actor: string;
  /** JSON. */
  detail: string;
}

export interface ActionTable {
  id: string;
  idempotency_key: string;
  kind: string;
  key_id: string;
  alert_id: string | null;
  requested_by: string;
  reason: string;
  state: string;
  attempts: number;
  not_before_at: number;
  requested_at: number;
  executed_at: number | null;
  confirmed_at: number | null;
  verified_at: number | null;
  checked_until: number | null;
  used_after_micro_usd: number | null;
  problem: string | null;
  problem_code: string | null;
  /** JSON of ActionParams. */
  params: string | null;
  /** JSON of Consent. */
  consent: string | null;
}

export interface MemberTable {
  user_id: string;
  team_id: string;
  name: string;
  email: string | null;
  timezone: string | null;
  active_full_member: number;
  deactivated: number;
  last_seen_at: number;
}

export interface MessageTable {
  kind: string;
  subject_id: string;
  channel: string;
  ts: string;
  rendered_hash: string;
  posted_at: number;
  updated_at: number;
}

export interface AuditTable {
  seq: number;
  id: string;
  at: number;
  /** JSON of Actor. */
  actor: string;
  verb: string;
  subject: string;
  /** JSON. */
  detail: string;
  previous_hash: string;
  hash: string;
}

export interface JobRunTable {
  id: string;
  job: string;
  due_at: number;
  started_at: number;
  finished_at: number | null;
  outcome: string;
  problem: string | null;
}

export interface NoticeTable {
  id: string;
  kind: string;
  subject: string;
  /** JSON. */
  detail: string;
  opened_at: number;
  updated_at: number;
  closed_at: number | null;
}

export interface InventoryReadTable {
  connection_id: string;
  read_at: number | null;
  failing_since: number | null;
  missed_reads: number;
  problem: string | null;
}

export interface Database {
  installation: { name: string; value: string };
  lease: { name: string; holder: string; expires_at: number };
  scopes: ScopeTable;
  lineages: LineageTable;
  keys: KeyTable;
  usage: UsageTable;
  watermarks: WatermarkTable;
  findings: FindingTable;
  alerts: AlertTable;
  alert_events: AlertEventTable;
  actions: ActionTable;
  members: MemberTable;
  outbox: OutboxTable;
  messages: MessageTable;
  audit: AuditTable;
  job_runs: JobRunTable;
  notices: NoticeTable;
  inventory_reads: InventoryReadTable;
  poll_paces: PollPaceTable;
  scope_limits: ScopeLimitsTable;
  spend_alerts: SpendAlertTable;
  grants: GrantTable;
  holds: HoldTable;
  quiet_findings: QuietFindingTable;
  provider_events: ProviderEventTable;
  event_watermarks: EventWatermarkTable;
  day_costs: DayCostTable;
  cost_reads: CostReadTable;
  usage_history: UsageHistoryTable;
  scope_sights: ScopeSightTable;
  campaigns: CampaignTable;
  campaign_members: CampaignMemberTable;
  key_audits: KeyAuditTable;
  rotations: RotationTable;
  rotation_steps: RotationStepTable;
  rotation_secrets: RotationSecretTable;
  rotation_consumers: RotationConsumerTable;
  rotation_checks: RotationCheckTable;
  channel_troubles: ChannelTroubleTable;
  pages: PageTable;
  outlets: OutletTable;
  approvals: ApprovalTable;
  usage_days: UsageDayTable;
  usage_models: UsageModelTable;
  revisions: RevisionTable;
  home_tabs: HomeTabTable;
  stale_keys: StaleKeyTable;
  told: ToldTable;
  baselines: BaselineTable;
  scope_members: ScopeMemberTable;
  owner_searches: OwnerSearchTable;
  owner_questions: OwnerQuestionTable;
  departures: DepartureTable;
  departure_keys: DepartureKeyTable;
  digests: DigestTable;
  usage_lags: UsageLagTable;
}

export type Row<Name extends keyof Database> = Selectable<Database[Name]>;
export type NewRow<Name extends keyof Database> = Insertable<Database[Name]>;
