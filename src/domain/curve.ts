import { floorTo, MINUTE_MS } from './time.ts';

const ROUNDING = 1e6;

/** What a curve is made of: a sum over a stretch of time. */
export interface Stretch {
  readonly startAt: number;
  readonly widthMs: number;
  readonly costMicroUsd: number;
  /** Null or NaN: the provider does not count them. */
  readonly requests: number | null;
}

export interface CurveSpan {
  readonly from: number;
  readonly until: number;
  /** The finest that can be told apart; a stretch that is wider counts evenly. */
  readonly stepMs: number;
}

/**
 * Cost and requests of a lineage as running sums on a grid, so that any window is two look-ups, whatever its width. Inside
 * a step what was spent counts evenly.
 */
export class Curve {
  readonly from: number;
  readonly until: number;
  readonly stepMs: number;
  /** Whether any stretch has a count of requests. */
  readonly countsRequests: boolean;
  readonly #cost: Float64Array;
  readonly #requests: Float64Array;

  constructor(stretches: Iterable<Stretch>, { from, until, stepMs }: CurveSpan) {
    this.from = floorTo(from, stepMs);
    this.until = until;
    this.stepMs = stepMs;
    const steps = Math.max(0, Math.ceil((until - this.from) / stepMs));
    this.#cost = new Float64Array(steps + 1);
    this.#requests = new Float64Array(steps + 1);
    let counts = false;
    for (const stretch of stretches) {
      counts = this.#add(stretch) || counts;
    }
    this.countsRequests = counts;
    for (let step = 1; step <= steps; step += 1) {
      this.#cost[step] = (this.#cost[step] ?? 0) + (this.#cost[step - 1] ?? 0);
      this.#requests[step] = (this.#requests[step] ?? 0) + (this.#requests[step - 1] ?? 0);
    }
  }

  /** Cost in [from, to), in micro-USD; what lies outside of the curve is 0. */
  cost(from: number, to: number): number {
    return Math.max(0, this.#sumUntil(this.#cost, to) - this.#sumUntil(this.#cost, from));
  }

  /** Requests in [from, to), as far as they are counted. */
  requests(from: number, to: number): number {
    const requests = this.#sumUntil(this.#requests, to) - this.#sumUntil(this.#requests, from);
    // Sums of shares are off in the last digits, which must not look like one day differing from another.
    return Math.max(0, Math.round(requests * ROUNDING) / ROUNDING);
  }

  /** The dearest window of `widthMs` that lies within [from, to), at the steps of the grid; 0 where none fits. */
  largest(widthMs: number, { from, to }: { readonly from: number; readonly to: number }): number {
    let largest = 0;
    const first = Math.max(from, this.from) + widthMs;
    for (
      let end = this.from + Math.ceil((first - this.from) / this.stepMs) * this.stepMs;
      end <= to;
      end += this.stepMs
    ) {
      largest = Math.max(largest, this.cost(end - widthMs, end));
    }
    return largest;
  }

  /** Says whether its requests are counted. Sums stand one step late until they are added up. */
  #add({ startAt, widthMs, costMicroUsd, requests }: Stretch): boolean {
    const cost = Number.isFinite(costMicroUsd) ? costMicroUsd : 0;
    const isCounted = requests !== null && Number.isFinite(requests);
    const count = isCounted ? requests : 0;
    // One that reaches beyond the end is not finished: all that it holds was spent before.
    const width = Math.max(1, Math.min(widthMs, this.until - startAt));
    const from = Math.max(startAt, this.from);
    const end = Math.min(startAt + width, this.until);
    for (let at = from; at < end; ) {
      const step = Math.floor((at - this.from) / this.stepMs);
      const stepEnd = Math.min(this.from + (step + 1) * this.stepMs, end);
      const share = (stepEnd - at) / width;
      this.#cost[step + 1] = (this.#cost[step + 1] ?? 0) + cost * share;
      this.#requests[step + 1] = (this.#requests[step + 1] ?? 0) + count * share;
      at = stepEnd;
    }
    return isCounted;
  }

  #sumUntil(sums: Float64Array, at: number): number {
    if (at <= this.from) return 0;
    if (at >= this.until) return sums[sums.length - 1] ?? 0;
    const position = (at - this.from) / this.stepMs;
    const step = Math.floor(position);
    const before = sums[step] ?? 0;
    return before + ((sums[step + 1] ?? 0) - before) * (position - step);
  }
}

/** The usual grid of a live curve. */
export const FINE_STEP_MS = MINUTE_MS;
