import { DAY_MS, MINUTE_MS } from '../../src/domain/time.ts';
import type { LabelledLineage } from './company.ts';
import { gridOf, largestSum, sliceSeries } from './grid.ts';
import { variation } from './quantiles.ts';
import type { Method, ToldOf } from './rules.ts';
import { isPage, leakOf, luckOf, type Outcome, outcomeOf, type Quiet, quietOf } from './score.ts';
import { BUCKET_MS, BUCKETS_PER_DAY, BUCKETS_PER_HOUR } from './shape.ts';
import { byKind, type KindSummary, type QuietSummary, quietSummary, share, summaryOf } from './summary.ts';

const POLLS = { pollMs: 5 * MINUTE_MS, lagMs: 5 * MINUTE_MS };
const LEARNED_DAYS = 7;
/** How much quieter it gets with more to learn from: the same two weeks, known with this much before them. */
const HISTORIES_DAYS = [7, 14, 28] as const;
const HISTORY_UNTIL_DAY = 28;
const HISTORY_WINDOW_DAYS = 14;
const STEADY = 0.7;
const LUCK_DAYS = { tripled: 2, 'low-and-slow': 3 } as const;

export interface Miss {
  readonly key: string;
  readonly kind: string;
  readonly why: string;
}

export interface MethodResult {
  readonly leaks: ReturnType<typeof byKind>;
  readonly quiet: QuietSummary;
  readonly byHistory: Readonly<Record<number, QuietSummary>>;
  /** Of leaks at three times the usual: a quarter of them each, the steadiest lineages first, and those below 0.7. */
  readonly tripledByVariation: readonly (KindSummary & { readonly upTo: number })[];
  readonly tripledSteady: KindSummary;
  readonly luck: Readonly<Record<keyof typeof LUCK_DAYS, number>>;
  readonly misses: readonly Miss[];
  readonly seconds: number;
}

export interface Measuring {
  /** Milliseconds; only lengths matter. */
  now(): number;
  readonly withHistory: boolean;
}

export function measure(lineages: readonly LabelledLineage[], method: Method, how: Measuring): MethodResult {
  const startedAt = how.now();
  const outcomes: { lineage: LabelledLineage; outcome: Outcome }[] = [];
  const quiet: Quiet[] = [];
  const misses: Miss[] = [];
  const luck = { tripled: [] as boolean[], 'low-and-slow': [] as boolean[] };
  for (const lineage of lineages) {
    const tellFrom = lineage.startAt + LEARNED_DAYS * DAY_MS;
    const told = method(lineage.series, { ...POLLS, tellFrom });
    const outcome = outcomeOf(lineage, told);
    if (outcome !== null) outcomes.push({ lineage, outcome });
    if (outcome !== null) misses.push(...missOf(lineage, outcome, told));
    quiet.push(quietOf(lineage, told, { from: tellFrom, to: lineage.endAt }));
    for (const kind of ['tripled', 'low-and-slow'] as const) {
      luck[kind].push(...luckOf(lineage, told, LUCK_DAYS[kind] * DAY_MS));
    }
  }
  const seconds = (how.now() - startedAt) / 1_000;
  return {
    leaks: byKind(outcomes.map(({ outcome }) => outcome)),
    quiet: quietSummary(quiet),
    byHistory: Object.fromEntries(
      (how.withHistory ? HISTORIES_DAYS : []).map((days) => [days, afterDays(lineages, method, days)]),
    ),
    ...tripledOf(outcomes),
    luck: { tripled: share(luck.tripled, Boolean), 'low-and-slow': share(luck['low-and-slow'], Boolean) },
    misses,
    seconds,
  };
}

function afterDays(lineages: readonly LabelledLineage[], method: Method, days: number): QuietSummary {
  return quietSummary(
    lineages.map((lineage) => {
      const from = lineage.startAt + HISTORY_UNTIL_DAY * DAY_MS;
      const to = Math.min(lineage.endAt, from + HISTORY_WINDOW_DAYS * DAY_MS);
      const series = sliceSeries(lineage.series, from - days * DAY_MS, to);
      return quietOf(lineage, method(series, { ...POLLS, tellFrom: from }), { from, to });
    }),
  );
}

function tripledOf(all: readonly { readonly lineage: LabelledLineage; readonly outcome: Outcome }[]) {
  const tripled = all
    .filter(({ outcome }) => outcome.kind === 'tripled')
    .map((one) => ({ ...one, variation: variationBefore(one.lineage) }))
    .sort((a, b) => a.variation - b.variation);
  const quarters = [0, 1, 2, 3].map((quarter) => {
    const part = tripled.slice((quarter * tripled.length) / 4, ((quarter + 1) * tripled.length) / 4);
    return { ...summaryOf(part.map(({ outcome }) => outcome)), upTo: part.at(-1)?.variation ?? Number.NaN };
  });
  const steady = tripled.filter((one) => one.variation < STEADY).map(({ outcome }) => outcome);
  return { tripledByVariation: quarters, tripledSteady: summaryOf(steady) };
}

/** Day-to-day variation of cost in the four weeks before the leak. */
function variationBefore(lineage: LabelledLineage): number {
  const label = leakOf(lineage);
  const { startAt, costs } = gridOf(lineage.series);
  const until = Math.floor(((label?.startAt ?? startAt) - startAt) / DAY_MS);
  const days = Array.from({ length: Math.min(28, until) }, (_, back) => {
    const from = (until - 1 - back) * BUCKETS_PER_DAY;
    return costs.subarray(from, from + BUCKETS_PER_DAY).reduce((sum, cost) => sum + cost, 0);
  });
  return variation(days);
}

function missOf(lineage: LabelledLineage, outcome: Outcome, told: readonly ToldOf[]): readonly Miss[] {
  const isSlow = outcome.kind === 'tripled' || outcome.kind === 'low-and-slow';
  if (isSlow ? outcome.toldInTime : outcome.paged) return [];
  const label = leakOf(lineage);
  if (label === null) return [];
  const grid = gridOf(lineage.series);
  const from = (label.startAt - grid.startAt) / BUCKET_MS;
  const to = (label.endAt - grid.startAt) / BUCKET_MS;
  const stolen = lineage.stolen ?? new Float64Array(0);
  const inHour = largestSum(stolen, BUCKETS_PER_HOUR, { from, to });
  const honest = largestSum(grid.costs, BUCKETS_PER_HOUR, { from: from - 28 * BUCKETS_PER_DAY, to: from });
  const hours = ((label.endAt - label.startAt) / (60 * MINUTE_MS)).toFixed(1);
  const facts = `took ${usd(label.costMicroUsd)} in ${hours} h, at most ${usd(inHour)} in an hour; the key's own busiest hour in the 28 days before: ${usd(honest)}`;
  const open = told.find((one) => isPage(one) && one.at < label.startAt && (one.until ?? one.at) >= label.loudAt);
  const swallowed = open === undefined ? '' : `an alert (${open.kind}) was open when it began; `;
  const floor = inHour <= 5_000_000 ? 'never above $5 an hour; ' : '';
  const wild = isSlow ? `; day-to-day variation ${variationBefore(lineage).toFixed(2)}` : '';
  return [{ key: lineage.series.key, kind: outcome.kind, why: `${swallowed}${floor}${facts}${wild}` }];
}

function usd(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(2)}`;
}
