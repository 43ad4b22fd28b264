import type { CancelTimer, Clock } from '../ports/clock.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Business time that only moves when told to. */
export class DrivenClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  timer(at: number, run: () => void): CancelTimer {
    const timer: Timer = { at, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The earliest timer; null without one. */
  nextTimerAt(): number | null {
    let next: number | null = null;
    for (const { at } of this.#timers) if (next === null || at < next) next = at;
    return next;
  }

  /** Moves to `at`, never back, and runs what is due by then, earliest first. */
  jumpTo(at: number): void {
    this.#now = Math.max(this.#now, at);
    const due = [...this.#timers].filter((timer) => timer.at <= this.#now).sort((a, b) => a.at - b.at);
    for (const timer of due) {
      // A timer that ran before may have cancelled this one.
      if (this.#timers.delete(timer)) timer.run();
    }
  }
}
