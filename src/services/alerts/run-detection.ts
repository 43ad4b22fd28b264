import { zoneCalendar } from '../../domain/calendar.ts';
import { groupBy, inSlices } from '../../domain/collections.ts';
import { Curve, FINE_STEP_MS } from '../../domain/curve.ts';
import { type BoundDetector, type DetectorInput, RECENT_MS } from '../../domain/detector.ts';
import { type Finding, isStanding, severityRank } from '../../domain/finding.ts';
import { type LineageFacts, NO_FACTS } from '../../domain/lineage-facts.ts';
import { NEAR } from '../../domain/pace.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import type { UsageBucket } from '../../domain/usage.ts';
import type { Provider } from '../../ports/provider.ts';
import type { KeyIdentity, Watermark } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { eventsOfLineages } from '../events/lineage-events.ts';
import { capStandings, type Standing, withUnwatched } from '../limits/cap-standings.ts';
import { withNamedKeys } from '../rotation/named-keys.ts';
import { SETTLE_MS } from '../usage/poll-usage.ts';
import { sumCosts } from '../usage/sum-costs.ts';
import { lineageFacts, recentModels } from './lineage-facts.ts';
import { recordFinding } from './record-finding.ts';

const SUM_SLICE_MS = 20 * MINUTE_MS;
const LINEAGES_AT_ONCE = 5;
const QUARTER_MS = 15 * MINUTE_MS;
/** A beginning is told to the minute this far back; a median of hours does not need minutes. */
const FINE_MS = 3 * HOUR_MS;
/** No usage for longer than this is idleness, not lateness. */
const MOST_LATE_MS = HOUR_MS;
/** How far back a detector sees what the provider's own log tells. */
const EVENTS_MS = DAY_MS;
const CURVE_MS = DAY_MS + RECENT_MS;

type DetectionDeps = Pick<
  Deps,
  'store' | 'clock' | 'ids' | 'logger' | 'detectors' | 'breathe' | 'policy' | 'providers' | 'outlets'
>;

export interface Detection {
  readonly findings: readonly Finding[];
  /** The alerts that they opened or were added to. */
  readonly alertIds: readonly string[];
  /** Of the lineage that is nearest to a finding: above 1 fires. */
  readonly nearness: number;
}

const UNSEEN = {
  knownUntil: 0,
  dayMs: DAY_MS / 2,
  dayMicroUsd: 0,
  dayRequests: 0,
  recentModels: [],
  recentEndpoints: [],
  usedBeforeAt: null,
  baseline: null,
  hasRecords: false,
} as const;

/** Runs every detector on the lineages of one connection that spent lately, and records what they find. */
export async function runDetection(deps: DetectionDeps, provider: Provider, watermark: Watermark): Promise<Detection> {
  if (watermark.polledAt === null) return { findings: [], alertIds: [], nearness: 0 };
  const horizon = horizonOf(watermark, deps.clock.now());
  const findings: Finding[] = [];
  const alertIds = new Set<string>();
  let nearness = 0;
  for await (const input of inputsOf(deps, provider, horizon)) {
    for (const detector of onUsage(deps)) {
      findings.push(...detector.detect(input));
      nearness = Math.max(nearness, detector.nearness(input));
    }
  }
  for (const finding of findings.toSorted(byWeight)) {
    const alert = await recordFinding(deps, finding);
    if (alert !== null) alertIds.add(alert.id);
    deps.logger.info('finding recorded', {
      detector: finding.detectorId,
      alert: alert?.number ?? 'kept quietly',
      severity: finding.severity,
    });
  }
  return { findings, alertIds: [...alertIds], nearness };
}

function onUsage({ detectors }: Pick<Deps, 'detectors'>): readonly BoundDetector[] {
  return detectors.filter(({ occasion }) => occasion === 'usage');
}

/** What was found last is what an alert says: the worst, and of equals what a key is doing. */
function byWeight(a: Finding, b: Finding): number {
  return severityRank(a.severity) - severityRank(b.severity) || Number(isStanding(b)) - Number(isStanding(a));
}

interface Horizon {
  readonly now: number;
  readonly knownUntil: number;
  readonly completeUntil: number;
}

/**
 * How far the data reaches: as far as the newest usage, which counts even when later usage may still come. A connection
 * that shows none for long is late or idle, which looks the same; for the first hour it is taken for late.
 */
export function horizonOf(
  { polledAt, newestUsageAt }: Pick<Watermark, 'polledAt' | 'newestUsageAt'>,
  now: number,
): Horizon {
  const readAt = polledAt ?? 0;
  const knownUntil = Math.min(now, Math.max(readAt - MOST_LATE_MS, newestUsageAt ?? 0));
  return { now, knownUntil, completeUntil: Math.min(readAt - SETTLE_MS, knownUntil) };
}

/** One lineage after the other, read a few at a time: the histories of all are not held at once. */
async function* inputsOf(
  deps: DetectionDeps,
  provider: Provider,
  horizon: Horizon,
): AsyncGenerator<DetectorInput, void> {
  const { keys, lineages } = deps.store.read;
  const { knownUntil, now } = horizon;
  const calendar = zoneCalendar(deps.policy.calendar.timeZone);
  const { connectionId } = provider;
  const recent = await sumCosts(deps, { connectionId, from: knownUntil - RECENT_MS, to: now, sliceMs: SUM_SLICE_MS });
  const allKeys = await withNamedKeys(deps.store.read, await keys.identities());
  const caps = await capStandings(deps, { provider, now, allKeys, recent });
  const facts = await lineageFacts(deps, allKeys);
  const models = await recentModels(deps, facts, knownUntil - RECENT_MS);
  const lineageIds = lineagesWorthALook(deps, { allKeys, recent, caps, facts, models });
  const membersOf = groupBy(allKeys, ({ lineageId }) => lineageId);
  for (const slice of inSlices([...lineageIds], LINEAGES_AT_ONCE)) {
    const members = slice.flatMap((lineageId) => membersOf.get(lineageId) ?? []);
    const lineageOf = new Map(members.map((key) => [key.id, key.lineageId]));
    const buckets = groupBy(await history(deps, [...lineageOf.keys()], horizon), ({ keyId }) => lineageOf.get(keyId));
    const eventRange = { providerId: provider.id, from: now - EVENTS_MS, to: now };
    const events = await eventsOfLineages(deps, { ...eventRange, allKeys, members });
    for (const lineageId of slice) {
      const lineage = await lineages.get(lineageId);
      if (lineage === undefined) continue;
      const usage = buckets.get(lineageId) ?? [];
      const curve = new Curve(usage, { from: knownUntil - CURVE_MS, until: knownUntil, stepMs: FINE_STEP_MS });
      const series = { usage, curve, usedBeforeAt: null, events: events.get(lineageId) ?? [], requests: [] };
      const known = { addresses: new Map(), facts: facts.get(lineageId) ?? NO_FACTS };
      const standings = caps.get(lineageId) ?? [];
      const bounds = await Promise.all(standings.map((one) => withUnwatched(deps, one, { now, ...lineage })));
      yield { ...horizon, calendar, lineage, ...series, ...known, baseline: null, ownRatio: null, caps: bounds };
    }
    await deps.breathe();
  }
}

/** The newest hours as they are stored, by the minute where there are minutes; what is older by the quarter. */
async function history(
  { store, detectors }: DetectionDeps,
  keyIds: readonly string[],
  { knownUntil, now }: Horizon,
): Promise<readonly UsageBucket[]> {
  const { usage } = store.read;
  const from = knownUntil - Math.max(...detectors.map((detector) => detector.historyMs));
  const fineFrom = floorTo(knownUntil - FINE_MS, QUARTER_MS);
  if (from >= fineFrom) return usage.ofKeys(keyIds, { from, to: now });
  const older = await usage.ofKeysFolded(keyIds, { from, to: fineFrom }, QUARTER_MS);
  // A wide bucket that reaches over the seam is in the older part already.
  const newer = await usage.startedIn(keyIds, { from: fineFrom, to: now });
  return [...older, ...newer.toSorted((a, b) => a.startAt - b.startAt)];
}

interface Glances {
  readonly allKeys: readonly KeyIdentity[];
  readonly recent: ReadonlyMap<string, number>;
  readonly caps: ReadonlyMap<string, readonly Standing[]>;
  readonly facts: ReadonlyMap<string, LineageFacts>;
  /** What lineages with bounds used of late. */
  readonly models: ReadonlyMap<string, readonly string[]>;
}

/**
 * The history of a lineage is thousands of rows: it is read only where some detector could find something, or could
 * if the spend grew from near to enough.
 */
function lineagesWorthALook(
  deps: DetectionDeps,
  { allKeys, recent, caps, facts, models }: Glances,
): ReadonlySet<string> {
  const costs = new Map([...caps.keys(), ...facts.keys()].map((lineageId) => [lineageId, 0]));
  for (const key of allKeys) {
    const cost = recent.get(key.id);
    if (cost !== undefined) costs.set(key.lineageId, (costs.get(key.lineageId) ?? 0) + cost);
  }
  const worthwhile = [...costs].filter(([lineageId, cost]) => {
    const known = { facts: facts.get(lineageId) ?? NO_FACTS, recentModels: models.get(lineageId) ?? [] };
    const glance = { ...UNSEEN, ...known, recentMicroUsd: cost / NEAR, caps: caps.get(lineageId) ?? [] };
    return onUsage(deps).some((detector) => detector.worthwhile(glance));
  });
  return new Set(worthwhile.map(([lineageId]) => lineageId));
}
