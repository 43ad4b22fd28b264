import { alertName } from '../../domain/alert.ts';
import type { GrantTold } from '../../domain/grant.ts';
import type {
  AudienceDetail,
  BacktestDetail,
  BlindDetail,
  BreakGlassDetail,
  ClaimDetail,
  ConnectionFindingDetail,
  DowntimeDetail,
  DriftDetail,
  DriftPart,
  MissingScopeDetail,
  Notice,
  WelcomeConnection,
  WelcomeDetail,
} from '../../domain/notice.ts';
import type { UnpricedDetail } from '../../domain/unpriced.ts';
import type { Deps } from '../deps.ts';
import { type CostName, costNames } from '../money/cost-names.ts';
import { describeUnclaimed, type UnclaimedCard } from '../owners/describe-unclaimed.ts';

export interface ConnectionName {
  readonly connectionId: string;
  /** The provider's name; the connection's id where it is no longer configured. */
  readonly title: string;
}

export interface BlindCard {
  readonly kind: 'blind';
  readonly connection: ConnectionName;
  readonly detail: BlindDetail;
  readonly closedAt: number | null;
  /** Of this connection, the ones that still exist. */
  readonly keys: number;
  readonly everyMs: number;
}

export interface DowntimeCard {
  readonly kind: 'downtime';
  readonly detail: DowntimeDetail;
  /** `KS-142`, ascending. */
  readonly alerts: readonly string[];
  readonly unreadable: readonly (ConnectionName & { readonly problem: string })[];
}

export interface UnpricedCard {
  readonly kind: 'unpriced';
  readonly detail: UnpricedDetail;
  readonly providerTitle: string;
  /** Slugs of the keys that are named; null for usage without a key. */
  readonly keys: readonly (string | null)[];
}

export interface DriftCard {
  readonly kind: 'drift';
  readonly connection: ConnectionName;
  readonly detail: DriftDetail;
  readonly worst: readonly (Pick<DriftPart, 'providerMicroUsd' | 'ownMicroUsd'> & { readonly name: CostName })[];
}

export interface BreakGlassCard {
  readonly kind: 'break_glass';
  readonly detail: BreakGlassDetail;
  readonly at: number;
  readonly slug: string;
  /** `KS-142`. */
  readonly alert: string | null;
  /** People and user groups of policy. */
  readonly adminIds: readonly string[];
}

export interface AudienceCard {
  readonly kind: 'audience';
  readonly detail: AudienceDetail;
  readonly closedAt: number | null;
}

export interface ClaimCard {
  readonly kind: 'claim';
  readonly noticeId: string;
  readonly detail: ClaimDetail;
  readonly slug: string;
}

export interface GrantNoticeCard {
  readonly kind: 'grant';
  readonly detail: GrantTold;
}

export interface WelcomeCard {
  readonly kind: 'welcome';
  readonly detail: WelcomeDetail;
  readonly connections: readonly (WelcomeConnection & ConnectionName)[];
  /** `#name` or a channel id. */
  readonly channel: string;
}

export interface MissingScopeCard {
  readonly kind: 'missing_scope';
  readonly detail: MissingScopeDetail;
  readonly closedAt: number | null;
}

export interface FindingCard {
  readonly kind: 'finding';
  readonly connection: ConnectionName;
  readonly detail: ConnectionFindingDetail;
}

export interface BacktestCard {
  readonly kind: 'backtest';
  readonly connection: ConnectionName;
  readonly detail: BacktestDetail;
  readonly worst: readonly { readonly slug: string; readonly alerts: number }[];
}

/** Everything that the rendering of a notice needs, and nothing that it must look up. */
export type NoticeCard =
  | BlindCard
  | DowntimeCard
  | UnpricedCard
  | DriftCard
  | BreakGlassCard
  | AudienceCard
  | ClaimCard
  | UnclaimedCard
  | GrantNoticeCard
  | WelcomeCard
  | MissingScopeCard
  | FindingCard
  | BacktestCard;

type DescribeDeps = Pick<Deps, 'store' | 'providers' | 'policy' | 'clock'>;

/** Undefined: gone, of a later version, or not to be told yet. */
export async function describeNotice(deps: DescribeDeps, noticeId: string): Promise<NoticeCard | undefined> {
  const notice = await deps.store.read.notices.get(noticeId);
  switch (notice?.kind) {
    case 'blind':
      return describeBlindness(deps, notice);
    case 'downtime':
      return notice.closedAt === null ? undefined : describeDowntime(deps, notice.detail);
    case 'unpriced':
      return describeUnpriced(deps, notice.detail);
    case 'drift':
      return describeDrift(deps, notice.detail);
    case 'break_glass':
      return describeBreakGlass(deps, notice);
    case 'audience':
      return { kind: 'audience', detail: notice.detail, closedAt: notice.closedAt };
    case 'claim':
      return describeClaim(deps, notice);
    case 'unclaimed':
      return describeUnclaimed(deps, notice.detail);
    case 'grant':
      return { kind: 'grant', detail: notice.detail };
    case 'welcome':
      return notice.closedAt === null ? undefined : describeWelcome(deps, notice.detail);
    case 'missing_scope':
      return { kind: 'missing_scope', detail: notice.detail, closedAt: notice.closedAt };
    case 'finding':
      return { kind: 'finding', connection: nameOf(deps, notice.detail.connectionId), detail: notice.detail };
    case 'backtest':
      return describeBacktest(deps, notice.detail);
    default:
      return undefined;
  }
}

async function describeBlindness(deps: DescribeDeps, notice: Notice & { kind: 'blind' }): Promise<BlindCard> {
  const { detail, closedAt } = notice;
  const keys = await deps.store.read.keys.all();
  const { usageMs, inventoryMs } = deps.policy.polling;
  return {
    kind: 'blind',
    connection: nameOf(deps, detail.connectionId),
    detail,
    closedAt,
    keys: keys.filter((key) => key.connectionId === detail.connectionId && key.status !== 'gone').length,
    everyMs: detail.reading === 'usage' ? usageMs : inventoryMs,
  };
}

async function describeBreakGlass(
  { store, policy }: DescribeDeps,
  { detail, openedAt }: Notice & { kind: 'break_glass' },
): Promise<BreakGlassCard> {
  const key = await store.read.keys.get(detail.keyId);
  const lineage = key && (await store.read.lineages.get(key.lineageId));
  const alert = detail.alertId === null ? undefined : await store.read.alerts.get(detail.alertId);
  return {
    kind: 'break_glass',
    detail,
    at: openedAt,
    slug: lineage?.slug ?? detail.keyId,
    alert: alert === undefined ? null : alertName(alert),
    adminIds: policy.roles.admins.filter((id) => id !== detail.userId),
  };
}

async function describeDowntime(deps: DescribeDeps, detail: DowntimeDetail): Promise<DowntimeCard> {
  const alerts = await Promise.all(detail.alertIds.map((id) => deps.store.read.alerts.get(id)));
  const numbered = alerts.filter((alert) => alert !== undefined).toSorted((a, b) => a.number - b.number);
  return {
    kind: 'downtime',
    detail,
    alerts: numbered.map(alertName),
    unreadable: detail.unreadable.map(({ connectionId, problem }) => ({ ...nameOf(deps, connectionId), problem })),
  };
}

async function describeClaim({ store }: DescribeDeps, notice: Notice & { kind: 'claim' }): Promise<ClaimCard> {
  const { id: noticeId, detail } = notice;
  const lineage = await store.read.lineages.get(detail.lineageId);
  return { kind: 'claim', noticeId, detail, slug: lineage?.slug ?? 'a key that is gone' };
}

async function describeUnpriced({ store, providers }: DescribeDeps, detail: UnpricedDetail): Promise<UnpricedCard> {
  const provider = [...providers.values()].find(({ id }) => id === detail.providerId);
  const keys = detail.keyIds.map(async (keyId) => {
    const key = await store.read.keys.get(keyId);
    const lineage = key && (await store.read.lineages.get(key.lineageId));
    return lineage?.slug ?? null;
  });
  return {
    kind: 'unpriced',
    detail,
    providerTitle: provider?.title ?? detail.providerId,
    keys: await Promise.all(keys),
  };
}

async function describeDrift(deps: DescribeDeps, detail: DriftDetail): Promise<DriftCard> {
  const nameCost = await costNames(deps.store);
  return {
    kind: 'drift',
    connection: nameOf(deps, detail.connectionId),
    detail,
    worst: detail.worst.map((part) => ({ ...part, name: nameCost(part) })),
  };
}

function describeWelcome(deps: DescribeDeps, detail: WelcomeDetail): WelcomeCard {
  const connections = detail.connections.map((one) => ({ ...one, ...nameOf(deps, one.connectionId) }));
  return { kind: 'welcome', detail, connections, channel: deps.policy.channels.alerts };
}

async function describeBacktest(deps: DescribeDeps, detail: BacktestDetail): Promise<BacktestCard> {
  const worst = detail.worst.map(async ({ lineageId, alerts }) => {
    const lineage = await deps.store.read.lineages.get(lineageId);
    return { slug: lineage?.slug ?? 'a key that is gone', alerts };
  });
  return { kind: 'backtest', connection: nameOf(deps, detail.connectionId), detail, worst: await Promise.all(worst) };
}

function nameOf({ providers }: DescribeDeps, connectionId: string): ConnectionName {
  return { connectionId, title: providers.get(connectionId)?.title ?? connectionId };
}
