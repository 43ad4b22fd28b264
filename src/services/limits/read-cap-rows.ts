import type { CapProposal } from '../../domain/cap-proposal.ts';
import { type Key, type Lineage, STOPPED_STATUSES } from '../../domain/key.ts';
import { type OwnCap, ownCapOf } from '../../domain/own-cap.ts';
import { DAY_MS, floorTo, monthStart } from '../../domain/time.ts';
import { noKeyId } from '../../domain/usage.ts';
import { canBeUndone } from '../actions/policy-stop.ts';
import type { Deps } from '../deps.ts';
import type { KeySummary } from '../inventory/list-keys.ts';
import { keysCountedIn } from '../rotation/named-keys.ts';
import { type CapControls, capControls, describeScope, type ScopeCard, spentThisMonth } from './describe-scope.ts';
import { type Overshoot, presentOvershoot } from './present-overshoot.ts';
import { type Past, proposeFor } from './propose-caps.ts';

type CapDeps = Pick<Deps, 'store' | 'clock' | 'policy' | 'providers'>;

/** The caps of one key, present against proposed. */
export interface CapRow {
  readonly key: Key;
  readonly lineage: Lineage;
  readonly own: OwnCap;
  /** Policy enforces the own cap, and nothing here can suspend the key so that it could be taken back. */
  readonly cannotEnforce: boolean;
  readonly monthMicroUsd: number;
  readonly overshoot: Overshoot;
  /** Null for a key that belongs to none. */
  readonly scope: (ScopeCard & { readonly spentMicroUsd: number | null }) | null;
  readonly controls: CapControls;
  /** Where Apply would set it, and what it proposes: the scope's past where it is the provider's cap. */
  readonly target: 'provider' | 'own';
  readonly proposal: CapProposal;
  /** What stands there now. */
  readonly presentMicroUsd: number | null;
}

/** One working key of each lineage that could have a cap, the dearest of late first. */
export function keysToCap(all: readonly KeySummary[]): readonly KeySummary[] {
  const working = all.filter(({ key }) => key.kind === 'inference' && !STOPPED_STATUSES.has(key.status));
  const dearest = working.toSorted(
    (a, b) => b.last30dMicroUsd - a.last30dMicroUsd || (a.lineage.slug < b.lineage.slug ? -1 : 1),
  );
  return [...new Map(dearest.toReversed().map((one) => [one.lineage.id, one])).values()].reverse();
}

/** What is read for each is a handful of queries: ask for those of one page. */
export async function readCapRow(
  deps: CapDeps,
  { key, lineage }: Pick<KeySummary, 'key' | 'lineage'>,
): Promise<CapRow> {
  const { store, clock, policy } = deps;
  const now = clock.now();
  const own = ownCapOf(lineage, policy);
  const counted = await keysCountedIn(store.read, lineage.id);
  const keyIds = counted.map(({ id }) => id);
  const scope = await describeScope(deps, key);
  const controls = capControls(deps, key, scope?.known ?? null);
  const spentMicroUsd = scope === null ? null : await spentThisMonth(deps, key);
  const limits = scope?.known?.limits;
  const isProviders = controls.canChange && limits?.spendLimit.availability === 'available';
  const past = isProviders ? await scopePast(deps, key) : { keyIds, lineageIds: [lineage.id] };
  const month = await store.read.usage.dayCosts({ from: monthStart(now), to: floorTo(now, DAY_MS) + DAY_MS }, keyIds);
  return {
    key,
    lineage,
    own,
    cannotEnforce: own.enforced && key.status === 'active' && !canBeUndone(deps, key),
    monthMicroUsd: [...month.values()].reduce((sum, cost) => sum + cost, 0),
    overshoot: await presentOvershoot(deps, { connectionId: key.connectionId, keyIds }),
    scope: scope === null ? null : { ...scope, spentMicroUsd },
    controls,
    target: isProviders ? 'provider' : 'own',
    proposal: await proposeFor(deps, past),
    presentMicroUsd: isProviders ? (limits?.spendLimit.monthlyMicroUsd ?? null) : own.microUsd,
  };
}

/** All that counts against the cap of a scope. */
async function scopePast({ store, providers }: CapDeps, { providerId, scopeId }: Key): Promise<Past> {
  const keys = await store.read.keys.ofScope(providerId, scopeId);
  const connections = [...providers.values()].filter(({ id }) => id === providerId);
  const unkeyed = connections.map(({ connectionId }) => noKeyId(connectionId, scopeId));
  return {
    keyIds: [...keys.map(({ id }) => id), ...unkeyed],
    lineageIds: [...new Set(keys.map(({ lineageId }) => lineageId))],
  };
}
