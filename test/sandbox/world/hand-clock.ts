import type { Clock } from '../../../src/ports/clock.ts';

/** A clock that moves only when told to. */
export class HandClock implements Clock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  timer(): () => void {
    throw new Error('the simulated company sets no timers');
  }

  set(now: number): void {
    this.#now = now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}
