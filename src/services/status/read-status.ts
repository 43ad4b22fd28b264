import type { Action } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Approval } from '../../domain/approval.ts';
import type { Campaign } from '../../domain/campaign.ts';
import type { Grant } from '../../domain/grant.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import type { AudienceDetail, MissingScopeDetail } from '../../domain/notice.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { EventWatermark } from '../../ports/events.ts';
import type { Provider } from '../../ports/provider.ts';
import type { AuditHead, JobRun, OutboxRow, Watermark } from '../../ports/store.ts';
import type { InventoryRead } from '../../ports/watch.ts';
import { type NextCall, nextCallOf, type PagedNow, whoWouldBePaged } from '../alerts/who-is-paged.ts';
import { countLearning } from '../baselines/learning.ts';
import type { Deps } from '../deps.ts';
import { holdingGrants } from '../grants/read-grants.ts';
import { type ExpiringKey, expiringAdminKeys } from '../inventory/admin-key-expiry.ts';
import { type CostStatus, readCostStatus } from '../money/cost-status.ts';
import { type Restoring, restoringOf } from '../rotation/put-secret-back.ts';
import { openRotations, type RotationLink } from '../rotation/rotation-link.ts';
import { type DeliveryStatus, readDeliveries } from './read-deliveries.ts';

/** How the provider's own event log is read. */
export interface EventLogStatus {
  /** Null: not asked yet. */
  readonly watermark: EventWatermark | null;
  /** How a person switches the log on. */
  readonly setup: string | null;
}

export interface ConnectionStatus {
  readonly connectionId: string;
  readonly title: string;
  readonly writable: boolean;
  readonly keys: number;
  readonly watermark: Watermark | null;
  readonly inventory: InventoryRead | null;
  /** Null: the provider has no such log. */
  readonly events: EventLogStatus | null;
  readonly costs: CostStatus;
}

// Whoever looks before a weekend sees what ends in it.
const SOON_MS = 2 * DAY_MS;

/** What `/keys status` and readiness tell. */
export interface Status {
  readonly now: number;
  readonly connections: readonly ConnectionStatus[];
  readonly alerts: readonly Alert[];
  /** Whom the open alerts call next, by alert id. */
  readonly nextCalls: ReadonlyMap<string, NextCall>;
  /** Who is called by an alert that pages. */
  readonly paged: PagedNow;
  readonly unfinishedActions: readonly Action[];
  /** What waits for a second person. */
  readonly approvals: readonly Approval[];
  /** Channels of ours that others than full members read, as far as known. */
  readonly audiences: readonly AudienceDetail[];
  /** What Slack has refused for want of a scope. */
  readonly missingScopes: readonly MissingScopeDetail[];
  /** Limits that were changed for a time which is over soon. */
  readonly endingGrants: readonly Grant[];
  readonly outbox: { readonly waiting: number; readonly dead: number };
  readonly deadLetters: readonly OutboxRow[];
  /** Keys with traffic of which fewer days are known than it takes to say what is usual. */
  readonly learning: { readonly learning: number; readonly of: number };
  /** Those that are open, oldest first. */
  readonly rotations: readonly RotationLink[];
  /** Of those that are rolled back, what keeps them from their end, by id. */
  readonly restoring: ReadonlyMap<string, Restoring>;
  /** Those that run or are ahead. */
  readonly campaigns: readonly Campaign[];
  readonly lastDrill: Rotation | null;
  readonly deliveries: DeliveryStatus;
  readonly failedJobs: readonly JobRun[];
  /** Admin keys that stop working soon, or have. */
  readonly expiringAdminKeys: readonly ExpiringKey[];
  readonly audit: AuditHead;
  /** What people call a key or a lineage, by its id. */
  readonly slugs: ReadonlyMap<string, string>;
}

export async function readStatus(
  deps: Pick<Deps, 'store' | 'clock' | 'providers' | 'policy' | 'outlets' | 'breathe'>,
): Promise<Status> {
  const { actions, alerts, approvals, audit, jobRuns, keys, lineages, notices, outbox } = deps.store.read;
  const allKeys = await keys.all();
  const allLineages = await lineages.all();
  const slugOfLineage = new Map(allLineages.map(({ id, slug }) => [id, slug]));
  const openAlerts = await alerts.unresolved();
  const rotations = await openRotations(deps);
  return {
    now: deps.clock.now(),
    connections: await Promise.all(
      [...deps.providers.values()].map((provider) => readConnection(deps, provider, allKeys)),
    ),
    alerts: openAlerts,
    nextCalls: nextCallsOf(deps, openAlerts, allLineages),
    paged: await whoWouldBePaged(deps),
    unfinishedActions: await actions.unfinished(),
    approvals: await approvals.waiting(),
    audiences: (await notices.allOpen('audience')).map(({ detail }) => detail),
    missingScopes: (await notices.allOpen('missing_scope')).map(({ detail }) => detail),
    endingGrants: (await holdingGrants(deps)).filter(({ untilAt }) => untilAt <= deps.clock.now() + SOON_MS),
    outbox: await outbox.counts(),
    deadLetters: await outbox.dead(),
    learning: await countLearning(deps, allKeys),
    rotations,
    restoring: await restoringAmong(deps, rotations),
    campaigns: await deps.store.read.campaigns.standing(),
    lastDrill: (await deps.store.read.rotations.latestOfKind('drill', 1))[0] ?? null,
    deliveries: await readDeliveries(deps),
    failedJobs: [...(await jobRuns.latest()).values()].filter((run) => run.outcome === 'failed'),
    expiringAdminKeys: await expiringAdminKeys(deps),
    audit: await audit.head(),
    slugs: new Map([
      ...slugOfLineage,
      ...allKeys.map((key) => [key.id, slugOfLineage.get(key.lineageId) ?? key.label] as const),
    ]),
  };
}

async function restoringAmong({ store }: Pick<Deps, 'store'>, links: readonly RotationLink[]) {
  const found = new Map<string, Restoring>();
  for (const { rotation } of links) {
    const restoring = await restoringOf(store.read, rotation);
    if (restoring !== null) found.set(rotation.id, restoring);
  }
  return found;
}

function nextCallsOf(deps: Pick<Deps, 'policy'>, alerts: readonly Alert[], lineages: readonly Lineage[]) {
  const lineageOf = new Map(lineages.map((lineage) => [lineage.id, lineage]));
  const calls = new Map<string, NextCall>();
  for (const alert of alerts) {
    const next = nextCallOf(deps, alert, lineageOf.get(alert.lineageId) ?? null);
    if (next !== null) calls.set(alert.id, next);
  }
  return calls;
}

async function readConnection(
  deps: Pick<Deps, 'store' | 'clock' | 'providers'>,
  provider: Provider,
  allKeys: readonly Key[],
): Promise<ConnectionStatus> {
  const { connectionId, title, writable } = provider;
  const { eventWatermarks, inventoryReads, watermarks } = deps.store.read;
  const events = { watermark: (await eventWatermarks.get(connectionId)) ?? null, setup: provider.eventsSetup ?? null };
  return {
    connectionId,
    title,
    writable,
    keys: allKeys.filter((key) => key.connectionId === connectionId && key.status !== 'gone').length,
    watermark: (await watermarks.get(connectionId)) ?? null,
    inventory: (await inventoryReads.get(connectionId)) ?? null,
    events: provider.readEvents === undefined ? null : events,
    costs: await readCostStatus(deps, provider),
  };
}
