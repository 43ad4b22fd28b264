import type { Baseline } from '../../domain/baseline.ts';
import { groupBy, inSlices } from '../../domain/collections.ts';
import { type Glance, RECENT_MS } from '../../domain/detector.ts';
import { type LineageFacts, NO_FACTS } from '../../domain/lineage-facts.ts';
import { DAY_MS, floorTo, latest, MINUTE_MS } from '../../domain/time.ts';
import type { Baselines } from '../../ports/baselines.ts';
import type { Provider } from '../../ports/provider.ts';
import type { KeyIdentity } from '../../ports/store.ts';
import type { UseSum } from '../../ports/usage-glances.ts';
import { calendarOf } from '../calendar.ts';
import type { Deps } from '../deps.ts';
import { capStandings, type Standing } from '../limits/cap-standings.ts';
import { sumsOfDay } from './day-sums.ts';
import type { Horizon } from './horizon.ts';
import { lineageFacts } from './lineage-facts.ts';
import { mayBeOdd, noteHours } from './odd-hours.ts';

const SLICE_MS = 20 * MINUTE_MS;
const LINEAGES_AT_ONCE = 1_000;
/** What was used the day before is no silence. */
const LOOK_BACK_MS = DAY_MS;

type GlanceDeps = Pick<Deps, 'store' | 'breathe' | 'policy' | 'providers'>;

export interface Glances {
  /** By lineage, of all that have a key of the connection or used one lately. */
  readonly glances: ReadonlyMap<string, Glance>;
  readonly caps: ReadonlyMap<string, readonly Standing[]>;
  readonly baselines: Baselines;
  /** Of lineages of which there is something to say. */
  readonly facts: ReadonlyMap<string, LineageFacts>;
}

interface GlanceInput {
  readonly provider: Provider;
  readonly horizon: Horizon;
  /** Of all connections, as spend rules see them. */
  readonly allKeys: readonly KeyIdentity[];
}

/** What is known of each lineage of a connection before any history is read: a few queries, however many there are. */
export async function glancesOf(deps: GlanceDeps, { provider, horizon, allKeys }: GlanceInput): Promise<Glances> {
  const { connectionId } = provider;
  const recent = await recentUse(deps, connectionId, horizon);
  const isAllRecent = recent.from <= recent.dayAt;
  const ofDay = isAllRecent ? new Map() : await sumsOfDay(deps, connectionId, { dayAt: recent.dayAt, to: recent.from });
  const sight: Sight = { recent, ofDay };
  const costs = new Map([...recent.keys].map(([keyId, { costMicroUsd }]) => [keyId, costMicroUsd]));
  const caps = await capStandings(deps, { provider, now: horizon.now, allKeys, recent: costs });
  const baselines = await deps.store.baselines(deps.breathe);
  const facts = await lineageFacts(deps, allKeys);
  const watched = allKeys.filter((key) => key.connectionId === connectionId || recent.keys.has(key.id));
  const lineageIds = [...new Set([...watched.map(({ lineageId }) => lineageId), ...caps.keys(), ...facts.keys()])];
  const membersOf = groupBy(allKeys, ({ lineageId }) => lineageId);
  const dayMs = horizon.knownUntil - recent.dayAt;
  // At midnight sharp the day that has just ended is the one that is looked at.
  const yesterdayAt = dayMs >= DAY_MS ? recent.dayAt : calendarOf(deps.policy).dayStart(recent.dayAt - 1);
  const glances = new Map<string, Glance>();
  for (const slice of inSlices(lineageIds, LINEAGES_AT_ONCE)) {
    for (const lineageId of slice) {
      const members = membersOf.get(lineageId) ?? [];
      const known = { caps: caps.get(lineageId) ?? [], baseline: baselineOf(lineageId, baselines) };
      const hours = members.flatMap(({ id }) => recent.keys.get(id)?.hours ?? []);
      noteHours(deps.store, { lineageId, dayAt: recent.dayAt, now: horizon.now, hours }, known.baseline);
      const usedBeforeAt = usedBefore(members, sight, baselines.get(lineageId)?.lastUsedAt ?? null);
      glances.set(lineageId, {
        ...known,
        ...sumsOf(members, sight),
        knownUntil: horizon.knownUntil,
        dayMs,
        usedBeforeAt,
        facts: facts.get(lineageId) ?? NO_FACTS,
        hasRecords: false,
        mayBeOffHours: mayBeOdd(deps.store, lineageId, yesterdayAt),
      });
    }
    await deps.breathe();
  }
  await lookFurtherBack(deps, { glances, membersOf, before: floorTo(recent.from, DAY_MS) });
  return { glances, caps, baselines, facts };
}

/** One that has learned of no day knows nothing. */
export function baselineOf(lineageId: string, baselines: Baselines): Baseline | null {
  const baseline = baselines.get(lineageId);
  return baseline === undefined || baseline.days.length === 0 ? null : baseline;
}

interface KeyUse extends UseSum {
  readonly models: readonly string[];
  readonly endpoints: readonly string[];
  /** Of the day, in which it was used. */
  readonly hours: readonly number[];
}

interface Recent {
  readonly from: number;
  readonly keys: ReadonlyMap<string, KeyUse>;
  /** What of it lies in the day that is looked at, by key. */
  readonly ofDay: ReadonlyMap<string, UseSum>;
  readonly dayAt: number;
}

interface Sight {
  readonly recent: Recent;
  /** Of the day that is looked at, but for what is recent. */
  readonly ofDay: ReadonlyMap<string, UseSum>;
}

/** Slice by slice, so that others are served meanwhile. */
async function recentUse(deps: GlanceDeps, connectionId: string, { knownUntil, now }: Horizon): Promise<Recent> {
  const from = knownUntil - RECENT_MS;
  const dayAt = calendarOf(deps.policy).dayStart(knownUntil - 1);
  const keys = new Map<
    string,
    { costMicroUsd: number; requests: number; models: string[]; endpoints: string[]; hours: number[] }
  >();
  const ofDay = new Map<string, { costMicroUsd: number; requests: number }>();
  for (let start = from; start < now; ) {
    const hour = calendarOf(deps.policy).hourOfDay(start);
    const end = Math.min(start + SLICE_MS, start < dayAt ? dayAt : now, now);
    for (const use of await deps.store.read.usage.useByModel(connectionId, { from: start, to: end })) {
      const key = keys.get(use.keyId) ?? { costMicroUsd: 0, requests: 0, models: [], endpoints: [], hours: [] };
      keys.set(use.keyId, added(key, use));
      if (!key.models.includes(use.model)) key.models.push(use.model);
      if (!key.endpoints.includes(use.endpoint)) key.endpoints.push(use.endpoint);
      if (start >= dayAt && !key.hours.includes(hour)) key.hours.push(hour);
      if (start >= dayAt) ofDay.set(use.keyId, added(ofDay.get(use.keyId) ?? { costMicroUsd: 0, requests: 0 }, use));
    }
    await deps.breathe();
    start = end;
  }
  return { from, keys, ofDay, dayAt };
}

function added<Sum extends { costMicroUsd: number; requests: number }>(sum: Sum, more: UseSum): Sum {
  sum.costMicroUsd += more.costMicroUsd;
  sum.requests += more.requests;
  return sum;
}

function sumsOf(
  members: readonly KeyIdentity[],
  { recent, ofDay }: Sight,
): Pick<Glance, 'recentMicroUsd' | 'dayMicroUsd' | 'dayRequests' | 'recentModels' | 'recentEndpoints'> {
  let [recentMicroUsd, dayMicroUsd, dayRequests] = [0, 0, 0];
  const models = new Set<string>();
  const endpoints = new Set<string>();
  for (const { id } of members) {
    const use = recent.keys.get(id);
    recentMicroUsd += use?.costMicroUsd ?? 0;
    for (const model of use?.models ?? []) models.add(model);
    for (const endpoint of use?.endpoints ?? []) endpoints.add(endpoint);
    for (const part of [recent.ofDay.get(id), ofDay.get(id)]) {
      dayMicroUsd += part?.costMicroUsd ?? 0;
      dayRequests += part?.requests ?? 0;
    }
  }
  return { recentMicroUsd, dayMicroUsd, dayRequests, recentModels: [...models], recentEndpoints: [...endpoints] };
}

/** The last use that is known without a look into the past; null: there is none. */
function usedBefore(
  members: readonly KeyIdentity[],
  { recent, ofDay }: Sight,
  learnedAt: number | null,
): number | null {
  let last = learnedAt;
  for (const { id, lastUsedAt } of members) {
    if (lastUsedAt !== null && lastUsedAt < recent.from) last = latest(last, lastUsedAt);
    if (ofDay.has(id)) last = latest(last, recent.dayAt);
  }
  return last;
}

/**
 * What is used now and was not used lately: when it was, if ever, is in the sums by day, however old. A silence is never
 * taken from what is remembered alone: the keys that came later say only that they are used now.
 */
async function lookFurtherBack(
  deps: GlanceDeps,
  look: {
    readonly glances: Map<string, Glance>;
    readonly membersOf: ReadonlyMap<string, readonly KeyIdentity[]>;
    readonly before: number;
  },
): Promise<void> {
  const { glances, membersOf, before } = look;
  const unknown = [...glances].filter(([, one]) => one.recentModels.length > 0 && isSilent(one, before));
  for (const slice of inSlices(unknown, LINEAGES_AT_ONCE)) {
    const keyIds = slice.flatMap(([lineageId]) => (membersOf.get(lineageId) ?? []).map(({ id }) => id));
    const days = await deps.store.read.usage.lastDays(keyIds, before);
    for (const [lineageId, glance] of slice) {
      const used = (membersOf.get(lineageId) ?? []).map(({ id }) => days.get(id) ?? null);
      glances.set(lineageId, { ...glance, usedBeforeAt: used.reduce(latest, glance.usedBeforeAt) });
    }
    await deps.breathe();
  }
}

function isSilent({ usedBeforeAt }: Glance, before: number): boolean {
  return usedBeforeAt === null || usedBeforeAt < before - LOOK_BACK_MS;
}
