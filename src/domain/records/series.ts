import type { LineageSeries, UsageStream } from '../replay/series.ts';
import { floorTo, MINUTE_MS } from '../time.ts';
import type { FileKind } from './lines.ts';
import { type KeyRows, pick } from './row-store.ts';

/** Requests are looked at as buckets of this width. */
export const FOLD_MS = 5 * MINUTE_MS;

/** What a back-test replays of a key: buckets that are told twice count once, requests are summed up. */
export function seriesOf(rows: KeyRows, kind: FileKind): LineageSeries {
  const once = kind === 'usage' ? withoutRepeats(rows) : rows;
  const streams = [...byStream(once).values()].map((indexes) =>
    kind === 'usage' ? bucketStream(once, indexes) : foldedStream(once, indexes),
  );
  return { key: rows.key, streams };
}

/** Of rows for the same start, width, model and endpoint the last counts, as when a poll reads them again. */
export function withoutRepeats(rows: KeyRows): KeyRows {
  const kept: number[] = [];
  let from = 0;
  for (let index = 1; index <= rows.startAt.length; index += 1) {
    if (rows.startAt[index] === rows.startAt[from]) continue;
    const last = new Map<string, number>();
    for (let at = from; at < index; at += 1) last.set(`${rows.widthMs[at]} ${rows.kind[at]}`, at);
    kept.push(...last.values());
    from = index;
  }
  return kept.length === rows.startAt.length ? rows : pick(rows, kept);
}

function byStream({ kind, kinds }: KeyRows): ReadonlyMap<string, readonly number[]> {
  const streams = new Map<string, number[]>();
  for (let index = 0; index < kind.length; index += 1) {
    const { model = '', endpoint = '' } = kinds[kind[index] ?? 0] ?? {};
    const text = `${model}\n${endpoint}`;
    const stream = streams.get(text);
    if (stream === undefined) streams.set(text, [index]);
    else stream.push(index);
  }
  return streams;
}

function bucketStream(rows: KeyRows, indexes: readonly number[]): UsageStream {
  const { startAt, widthMs, requests, costMicroUsd, kind, kinds } = pick(rows, indexes);
  const { model = '', endpoint = '' } = kinds[kind[0] ?? 0] ?? {};
  const [width = 0] = widthMs;
  return {
    model,
    endpoint,
    startAt,
    widthMs: widthMs.every((each) => each === width) ? width : widthMs,
    costMicroUsd,
    requests: requests.every(Number.isNaN) ? null : requests,
  };
}

function foldedStream(rows: KeyRows, indexes: readonly number[]): UsageStream {
  const buckets = new Map<number, { costMicroUsd: number; requests: number }>();
  for (const index of indexes) {
    const startAt = floorTo(rows.startAt[index] ?? 0, FOLD_MS);
    const bucket = buckets.get(startAt) ?? { costMicroUsd: 0, requests: 0 };
    bucket.costMicroUsd += rows.costMicroUsd[index] ?? 0;
    bucket.requests += rows.requests[index] ?? 0;
    buckets.set(startAt, bucket);
  }
  const { model = '', endpoint = '' } = rows.kinds[rows.kind[indexes[0] ?? 0] ?? 0] ?? {};
  return {
    model,
    endpoint,
    startAt: Float64Array.from(buckets.keys()),
    widthMs: FOLD_MS,
    costMicroUsd: Float64Array.from(buckets.values(), (bucket) => bucket.costMicroUsd),
    requests: Float64Array.from(buckets.values(), (bucket) => bucket.requests),
  };
}
