import { toError } from '../domain/errors.ts';
import type { Store } from '../ports/store.ts';
import type { Deps } from '../services/deps.ts';
import type { Pump } from './pump.ts';
import type { Scheduler } from './scheduler.ts';

type LeaseAt = (now: number) => Parameters<Store['takeLease']>[0];

export interface TickOptions {
  readonly deps: Deps;
  readonly scheduler: Scheduler;
  readonly pumps: readonly Pump[];
  readonly leaseAt: LeaseAt;
}

/**
 * Renews the lease and lets the scheduler and the pumps work: another process, the command line, may have put something
 * there to be done. Counts, so that a tick that has begun is never overlooked.
 */
export class TickCounter {
  readonly #deps: Deps;
  readonly #scheduler: Scheduler;
  readonly #pumps: readonly Pump[];
  readonly #leaseAt: LeaseAt;
  #running = 0;

  constructor({ deps, scheduler, pumps, leaseAt }: TickOptions) {
    this.#deps = deps;
    this.#scheduler = scheduler;
    this.#pumps = pumps;
    this.#leaseAt = leaseAt;
  }

  idle(): boolean {
    return this.#running === 0;
  }

  async tick(): Promise<void> {
    const { store, clock, logger } = this.#deps;
    this.#running += 1;
    try {
      const other = await store.takeLease(this.#leaseAt(clock.now()));
      if (other !== null) {
        logger.error('another process has taken the database over', { holder: other });
        return;
      }
      for (const pump of this.#pumps) pump.wake();
      await this.#scheduler.tick();
    } catch (error) {
      logger.error('tick failed', { error: toError(error) });
    } finally {
      this.#running -= 1;
    }
  }
}
