import { firstIndex } from '../collections.ts';
import { Curve, type Stretch } from '../curve.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { NO_TOKENS, type UsageBucket } from '../usage.ts';
import type { LineageSeries, UsageStream } from './series.ts';

/** One stream, read forward in time: nothing is looked for twice. */
export class Cursor {
  readonly stream: UsageStream;
  /** The first entry that starts at `at` or later. */
  #next = 0;
  #at = Number.NEGATIVE_INFINITY;

  constructor(stream: UsageStream) {
    this.stream = stream;
  }

  /** Start of the last entry before `at`; null: none. Only ever asked forward. */
  lastBefore(at: number): number | null {
    const { startAt } = this.stream;
    if (at < this.#at) this.#next = 0;
    this.#at = at;
    while (this.#next < startAt.length && (startAt[this.#next] ?? 0) < at) this.#next += 1;
    return startAt[this.#next - 1] ?? null;
  }
}

/** All usage of a lineage as one curve, and as buckets where a detector asks for them. */
export class Timeline {
  readonly key: string;
  readonly streams: readonly UsageStream[];
  readonly from: number;
  readonly until: number;
  readonly curve: Curve;
  /** Of the narrowest bucket. */
  readonly widthMs: number;
  #all: readonly UsageBucket[] | null = null;

  constructor({ key, streams }: LineageSeries) {
    this.key = key;
    this.streams = streams.filter(({ startAt }) => startAt.length > 0);
    let from = Number.POSITIVE_INFINITY;
    let until = Number.NEGATIVE_INFINITY;
    let narrowest = HOUR_MS;
    for (const stream of this.streams) {
      from = Math.min(from, stream.startAt[0] ?? from);
      const { length } = stream.startAt;
      for (let index = 0; index < length; index += 1) {
        const widthMs = widthOf(stream, index);
        until = Math.max(until, (stream.startAt[index] ?? 0) + widthMs);
        narrowest = Math.min(narrowest, widthMs);
      }
    }
    this.from = Number.isFinite(from) ? from : 0;
    this.until = Number.isFinite(until) ? until : 0;
    this.widthMs = Math.max(MINUTE_MS, narrowest);
    const span = { from: this.from, until: this.until + 2 * DAY_MS, stepMs: this.widthMs };
    this.curve = new Curve(this.#stretches(), span);
  }

  /** Those that start in [from, until), ascending. */
  buckets(from: number, until: number): readonly UsageBucket[] {
    this.#all ??= this.streams.flatMap((stream) => this.#bucketsOf(stream)).sort((a, b) => a.startAt - b.startAt);
    return this.#all.slice(firstFrom(this.#all, from), firstFrom(this.#all, until));
  }

  #bucketsOf(stream: UsageStream): UsageBucket[] {
    const { startAt, model, endpoint, costMicroUsd, requests } = stream;
    const { length } = startAt;
    const buckets: UsageBucket[] = new Array(length);
    // Written out in one literal: this runs for each of some millions.
    for (let index = 0; index < length; index += 1) {
      buckets[index] = {
        keyId: this.key,
        model,
        endpoint,
        variant: '',
        startAt: startAt[index] ?? 0,
        widthMs: widthOf(stream, index),
        tokens: NO_TOKENS,
        requests: finiteOrNull(requests?.[index]),
        costMicroUsd: finiteOrNull(costMicroUsd[index]) ?? 0,
        priceSource: 'listed',
      };
    }
    return buckets;
  }

  *#stretches(): Generator<Stretch> {
    for (const stream of this.streams) {
      const { startAt, costMicroUsd, requests } = stream;
      for (let index = 0; index < startAt.length; index += 1) {
        yield {
          startAt: startAt[index] ?? 0,
          widthMs: widthOf(stream, index),
          costMicroUsd: costMicroUsd[index] ?? 0,
          requests: requests?.[index] ?? null,
        };
      }
    }
  }
}

export function widthOf({ widthMs }: UsageStream, index: number): number {
  return typeof widthMs === 'number' ? widthMs : (widthMs[index] ?? MINUTE_MS);
}

/** Index of the first that starts at `at` or later. */
function firstFrom(ascending: readonly UsageBucket[], at: number): number {
  return firstIndex(ascending.length, (index) => (ascending[index]?.startAt ?? 0) >= at);
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
