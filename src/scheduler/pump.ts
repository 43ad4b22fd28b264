import { toError } from '../domain/errors.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { CancelTimer, Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

export interface PumpOptions {
  readonly name: string;
  readonly deps: { readonly clock: Clock; readonly logger: Logger };
  /** Works off what is due now. */
  readonly run: () => Promise<void>;
  /** When the next piece of work is due; null for none. */
  readonly nextDueAt: () => Promise<number | null>;
}

const PAUSE_AFTER_FAILURE_MS = 5 * SECOND_MS;

/** Runs durable work as soon as it is due: when woken by a commit, and again at the next not-before. Never overlaps. */
export class Pump {
  readonly #options: PumpOptions;
  #running: Promise<void> | null = null;
  #wokenAgain = false;
  #cancelTimer: CancelTimer | null = null;
  #stopped = false;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  wake(): void {
    if (this.#stopped) return;
    if (this.#running !== null) {
      this.#wokenAgain = true;
      return;
    }
    // Begins in a turn of its own: a run that wakes the pump at once must find it running.
    this.#running = Promise.resolve()
      .then(() => this.#drain())
      .finally(() => {
        this.#running = null;
        if (this.#wokenAgain) this.wake();
      });
  }

  idle(): boolean {
    return this.#running === null;
  }

  /** Resolves when nothing is being worked on. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** Works off once more what is due, and stops. */
  async finish(): Promise<void> {
    await this.settled();
    this.wake();
    await this.stop();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.settled();
  }

  async #drain(): Promise<void> {
    const { deps, name, run, nextDueAt } = this.#options;
    const { clock, logger } = deps;
    try {
      for (;;) {
        this.#wokenAgain = false;
        await run();
        const dueAt = await nextDueAt();
        if (this.#stopped) return;
        if (dueAt === null || dueAt > clock.now()) {
          if (this.#wokenAgain) continue;
          this.#sleepUntil(dueAt);
          return;
        }
      }
    } catch (error) {
      // The work is durable: nothing is lost by waiting, and a broken database must not spin.
      logger.error('pump failed', { pump: name, error: toError(error) });
      this.#wokenAgain = false;
      this.#sleepUntil(clock.now() + PAUSE_AFTER_FAILURE_MS);
    }
  }

  #sleepUntil(dueAt: number | null): void {
    if (this.#stopped) return;
    this.#cancelTimer?.();
    this.#cancelTimer = dueAt === null ? null : this.#options.deps.clock.timer(dueAt, () => this.wake());
  }
}
