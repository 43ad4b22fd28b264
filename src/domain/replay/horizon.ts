import type { UsageStream } from './series.ts';
import { widthOf } from './timeline.ts';

interface Bucket {
  readonly startAt: number;
  readonly endAt: number;
}

/**
 * How far a poller knows a lineage at an instant: a bucket is known at its end, and where one is still open, nothing after
 * its start. Asked forward only.
 */
export class Horizon {
  readonly #wide: readonly Bucket[];
  readonly #stepMs: number;
  #next = 0;
  #open: Bucket[] = [];

  /** Buckets as narrow as `stepMs` never hold a poller back that looks at such steps. */
  constructor(streams: readonly UsageStream[], stepMs: number) {
    this.#stepMs = stepMs;
    this.#wide = streams.flatMap((stream) => wideOf(stream, stepMs)).sort((a, b) => a.startAt - b.startAt);
  }

  /** The newest instant up to which all that started has ended. */
  knownAt(at: number): number {
    let known = Math.floor(at / this.#stepMs) * this.#stepMs;
    for (; ; this.#next += 1) {
      const bucket = this.#wide[this.#next];
      if (bucket === undefined || bucket.startAt >= known) break;
      this.#open.push(bucket);
    }
    this.#open = this.#open.filter(({ endAt }) => endAt > known);
    for (const { startAt } of this.#open) known = Math.min(known, startAt);
    return known;
  }
}

function wideOf(stream: UsageStream, stepMs: number): Bucket[] {
  const { startAt } = stream;
  const wide: Bucket[] = [];
  for (let index = 0; index < startAt.length; index += 1) {
    const width = widthOf(stream, index);
    const start = startAt[index] ?? 0;
    if (width > stepMs || start % stepMs !== 0) wide.push({ startAt: start, endAt: start + width });
  }
  return wide;
}
