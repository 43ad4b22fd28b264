import type { CapStanding, ForecastLevel, ToldStep } from '../../domain/cap.ts';
import { toldStep } from '../../domain/cap.ts';
import { groupBy } from '../../domain/collections.ts';
import { forecastKey } from '../../domain/detectors/cap-forecast.ts';
import { capThreshold } from '../../domain/detectors/cap-threshold.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import type { OwnCap } from '../../domain/own-cap.ts';
import { DAY_MS, floorTo, monthStart } from '../../domain/time.ts';
import { noKeyId } from '../../domain/usage.ts';
import type { Provider } from '../../ports/provider.ts';
import type { KeyIdentity } from '../../ports/store.ts';
import type { DaySpan } from '../../ports/usage.ts';
import type { Deps } from '../deps.ts';
import { ownCaps } from './own-caps.ts';

const USUAL_MS = 7 * DAY_MS;

type StandingDeps = Pick<Deps, 'store' | 'providers' | 'policy'>;

export interface StandingsInput {
  readonly provider: Provider;
  readonly now: number;
  readonly allKeys: readonly KeyIdentity[];
  /** Cost by key in the last two hours of data. */
  readonly recent: ReadonlyMap<string, number>;
}

/** With the keys whose usage counts against the cap. */
export interface Standing extends CapStanding {
  readonly keyIds: readonly string[];
}

/**
 * How far the lineages of a connection have come towards their caps this month, by lineage, the fullest first. A cap that keys share is told
 * of the lineage that spent most of it. Reads sums that are kept, so that ten thousand keys cost a few queries.
 */
export async function capStandings(
  deps: StandingDeps,
  input: StandingsInput,
): Promise<ReadonlyMap<string, readonly Standing[]>> {
  const { scopeLimits, usage } = deps.store.read;
  const caps = await ownCaps(deps);
  const scopeCaps = await scopeLimits.caps(input.provider.connectionId);
  if (caps.size + scopeCaps.size === 0) return new Map();
  const range = { from: monthStart(input.now), to: input.now };
  const counted = countedIds(deps, input, { ownCaps: caps, scopeCaps });
  const month = await usage.dayCosts(range, counted);
  const today = floorTo(input.now, DAY_MS);
  const week = await usage.daySpans({ from: today - USUAL_MS, to: today }, counted);
  const told = await toldSteps(deps, input.now);
  const forecasts = await deps.store.read.told.all();
  const look = { ...input, month, week, today, told, forecasts, lookMs: deps.policy.polling.usageMs };
  const all = [...ownStandings(look, caps), ...scopeStandings(deps, look, scopeCaps)];
  const standings = [...groupBy(all, ([lineageId]) => lineageId)];
  return new Map(standings.map(([lineageId, found]) => [lineageId, fullestFirst(found)]));
}

function fullestFirst(found: readonly (readonly [string, Standing])[]): readonly Standing[] {
  return found.map(([, standing]) => standing).toSorted((a, b) => shareOf(b) - shareOf(a));
}

/** What was spent before anybody watched is asked for only where something is to be told. */
export async function withUnwatched(
  { store }: Pick<Deps, 'store'>,
  { keyIds, ...standing }: Standing,
  { now, createdAt }: { readonly now: number; readonly createdAt: number },
): Promise<CapStanding> {
  const month = { from: monthStart(now), to: floorTo(createdAt, DAY_MS) };
  if (month.to <= month.from) return standing;
  return { ...standing, unwatchedMicroUsd: await store.read.usage.costOf(keyIds, month) };
}

interface Look extends StandingsInput {
  readonly month: ReadonlyMap<string, number>;
  /** Of the last seven whole days. */
  readonly week: ReadonlyMap<string, DaySpan>;
  readonly today: number;
  readonly told: ReadonlyMap<string, readonly ToldStep[]>;
  /** `dedupeKey` of what was told once. */
  readonly forecasts: ReadonlySet<string>;
  readonly lookMs: number;
}

interface Caps {
  readonly ownCaps: ReadonlyMap<string, OwnCap>;
  readonly scopeCaps: ReadonlyMap<string, number>;
}

/** The keys, and the usage without one, that count against any of the caps. */
function countedIds(
  { providers }: StandingDeps,
  { provider, allKeys }: StandingsInput,
  { ownCaps, scopeCaps }: Caps,
): readonly string[] {
  const inScope = (key: KeyIdentity) => key.providerId === provider.id && scopeCaps.has(key.scopeId ?? '');
  const counted = allKeys.filter((key) => ownCaps.has(key.lineageId) || inScope(key));
  const connections = [...providers.values()].filter(({ id }) => id === provider.id);
  const unkeyed = [...scopeCaps.keys()].flatMap((scopeId) =>
    connections.map(({ connectionId }) => noKeyId(connectionId, scopeId)),
  );
  return [...counted.map(({ id }) => id), ...unkeyed];
}

async function toldSteps({ store }: StandingDeps, now: number): Promise<Look['told']> {
  const told = new Map<string, ToldStep[]>();
  for (const { lineageId, evidence } of await store.read.alerts.evidenceSince(capThreshold.id, monthStart(now))) {
    const step = toldStep(evidence);
    if (step !== null) told.set(lineageId, [...(told.get(lineageId) ?? []), step]);
  }
  return told;
}

/** The team's own caps, of the lineages that have a key of this connection. */
function ownStandings(look: Look, caps: ReadonlyMap<string, OwnCap>): Map<string, Standing> {
  const capped = look.allKeys.filter(({ lineageId }) => caps.has(lineageId));
  const standings = new Map<string, Standing>();
  for (const [lineageId, keys] of groupBy(capped, (key) => key.lineageId)) {
    const cap = caps.get(lineageId);
    if (cap?.microUsd == null || !keys.some((key) => key.connectionId === look.provider.connectionId)) continue;
    const { microUsd: capMicroUsd, enforced } = cap;
    const keyIds = keys.map(({ id }) => id);
    const bound = { origin: 'own', capMicroUsd, enforced, lineageId, keys, keyIds, sharedWith: 0 } as const;
    standings.set(lineageId, standingOf(look, bound));
  }
  return standings;
}

/** The provider's caps, each with the lineage that spent most of it; usage without a key counts, and belongs to nobody. */
function scopeStandings(
  { providers }: StandingDeps,
  look: Look,
  caps: ReadonlyMap<string, number>,
): readonly (readonly [lineageId: string, Standing])[] {
  const { id: providerId, capabilities } = look.provider;
  const origin = capabilities.capScope;
  if (origin === 'none' || caps.size === 0) return [];
  const connections = [...providers.values()].filter(({ id }) => id === providerId);
  const inside = look.allKeys.filter((key) => key.providerId === providerId && caps.has(key.scopeId ?? ''));
  return [...groupBy(inside, (key) => key.scopeId ?? '')].flatMap(([scopeId, scopeKeys]) => {
    const working = scopeKeys.filter(({ status }) => !STOPPED_STATUSES.has(status));
    const dearest = dearestOf(working.length > 0 ? working : scopeKeys, look.month);
    const capMicroUsd = caps.get(scopeId);
    if (dearest === undefined || capMicroUsd === undefined) return [];
    const keys = scopeKeys.filter(({ lineageId }) => lineageId === dearest);
    const unkeyed = connections.map(({ connectionId }) => noKeyId(connectionId, scopeId));
    const keyIds = [...scopeKeys.map(({ id }) => id), ...unkeyed];
    const sharedWith = working.filter(({ lineageId }) => lineageId !== dearest).length;
    const bound = { origin, capMicroUsd, enforced: false } as const;
    const standing = standingOf(look, { ...bound, lineageId: dearest, keys, keyIds, sharedWith });
    // A step is told once for all who share the cap, whoever spends most of it by now.
    const lineageIds = [...new Set(scopeKeys.map(({ lineageId }) => lineageId))];
    const told = lineageIds.flatMap((id) => look.told.get(id) ?? []);
    const forecastsTold = lineageIds.flatMap((id) => forecastsToldOf(look, id, standing));
    return [[dearest, { ...standing, told, forecastsTold }] as const];
  });
}

interface Bound extends Pick<CapStanding, 'origin' | 'capMicroUsd' | 'enforced'> {
  readonly lineageId: string;
  /** Of the lineage. */
  readonly keys: readonly KeyIdentity[];
  /** All that count against the cap. */
  readonly keyIds: readonly string[];
  readonly sharedWith: number;
}

function standingOf(look: Look, bound: Bound): Standing {
  const { month, recent, told, lookMs } = look;
  const { origin, capMicroUsd, enforced, lineageId, keys, keyIds, sharedWith } = bound;
  const ownIds = keys.map(({ id }) => id);
  return {
    origin,
    capMicroUsd,
    enforced,
    sharedWith,
    keyIds,
    monthMicroUsd: sumOf(month, keyIds),
    ownMonthMicroUsd: sumOf(month, ownIds),
    unwatchedMicroUsd: 0,
    othersRecentMicroUsd: sumOf(recent, keyIds) - sumOf(recent, ownIds),
    keyId: ownIds.toSorted((a, b) => (month.get(b) ?? 0) - (month.get(a) ?? 0))[0] ?? null,
    lookMs,
    told: told.get(lineageId) ?? [],
    usualDayMicroUsd: {
      own: usualDayOf(look, ownIds),
      others: usualDayOf(
        look,
        keyIds.filter((id) => !ownIds.includes(id)),
      ),
    },
    forecastsTold: forecastsToldOf(look, lineageId, { origin, capMicroUsd }),
  };
}

/** The mean of the last days, from the first on which any of them was used: a young key is no quiet one. */
function usualDayOf({ week, today }: Look, ids: readonly string[]): number {
  const spans = ids.flatMap((id) => week.get(id) ?? []);
  const first = spans.reduce((at, { firstDayAt }) => Math.min(at, firstDayAt), today);
  return first === today
    ? 0
    : (spans.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0) * DAY_MS) / (today - first);
}

const LEVELS: readonly ForecastLevel[] = ['early', 'soon'];

function forecastsToldOf(
  { forecasts, now }: Look,
  lineageId: string,
  cap: Pick<CapStanding, 'origin' | 'capMicroUsd'>,
): readonly ForecastLevel[] {
  return LEVELS.filter((level) => forecasts.has(forecastKey(lineageId, { now, cap, level })));
}

function dearestOf(keys: readonly KeyIdentity[], month: ReadonlyMap<string, number>): string | undefined {
  const costs = new Map<string, number>();
  for (const { id, lineageId } of keys) costs.set(lineageId, (costs.get(lineageId) ?? 0) + (month.get(id) ?? 0));
  return [...costs].sort(([a, costA], [b, costB]) => costB - costA || (a < b ? -1 : 1))[0]?.[0];
}

function sumOf(costs: ReadonlyMap<string, number>, ids: readonly string[]): number {
  return ids.reduce((sum, id) => sum + (costs.get(id) ?? 0), 0);
}

function shareOf({ monthMicroUsd, capMicroUsd }: CapStanding): number {
  return monthMicroUsd / capMicroUsd;
}
