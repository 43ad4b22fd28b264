import { BASELINE_MS } from '../../domain/baseline.ts';
import { groupBy } from '../../domain/collections.ts';
import { settingsWith } from '../../domain/factor.ts';
import { replay, type Told } from '../../domain/replay/replay.ts';
import type { LineageSeries, UsageStream } from '../../domain/replay/series.ts';
import { MINUTE_MS } from '../../domain/time.ts';
import type { UsageBucket } from '../../domain/usage.ts';
import { calendarOf } from '../calendar.ts';
import type { Deps } from '../deps.ts';

const QUARTER_MS = 15 * MINUTE_MS;
/** How late providers publish. */
const LAG_MS = 5 * MINUTE_MS;

export interface Replayed {
  readonly lineageId: string;
  /** All that it has or had. */
  readonly keyIds: readonly string[];
  /** What is found from here on is told; a month before it teaches. */
  readonly from: number;
  readonly to: number;
}

/** What the rules would have told of a lineage, by the factor that it is replayed with; null: policy's. */
export type Replay = (ratio: number | null) => readonly Told[];

/** Reads the stored usage of a lineage once, to be replayed with one factor and another. */
export async function readReplay(
  { store, policy }: Pick<Deps, 'store' | 'policy'>,
  { lineageId, keyIds, from, to }: Replayed,
): Promise<Replay> {
  const usage = await store.read.usage.ofKeysFolded(keyIds, { from: from - BASELINE_MS, to }, QUARTER_MS);
  const series = seriesOf(lineageId, usage);
  const options = {
    profile: policy.detection.profile,
    pollMs: policy.polling.usageMs,
    lagMs: LAG_MS,
    calendar: calendarOf(policy),
    tellFrom: from,
  };
  return (ratio) => replay(series, { ...options, settings: settingsWith(policy.detectors, ratio) });
}

function seriesOf(key: string, usage: readonly UsageBucket[]): LineageSeries {
  const streams = groupBy(usage, ({ model, endpoint }) => `${model}\u0000${endpoint}`);
  return { key, streams: [...streams.values()].map(streamOf) };
}

/** What several keys or variants used at once is one bucket. */
function streamOf(buckets: readonly UsageBucket[]): UsageStream {
  const sums = [...groupBy(buckets, ({ startAt, widthMs }) => `${startAt} ${widthMs}`).values()];
  const firsts = sums.map(([first]) => first).filter((first) => first !== undefined);
  const total = (of: (bucket: UsageBucket) => number) =>
    Float64Array.from(sums, (together) => together.reduce((sum, bucket) => sum + of(bucket), 0));
  return {
    model: firsts[0]?.model ?? '',
    endpoint: firsts[0]?.endpoint ?? '',
    startAt: Float64Array.from(firsts, ({ startAt }) => startAt),
    widthMs: Float64Array.from(firsts, ({ widthMs }) => widthMs),
    costMicroUsd: total(({ costMicroUsd }) => costMicroUsd),
    requests: total(({ requests }) => requests ?? Number.NaN),
  };
}
