import { type CompanyRadius, companyRadius, type KeyAtRisk, type RatedKey } from '../../domain/blast-radius/company.ts';
import type { HardCap } from '../../domain/blast-radius/radius.ts';
import { type RateBound, rateBound, sharedBound } from '../../domain/blast-radius/rates.ts';
import { groupBy } from '../../domain/collections.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import type { KnownLimits } from '../../domain/limits.ts';
import type { OwnCap } from '../../domain/own-cap.ts';
import { DAY_MS, floorTo, MINUTE_MS, monthStart } from '../../domain/time.ts';
import { noKeyId } from '../../domain/usage.ts';
import type { Store, Watermark } from '../../ports/store.ts';
import { canBeUndone } from '../actions/policy-stop.ts';
import { whoWouldBePaged } from '../alerts/who-is-paged.ts';
import type { Deps } from '../deps.ts';
import { STALE_MS } from '../home/stale-after.ts';
import { type KeySummary, listAllKeys } from '../inventory/list-keys.ts';
import { ownCaps } from '../limits/own-caps.ts';
import { proposeFor } from '../limits/propose-caps.ts';
import { dearestPrices } from './dearest-prices.ts';
import { highestHours } from './highest-hours.ts';
import { unseenOn } from './unseen.ts';

export type RiskDeps = Pick<Deps, 'store' | 'clock' | 'policy' | 'providers' | 'prices' | 'breathe'>;

export interface Risk extends CompanyRadius {
  readonly readAt: number;
  readonly byKey: ReadonlyMap<string, RatedKey>;
}

/** Home tabs and cards are made again at each change: what is at risk moves slower than that. */
const REMEMBERED_MS = MINUTE_MS;
/** Scopes whose past is looked at for a cap that would help. */
const SCOPES_TRIED = 20;

const remembered = new WeakMap<Store, Risk>();

/** What could be lost in 48 hours, key by key and together; at most a minute old. */
export async function recentRisk(deps: RiskDeps): Promise<Risk> {
  const now = deps.clock.now();
  const known = remembered.get(deps.store);
  return known !== undefined && known.readAt <= now && now - known.readAt < REMEMBERED_MS ? known : readRisk(deps);
}

/** The same as it is now. */
export async function readRisk(deps: RiskDeps): Promise<Risk> {
  const keys = await keysAtRisk(deps);
  const first = companyRadius(keys);
  const caps = await scopeCaps(deps, first.keys);
  const company = companyRadius(
    keys.map((at) => ({
      ...at,
      options: { ...at.options, ...(at.scope === null ? {} : caps.get(at.scope)) },
    })),
  );
  const risk = { ...company, readAt: deps.clock.now(), byKey: new Map(company.keys.map((one) => [one.at.keyId, one])) };
  remembered.set(deps.store, risk);
  return risk;
}

interface Known {
  readonly now: number;
  readonly working: readonly KeySummary[];
  /** By key, and by `nokey:…`, in this calendar month. */
  readonly month: ReadonlyMap<string, number>;
  readonly caps: ReadonlyMap<string, OwnCap>;
  readonly limits: ReadonlyMap<string, KnownLimits>;
  readonly watermarks: ReadonlyMap<string, Watermark>;
  readonly hasPeople: boolean;
}

async function keysAtRisk(deps: RiskDeps): Promise<readonly KeyAtRisk[]> {
  const { read } = deps.store;
  const now = deps.clock.now();
  const working = (await listAllKeys(deps)).filter(
    ({ key }) => key.kind === 'inference' && !STOPPED_STATUSES.has(key.status),
  );
  const month = await read.usage.dayCosts({ from: monthStart(now), to: floorTo(now, DAY_MS) + DAY_MS });
  const limits = new Map<string, KnownLimits>();
  for (const { connectionId } of deps.providers.values()) {
    for (const known of await read.scopeLimits.ofConnection(connectionId))
      limits.set(limitsKey(connectionId, known.scopeId), known);
  }
  const watermarks = new Map((await read.watermarks.all()).map((one) => [one.connectionId, one]));
  const paged = await whoWouldBePaged(deps);
  const hasPeople = [...paged.first, ...paged.admins].some(({ isActive }) => isActive);
  const known: Known = { now, working, month, caps: await ownCaps(deps), limits, watermarks, hasPeople };
  const rates = ratesOf(deps, known);
  const unbounded = working.filter((summary) => rates.get(scopeName(summary))?.isComplete !== true);
  const hours = await highestHours(
    deps,
    unbounded.map(({ key }) => key.id),
  );
  const shared = sharedOf(deps, known);
  const spent = spendOfScopes(deps, known);
  const byLineage = groupBy(working, ({ lineage }) => lineage.id);
  return working.map((summary) => {
    const ofLineage = (byLineage.get(summary.lineage.id) ?? []).map(({ key }) => key.id);
    const monthMicroUsd = ofLineage.reduce((sum, id) => sum + (month.get(id) ?? 0), 0);
    return keyAtRisk(deps, known, {
      summary,
      rates: rates.get(scopeName(summary)) ?? rateBound(UNREAD),
      hour: hours.get(summary.key.id) ?? null,
      monthMicroUsd,
      scopeMicroUsd: spent.get(scopeName(summary)) ?? 0,
      sharedMicroUsd: shared.get(summary.key.connectionId) ?? null,
    });
  });
}

const UNREAD = {
  rateLimits: [],
  models: { mode: 'all', models: [] },
  otherModels: [],
  priceOf: () => ({ inputMicroUsd: null, outputMicroUsd: null, imageMicroUsd: null }),
} as const;

interface OneKey {
  readonly summary: KeySummary;
  readonly rates: RateBound;
  readonly hour: number | null;
  readonly monthMicroUsd: number;
  readonly scopeMicroUsd: number;
  readonly sharedMicroUsd: number | null;
}

function keyAtRisk(
  deps: RiskDeps,
  known: Known,
  { summary, rates, hour, monthMicroUsd, scopeMicroUsd, sharedMicroUsd }: OneKey,
): KeyAtRisk {
  const { policy } = deps;
  const { key, lineage, quietSince } = summary;
  const { now, caps, watermarks, hasPeople } = known;
  const own = caps.get(lineage.id);
  const isReversible = canBeUndone(deps, key);
  const ownCap = own?.microUsd == null ? null : { capMicroUsd: own.microUsd, spentMicroUsd: monthMicroUsd };
  // A key that works although its cap is spent was restored, or is about to be stopped: neither can be relied on.
  const isKept = own?.enforced === true && isReversible && ownCap !== null && monthMicroUsd < ownCap.capMicroUsd;
  const contains = policy.autoContain.enabled && policy.autoContain.environments.includes(lineage.environment);
  return {
    keyId: key.id,
    slug: lineage.slug,
    lineageId: lineage.id,
    connectionId: key.connectionId,
    scope: key.scopeId === null ? null : scopeName(summary),
    input: {
      now,
      rates,
      highestHourMicroUsd: hour,
      providerCap: providerCapOf(known, summary, scopeMicroUsd),
      ownCap: isKept ? ownCap : null,
      prepaidMicroUsd:
        policy.caps.prepaid.find(({ connectionId }) => connectionId === key.connectionId)?.microUsd ?? null,
      autoContainMicroUsd: contains && isReversible ? policy.autoContain.aboveMicroUsd : null,
      unseen: unseenOn(policy, watermarks.get(key.connectionId), now),
      hasPeople,
    },
    sharedMicroUsd,
    options: {
      scopeCapMicroUsd: null,
      isCapByHand: false,
      scopeSpentMicroUsd: scopeMicroUsd,
      enforceable: own?.enforced === false && isReversible ? ownCap : null,
      isUnused: now - quietSince >= STALE_MS,
    },
  };
}

function providerCapOf({ limits }: Known, { key }: KeySummary, spentMicroUsd: number): HardCap | null {
  const limit = limits.get(limitsKey(key.connectionId, key.scopeId))?.limits?.spendLimit;
  if (limit?.availability !== 'available' || limit.monthlyMicroUsd === null) return null;
  return { capMicroUsd: limit.monthlyMicroUsd, spentMicroUsd };
}

/** Once for each scope: a thousand keys of one have the same. */
function ratesOf({ providers, prices }: RiskDeps, { now, working, limits }: Known): ReadonlyMap<string, RateBound> {
  const finders = new Map([...providers.values()].map(({ id }) => [id, dearestPrices(prices, id, now)]));
  const models = groupBy(
    [...limits.values()].flatMap(({ connectionId, limits: read }) =>
      (read?.rateLimits ?? []).map(({ model }) => ({ connectionId, model })),
    ),
    ({ connectionId }) => connectionId,
  );
  const rates = new Map<string, RateBound>();
  for (const summary of working) {
    const { key } = summary;
    const name = scopeName(summary);
    const read = limits.get(limitsKey(key.connectionId, key.scopeId))?.limits;
    const priceOf = finders.get(key.providerId);
    if (rates.has(name) || read == null || priceOf === undefined) continue;
    const others = (models.get(key.connectionId) ?? []).flatMap(({ model }) => (model === null ? [] : [model]));
    const rule = read.models.availability === 'available' ? read.models : UNREAD.models;
    rates.set(
      name,
      rateBound({ rateLimits: read.rateLimits, models: rule, otherModels: [...new Set(others)], priceOf }),
    );
  }
  return rates;
}

/** What the limits that all scopes of a connection share allow in 48 hours, by connection; each scope tells the same. */
function sharedOf({ providers, prices }: RiskDeps, { now, limits }: Known): ReadonlyMap<string, number> {
  const shared = new Map<string, number>();
  for (const { connectionId, limits: read } of limits.values()) {
    const provider = providers.get(connectionId);
    if (read === null || provider === undefined || shared.has(connectionId)) continue;
    const priceOf = dearestPrices(prices, provider.id, now);
    const microUsd = sharedBound({ rateLimits: read.rateLimits, priceOf });
    if (microUsd !== null) shared.set(connectionId, microUsd);
  }
  return shared;
}

/** This month, usage without a key included. */
function spendOfScopes({ providers }: RiskDeps, { working, month }: Known): ReadonlyMap<string, number> {
  const spent = new Map<string, number>();
  for (const [name, summaries] of groupBy(working, scopeName)) {
    const key = summaries[0]?.key;
    const connections = [...providers.values()].filter(({ id }) => id === key?.providerId);
    const unkeyed = connections.map(({ connectionId }) => noKeyId(connectionId, key?.scopeId ?? null));
    const ids = [...summaries.map((one) => one.key.id), ...unkeyed];
    spent.set(
      name,
      ids.reduce((sum, id) => sum + (month.get(id) ?? 0), 0),
    );
  }
  return spent;
}

type ScopeCap = Pick<KeyAtRisk['options'], 'scopeCapMicroUsd' | 'isCapByHand'>;

/** What the past of the dearest scopes suggests, where there are such caps and it would be lower than what there is. */
async function scopeCaps(deps: RiskDeps, dearest: readonly RatedKey[]): Promise<ReadonlyMap<string, ScopeCap>> {
  const caps = new Map<string, ScopeCap>();
  const members = groupBy(dearest, ({ at }) => at.scope);
  const scopes = [...members.keys()].filter((scope) => scope !== null).slice(0, SCOPES_TRIED);
  for (const scope of scopes) {
    const keys = (members.get(scope) ?? []).map(({ at }) => at);
    const first = keys[0];
    const provider = first && deps.providers.get(first.connectionId);
    if (first === undefined || provider === undefined || provider.capabilities.capScope === 'none') continue;
    const past = { keyIds: keys.map(({ keyId }) => keyId), lineageIds: keys.map(({ lineageId }) => lineageId) };
    const { monthlyMicroUsd } = await proposeFor(deps, past);
    const present = first.input.providerCap?.capMicroUsd ?? Number.POSITIVE_INFINITY;
    if (monthlyMicroUsd === null || monthlyMicroUsd >= present) continue;
    caps.set(scope, { scopeCapMicroUsd: monthlyMicroUsd, isCapByHand: provider.setSpendLimit === undefined });
  }
  return caps;
}

function scopeName({ key }: KeySummary): string {
  return `${key.providerId}:${key.scopeId ?? ''}`;
}

function limitsKey(connectionId: string, scopeId: string | null): string {
  return `${connectionId}\n${scopeId ?? ''}`;
}
