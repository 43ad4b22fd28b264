import type { Calendar } from '../calendar.ts';
import type { FileKind } from '../records/lines.ts';
import { type KeyRows, pick, type RowKind } from '../records/row-store.ts';
import { withoutRepeats } from '../records/series.ts';
import { HOUR_MS } from '../time.ts';

/** What one key did, as columns ascending by start; a bucket is known at its end, a request at once. */
export interface Traffic {
  readonly count: number;
  readonly startAt: Float64Array;
  readonly at: Float64Array;
  readonly costMicroUsd: Float64Array;
  /** NaN: not told. */
  readonly requests: Float64Array;
  kindOf(index: number): RowKind;
  /** Whether its hour of the day can be told. */
  isFine(index: number): boolean;
}

/** One day of it: rows from `from` to before `to`. */
export interface TrafficDay {
  readonly dayAt: number;
  readonly from: number;
  readonly to: number;
}

const NO_KIND: RowKind = { model: '', endpoint: '', address: null, statusCode: 200 };

export function trafficOf(rows: KeyRows, kind: FileKind): Traffic {
  const { startAt, widthMs, costMicroUsd, requests, kind: kindIds, kinds } = kind === 'usage' ? used(rows) : rows;
  return {
    count: startAt.length,
    startAt,
    at: startAt.map((start, index) => start + (widthMs[index] ?? 0)),
    costMicroUsd,
    requests,
    kindOf: (index) => kinds[kindIds[index] ?? -1] ?? NO_KIND,
    isFine: (index) => (widthMs[index] ?? 0) <= HOUR_MS,
  };
}

/** Each bucket once, without those that exports fill the gaps with. */
function used(rows: KeyRows): KeyRows {
  const once = withoutRepeats(rows);
  const isUsed = (index: number) => once.requests[index] !== 0 || once.costMicroUsd[index] !== 0;
  const kept = Uint32Array.from(once.startAt, (_, index) => index).filter(isUsed);
  return kept.length === once.startAt.length ? once : pick(once, kept);
}

export function daysOfTraffic({ startAt, count }: Traffic, calendar: Calendar): readonly TrafficDay[] {
  const days: TrafficDay[] = [];
  let from = 0;
  while (from < count) {
    const dayAt = calendar.dayStart(startAt[from] ?? 0);
    let to = from + 1;
    while (to < count && calendar.dayStart(startAt[to] ?? 0) === dayAt) to += 1;
    days.push({ dayAt, from, to });
    from = to;
  }
  return days;
}

export interface DaySums {
  readonly costMicroUsd: number;
  /** Null: not told, or not of all. */
  readonly requests: number | null;
}

export function sumsOf({ costMicroUsd, requests }: Traffic, { from, to }: TrafficDay): DaySums {
  let cost = 0;
  let count = 0;
  for (let index = from; index < to; index += 1) {
    cost += costMicroUsd[index] ?? 0;
    count += requests[index] ?? Number.NaN;
  }
  return { costMicroUsd: cost, requests: Number.isNaN(count) ? null : count };
}
