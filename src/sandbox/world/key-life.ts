import { SECOND_MS } from './calendar.ts';
import type { KeyState, TimeRange } from './types.ts';

export interface StateChange {
  readonly at: number;
  readonly state: KeyState;
}

/** The states one key went through, and the stretches in which it worked. */
export class KeyLife {
  readonly #changes: StateChange[];
  readonly #propagationMs: number;
  #expiresAt: number | undefined;

  constructor(createdAt: number, propagationMs: number) {
    this.#changes = [{ at: createdAt, state: 'active' }];
    this.#propagationMs = propagationMs;
  }

  get changes(): readonly StateChange[] {
    return this.#changes;
  }

  get expiresAt(): number | undefined {
    return this.#expiresAt;
  }

  stateAt(at: number): KeyState {
    const state = this.#changes.findLast((change) => change.at <= at)?.state ?? 'active';
    return state === 'active' && this.#expiresAt !== undefined && at >= this.#expiresAt ? 'expired' : state;
  }

  /** Records a change made at `at`; traffic follows it at the next full second plus the propagation delay. */
  change(at: number, state: KeyState): void {
    this.#changes.push({ at, state });
  }

  expireAt(at: number | undefined): void {
    this.#expiresAt = at;
  }

  /** The parts of `range` in which requests with this key were served. */
  working(range: TimeRange): readonly TimeRange[] {
    const end = Math.min(range.to, this.#expiresAt ?? range.to);
    const [first] = this.#changes;
    // Most keys never change, and this is asked for each minute of each of them.
    if (this.#changes.length === 1 && first !== undefined && first.at <= range.from) {
      return range.from < end ? [{ from: range.from, to: end }] : [];
    }
    return this.#changes.flatMap((change, index) => {
      if (change.state !== 'active') return [];
      const next = this.#changes[index + 1];
      const from = Math.max(range.from, index === 0 ? change.at : this.#effectOf(change.at));
      const to = Math.min(end, next === undefined ? end : this.#effectOf(next.at));
      return from < to ? [{ from, to }] : [];
    });
  }

  #effectOf(at: number): number {
    return (Math.floor(at / SECOND_MS) + 1) * SECOND_MS + this.#propagationMs;
  }
}
