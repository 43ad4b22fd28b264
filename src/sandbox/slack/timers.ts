import type { CancelTimer, Clock } from '../../ports/clock.ts';

export interface TimerSet {
  at(instant: number, run: () => void): void;
  clear(): void;
}

/** Timers of one owner, which can all be stopped at once. */
export function clearableTimers(clock: Clock): TimerSet {
  const running = new Set<CancelTimer>();
  return {
    at(instant, run) {
      const cancel = clock.timer(instant, () => {
        running.delete(cancel);
        run();
      });
      running.add(cancel);
    },
    clear() {
      for (const cancel of running) cancel();
      running.clear();
    },
  };
}
