import { monthStart, nextMonthStart } from '../../domain/time.ts';
import { HOUR_MS, MINUTE_MS } from './calendar.ts';
import type { TimeRange } from './types.ts';

interface CapChange {
  readonly at: number;
  /** Undefined removes the cap. */
  readonly microUsd: number | undefined;
}

interface CapOptions {
  /** What the scope's working keys would spend in a range if no cap existed, in micro-USD. */
  readonly spend: (range: TimeRange) => number;
  /** How long after the cap is reached requests still pass: providers do not enforce at once. */
  readonly overshootMs: number;
}

/** The monthly cap of one scope over time and the stretches in which it blocked the scope. */
export class CapLedger {
  readonly #options: CapOptions;
  readonly #changes: CapChange[] = [];
  #known: { readonly until: number; readonly blocked: readonly TimeRange[] } | undefined;

  constructor(options: CapOptions) {
    this.#options = options;
  }

  set(at: number, microUsd: number | undefined): void {
    this.#changes.push({ at, microUsd });
    this.#known = undefined;
  }

  capAt(at: number): number | undefined {
    return this.#lastChange(at)?.microUsd;
  }

  /** When the cap in force at `at` was set. */
  setAt(at: number): number | undefined {
    return this.#lastChange(at)?.at;
  }

  /** Forgets what was worked out: the keys of the scope changed. */
  invalidate(): void {
    this.#known = undefined;
  }

  /** Stretches up to the end of the month of `until` in which the scope's traffic is refused. */
  blocked(until: number): readonly TimeRange[] {
    const first = this.#changes[0];
    if (first === undefined || until <= first.at) return [];
    if (this.#known !== undefined && this.#known.until >= until) return this.#known.blocked;
    const end = nextMonthStart(until);
    const blocked: TimeRange[] = [];
    for (let month = monthStart(first.at); month < end; month = nextMonthStart(month)) {
      blocked.push(...this.#blockedInMonth(month));
    }
    this.#known = { until: end, blocked };
    return blocked;
  }

  // Between two changes a month has one cap: spend runs until it is reached, then stops until the next change.
  #blockedInMonth(month: number): TimeRange[] {
    const end = nextMonthStart(month);
    const within = this.#changes.map((change) => change.at).filter((at) => at > month && at < end);
    const blocked: TimeRange[] = [];
    let from = month;
    let spent = 0;
    for (const to of [...within, end]) {
      const cap = this.capAt(from);
      const reached = cap === undefined ? undefined : this.#reachedAt({ from, to }, cap - spent);
      const stop = reached === undefined ? to : Math.min(to, reached + this.#options.overshootMs);
      if (stop < to) blocked.push({ from: stop, to });
      spent += this.#options.spend({ from, to: stop });
      from = to;
    }
    return blocked;
  }

  /** The end of the minute in which spend from `range.from` on uses up `room`. */
  #reachedAt(range: TimeRange, room: number): number | undefined {
    let left = room;
    let at = range.from;
    let step = HOUR_MS;
    while (at < range.to) {
      if (left <= 0) return at;
      const end = Math.min((Math.floor(at / step) + 1) * step, range.to);
      const spent = this.#options.spend({ from: at, to: end });
      if (spent >= left && step === HOUR_MS) {
        step = MINUTE_MS;
        continue;
      }
      left -= spent;
      at = end;
    }
    return left <= 0 ? range.to : undefined;
  }

  #lastChange(at: number): CapChange | undefined {
    return this.#changes.findLast((change) => change.at <= at);
  }
}
