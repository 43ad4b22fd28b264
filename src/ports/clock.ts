/** Stops a timer; calling it twice, or after the timer ran, does nothing. */
export type CancelTimer = () => void;

/** Business time (polls, not-before times, snoozes). Transport time-outs stay on the wall clock. */
export interface Clock {
  /** Epoch milliseconds, UTC. */
  now(): number;
  /** Runs `run` once, at or after the instant `at`. */
  timer(at: number, run: () => void): CancelTimer;
}
