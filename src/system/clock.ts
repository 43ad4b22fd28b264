import type { CancelTimer, Clock } from '../ports/clock.ts';

export interface SystemClockOptions {
  /** True: a waiting timer does not keep the process alive. */
  readonly unref?: boolean;
}

// setTimeout overflows at 2^31 ms. A minute keeps a far timer right as well when the machine slept or its clock was set.
const LONGEST_WAIT_MS = 60_000;

export const systemClock: Clock = createSystemClock();

export function createSystemClock({ unref = false }: SystemClockOptions = {}): Clock {
  return { now: () => Date.now(), timer: (at, run) => startTimer(at, run, unref) };
}

function startTimer(at: number, run: () => void, unref: boolean): CancelTimer {
  let handle: NodeJS.Timeout | undefined;
  const wait = () => {
    handle = setTimeout(check, Math.min(Math.max(at - Date.now(), 0), LONGEST_WAIT_MS));
    if (unref) handle.unref();
  };
  // Timers may fire a little early; the promise is "at or after".
  const check = () => (Date.now() < at ? wait() : run());
  wait();
  return () => clearTimeout(handle);
}
