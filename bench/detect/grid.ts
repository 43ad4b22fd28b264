import { firstIndex } from '../../src/domain/collections.ts';
import type { LineageSeries } from '../../src/domain/replay/series.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import { BUCKET_MS } from './shape.ts';

/** Cost of a lineage on the grid of five minutes, from a day's start on. */
export interface Grid {
  readonly startAt: number;
  readonly costs: Float64Array;
}

export function gridOf(series: LineageSeries): Grid {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { startAt } of series.streams) {
    first = Math.min(first, startAt[0] ?? first);
    last = Math.max(last, startAt.at(-1) ?? last);
  }
  if (first > last) return { startAt: 0, costs: new Float64Array(0) };
  const from = Math.floor(first / DAY_MS) * DAY_MS;
  const costs = new Float64Array((last - from) / BUCKET_MS + 1);
  for (const stream of series.streams) {
    stream.startAt.forEach((at, index) => {
      const bucket = (at - from) / BUCKET_MS;
      costs[bucket] = (costs[bucket] ?? 0) + (stream.costMicroUsd[index] ?? 0);
    });
  }
  return { startAt: from, costs };
}

/** The part of a series inside [from, to); columns are shared. */
export function sliceSeries(series: LineageSeries, from: number, to: number): LineageSeries {
  const streams = series.streams.flatMap((stream) => {
    const first = firstFrom(stream.startAt, from);
    const end = firstFrom(stream.startAt, to);
    if (first === end) return [];
    return [
      {
        ...stream,
        startAt: stream.startAt.subarray(first, end),
        costMicroUsd: stream.costMicroUsd.subarray(first, end),
        requests: stream.requests?.subarray(first, end) ?? null,
      },
    ];
  });
  return { key: series.key, streams };
}

/** The same usage in wider buckets, as a provider would have told it. */
export function widenSeries(series: LineageSeries, widthMs: number): LineageSeries {
  const streams = series.streams.map((stream) => {
    const startAt: number[] = [];
    const costs: number[] = [];
    const requests: number[] = [];
    stream.startAt.forEach((at, index) => {
      const start = Math.floor(at / widthMs) * widthMs;
      if (startAt.at(-1) !== start) {
        startAt.push(start);
        costs.push(0);
        requests.push(0);
      }
      const last = startAt.length - 1;
      costs[last] = (costs[last] ?? 0) + (stream.costMicroUsd[index] ?? 0);
      requests[last] = (requests[last] ?? 0) + (stream.requests?.[index] ?? 0);
    });
    return {
      ...stream,
      widthMs,
      startAt: Float64Array.from(startAt),
      costMicroUsd: Float64Array.from(costs),
      requests: Float64Array.from(requests),
    };
  });
  return { key: series.key, streams };
}

/** Largest sum of `width` neighbours with at least one of them in [from, to), by running sums. */
export function largestSum(costs: Float64Array, width: number, { from, to }: { from: number; to: number }): number {
  let running = 0;
  let largest = 0;
  for (let bucket = Math.max(0, from); bucket < Math.min(to, costs.length); bucket += 1) {
    running += costs[bucket] ?? 0;
    if (bucket - width >= Math.max(0, from)) running -= costs[bucket - width] ?? 0;
    largest = Math.max(largest, running);
  }
  return largest;
}

function firstFrom(starts: Float64Array, at: number): number {
  return firstIndex(starts.length, (index) => (starts[index] ?? 0) >= at);
}
