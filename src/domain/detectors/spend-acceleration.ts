import { z } from 'zod';
import type { Detector, DetectorInput } from '../detector.ts';
import type { Finding, Severity } from '../finding.ts';
import { formatRatio, microUsdFromUsd } from '../money.ts';
import type { Sentence } from '../sentence.ts';
import { median } from '../stats.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { isEstimate, type UsageBucket } from '../usage.ts';
import { spentBy } from '../window.ts';
import { dearestKey } from './lib/blame.ts';

const WINDOW_MS = HOUR_MS;
const WINDOW_MINUTES = WINDOW_MS / MINUTE_MS;
const WINDOWS_BEFORE = 24;
// Two bursts closer than this are one: provider buckets of a steady stream can have an empty minute.
const RUN_GAP_MS = 10 * MINUTE_MS;
// Thieves try one small request before the burst; a model first seen this shortly before the start belongs to it.
const PROBE_MS = HOUR_MS;

const settings = z.strictObject({
  /** Fires above this multiple of the median hour. */
  ratio: z.number().min(1).default(5),
  /** A key that spends less than this in an hour is never worth waking someone for, however odd the ratio. */
  floor_usd: z.number().positive().default(5),
  critical_ratio: z.number().min(1).default(20),
  critical_usd: z.number().positive().default(50),
});
type Settings = z.infer<typeof settings>;

/** Fires when the last rolling hour cost more than `ratio` times the median of the 24 hours before it, and the floor. */
export const spendAcceleration: Detector<Settings> = {
  id: 'spend-acceleration',
  title: 'Spend accelerates',
  historyMs: DAY_MS + 2 * HOUR_MS,
  settings,
  worthwhile: ({ recentMicroUsd }, { floor_usd }) => recentMicroUsd > microUsdFromUsd(floor_usd),
  detect: detectSpendAcceleration,
  nearness(input, limits) {
    const { hourMicroUsd, thresholdMicroUsd } = measure(input, limits);
    return hourMicroUsd / thresholdMicroUsd;
  },
};

/** What an hour must cost to be worth waking someone for, from the sections of policy.yml's `detectors`. */
export function hourFloor(sections: Readonly<Record<string, unknown>>): number {
  return microUsdFromUsd(settings.parse(sections[spendAcceleration.id] ?? {}).floor_usd);
}

function detectSpendAcceleration(input: DetectorInput, limits: Settings): readonly Finding[] {
  const { until, costs, hourMicroUsd, medianMicroUsd, thresholdMicroUsd } = measure(input, limits);
  if (hourMicroUsd <= thresholdMicroUsd) return [];
  const usage = spentBy(until, input.usage);

  const lastQuiet = costs.findLastIndex((cost) => cost <= thresholdMicroUsd);
  const run = {
    from: until - (costs.length - 1 - lastQuiet) * WINDOW_MS,
    perMinute: thresholdMicroUsd / WINDOW_MINUTES,
  };
  const startedAt = runStart(usage, run);
  const sinceStartMicroUsd = usage
    .filter((bucket) => bucket.startAt >= startedAt)
    .reduce((sum, bucket) => sum + bucket.costMicroUsd, 0);
  const elapsedMs = Math.max(until - startedAt, MINUTE_MS);
  const newModels = modelsFirstSeenSince(usage, startedAt - PROBE_MS);
  const recent = usage.filter((bucket) => bucket.startAt + bucket.widthMs > until - WINDOW_MS);
  const keyId = dearestKey(recent);
  const figures: Figures = {
    hourMicroUsd,
    medianMicroUsd,
    ratio: medianMicroUsd === 0 ? null : hourMicroUsd / medianMicroUsd,
    startedAt,
    elapsedMs,
    sinceStartMicroUsd,
    rateMicroUsdPerHour: Math.round((sinceStartMicroUsd * HOUR_MS) / elapsedMs),
    newModel: newModels[0] ?? null,
    knownFrom: until - spendAcceleration.historyMs,
  };

  return [
    {
      detectorId: spendAcceleration.id,
      lineageId: input.lineage.id,
      keyId,
      severity: hourSeverity(hourMicroUsd, medianMicroUsd, limits),
      startedAt,
      observedUntil: until,
      costMicroUsd: sinceStartMicroUsd,
      headline: headlineOf(figures),
      reason: reasonOf(figures),
      evidence: {
        hourMicroUsd,
        medianMicroUsd,
        thresholdMicroUsd,
        ratio: figures.ratio,
        rateMicroUsdPerHour: figures.rateMicroUsdPerHour,
        newModels: newModels.map(({ model }) => model),
        newModelFirstAt: newModels[0]?.at ?? null,
        lastSpendAt: lastSpendAt(recent, keyId),
        estimated: recent.some((bucket) => isEstimate(bucket.priceSource)),
      },
      dedupeKey: `${spendAcceleration.id}:${input.lineage.id}`,
    },
  ];
}

/** The newest rolling hour against what it may cost. */
function measure({ knownUntil: until, curve, ownRatio }: DetectorInput, limits: Settings) {
  const costs: number[] = [];
  for (let back = WINDOWS_BEFORE; back >= 0; back -= 1) {
    const end = until - back * WINDOW_MS;
    costs.push(curve.cost(end - WINDOW_MS, end));
  }
  const hourMicroUsd = Math.round(costs.at(-1) ?? 0);
  const medianMicroUsd = Math.round(median(costs.slice(0, -1)));
  const thresholdMicroUsd = hourThreshold(medianMicroUsd, { ...limits, ratio: ownRatio ?? limits.ratio });
  return { until, costs, hourMicroUsd, medianMicroUsd, thresholdMicroUsd };
}

/** What an hour may cost, in micro-USD. */
export function hourThreshold(medianMicroUsd: number, { ratio, floor_usd }: Settings): number {
  return Math.max(ratio * medianMicroUsd, microUsdFromUsd(floor_usd));
}

interface Figures {
  readonly hourMicroUsd: number;
  readonly medianMicroUsd: number;
  readonly ratio: number | null;
  readonly startedAt: number;
  readonly elapsedMs: number;
  readonly sinceStartMicroUsd: number;
  readonly rateMicroUsdPerHour: number;
  readonly newModel: { readonly model: string; readonly at: number } | null;
  readonly knownFrom: number;
}

function headlineOf({ ratio, hourMicroUsd }: Figures): Sentence {
  if (ratio === null) return ['spending ', { money: hourMicroUsd }, ' an hour where it usually spends nothing'];
  return [`spending ${formatRatio(ratio)}x its usual hour`];
}

function reasonOf(figures: Figures): Sentence {
  const { sinceStartMicroUsd, elapsedMs, medianMicroUsd, startedAt, rateMicroUsdPerHour } = figures;
  const sentence: Sentence = [
    { money: sinceStartMicroUsd },
    ' in ',
    { lengthMs: elapsedMs },
    '; a usual hour is ',
    { money: medianMicroUsd },
    '. Began ',
    { instant: startedAt },
    ', about ',
    { money: rateMicroUsdPerHour },
    ' an hour at this rate.',
  ];
  return [...sentence, ...newModelRemark(figures)];
}

/** Says how far back was looked: a model of last week's job must not pass for one that was never used. */
function newModelRemark({ newModel, knownFrom }: Figures): Sentence {
  if (newModel === null) return [];
  const { model, at } = newModel;
  const unseen = { lengthMs: at - knownFrom };
  return [' Also: first use of ', { foreign: model }, ' on this key in ', unseen, ', at ', { instant: at }, '.'];
}

/** Of an hour above the threshold. */
export function hourSeverity(hourMicroUsd: number, medianMicroUsd: number, limits: Settings): Severity {
  const overRatio = medianMicroUsd > 0 && hourMicroUsd > limits.critical_ratio * medianMicroUsd;
  return overRatio || hourMicroUsd > microUsdFromUsd(limits.critical_usd) ? 'critical' : 'high';
}

interface Run {
  /** Start of the oldest hour of an unbroken row of hours above the threshold. */
  readonly from: number;
  /** What a minute at the threshold costs, in micro-USD. */
  readonly perMinute: number;
}

/** Start of the last run of minutes that spend above the threshold's rate; the hour's start if none stands out. */
function runStart(usage: readonly UsageBucket[], run: Run): number {
  const byStart = new Map<number, { endAt: number; perMinute: number }>();
  for (const bucket of usage) {
    const endAt = bucket.startAt + bucket.widthMs;
    if (endAt <= run.from) continue;
    const minute = byStart.get(bucket.startAt) ?? { endAt, perMinute: 0 };
    minute.endAt = Math.max(minute.endAt, endAt);
    // One request in the first second of a minute is no rate of a run.
    minute.perMinute += (bucket.costMicroUsd * MINUTE_MS) / Math.max(bucket.widthMs, MINUTE_MS);
    byStart.set(bucket.startAt, minute);
  }
  const hot = [...byStart].filter(([, minute]) => minute.perMinute > run.perMinute).sort(([a], [b]) => b - a);
  const newest = hot[0];
  if (newest === undefined) return run.from;

  let startedAt = newest[0];
  for (const [at, minute] of hot) {
    if (startedAt - minute.endAt > RUN_GAP_MS) break;
    startedAt = at;
  }
  return startedAt;
}

function modelsFirstSeenSince(usage: readonly UsageBucket[], since: number): { model: string; at: number }[] {
  const firstSeen = new Map<string, number>();
  for (const bucket of usage) {
    const known = firstSeen.get(bucket.model);
    if (known === undefined || bucket.startAt < known) firstSeen.set(bucket.model, bucket.startAt);
  }
  const hasHistory = [...firstSeen.values()].some((at) => at < since);
  // Without any use before it, every model is new and the remark says nothing.
  if (!hasHistory) return [];
  return [...firstSeen]
    .filter(([, at]) => at >= since)
    .map(([model, at]) => ({ model, at }))
    .sort((a, b) => a.at - b.at || (a.model < b.model ? -1 : 1));
}

/** Of the blamed key alone: what its sisters spend does not tell whether it was stopped. */
function lastSpendAt(recent: readonly UsageBucket[], keyId: string | null): number | null {
  const spent = recent.filter((bucket) => bucket.keyId === keyId && bucket.costMicroUsd > 0);
  return spent.length === 0 ? null : Math.max(...spent.map(({ startAt }) => startAt));
}
