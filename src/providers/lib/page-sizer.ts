import type { UsageWindow } from '../../ports/provider.ts';
import { type BucketWidth, pageLimit } from './usage-rows.ts';

// A page of this many rows is parsed in a few milliseconds, and what it leaves behind is collected while it is young.
const PAGE_ROWS = 4_000;
/** What is asked for alone, until a page of this width has been seen. */
const PROBE_BUCKETS = 15;
/** After a page that failed the next try asks for so much less. */
const SHRINK = 4;

/**
 * How many buckets of one report fit on a page that is parsed without holding others up, as earlier pages have shown.
 * Small organizations get the largest pages there are.
 */
export class PageSizer {
  readonly #rowsPerBucket = new Map<number, number>();

  /** The window in one part, or in two where nobody knows yet how full its buckets are. */
  parts(window: UsageWindow, width: BucketWidth): readonly UsageWindow[] {
    const probeEnd = window.from + PROBE_BUCKETS * width.ms;
    if (this.#rowsPerBucket.has(width.ms) || probeEnd >= window.to) return [window];
    return [
      { ...window, to: probeEnd },
      { ...window, from: probeEnd },
    ];
  }

  limitFor(window: UsageWindow, width: BucketWidth): number {
    const fullest = Math.max(1, this.#rowsPerBucket.get(width.ms) ?? 0);
    return Math.min(pageLimit(window, width), Math.max(1, Math.floor(PAGE_ROWS / fullest)));
  }

  /** A page of so many buckets did not arrive: it may have been too much to ask for. */
  failed(width: BucketWidth, limit: number): void {
    const assumed = (SHRINK * PAGE_ROWS) / Math.max(1, limit);
    this.#rowsPerBucket.set(width.ms, Math.max(this.#rowsPerBucket.get(width.ms) ?? 0, assumed));
  }

  /** To be told of each page. */
  learn(width: BucketWidth, buckets: readonly { readonly rows: readonly unknown[] }[]): void {
    if (buckets.length === 0) return;
    const rows = buckets.reduce((sum, bucket) => sum + bucket.rows.length, 0);
    // What was full once need not stay so for ever.
    const before = (this.#rowsPerBucket.get(width.ms) ?? 0) * 0.9;
    this.#rowsPerBucket.set(width.ms, Math.max(rows / buckets.length, before));
  }
}
