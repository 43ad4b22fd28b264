// So many places are written to at once: enough that one that hangs is not felt, few enough for Slack's patience.
const MAX_LANES = 8;

export interface LaneTask {
  readonly id: string;
  /** Tasks of one lane run one after the other, in the order in which they came. */
  readonly lane: string;
  readonly run: () => Promise<void>;
}

/** Runs lanes side by side and tells when something has ended. After a failure nothing new begins. */
export class Lanes {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #ids = new Set<string>();
  readonly #failures: unknown[] = [];
  #ring: () => void = () => {};

  /** Resolves at the next `ring`: a task has ended, or somebody says that there is more to do. */
  nextRing(): Promise<void> {
    return new Promise((resolve) => {
      this.#ring = resolve;
    });
  }

  ring(): void {
    this.#ring();
  }

  /** Leaves it where there are lanes enough: it comes again after the next ring. */
  add({ id, lane, run }: LaneTask): void {
    const tail = this.#tails.get(lane);
    if (tail === undefined && this.#tails.size >= MAX_LANES) return;
    this.#ids.add(id);
    const work = (tail ?? Promise.resolve()).then(async () => {
      try {
        if (!this.failed()) await run();
      } catch (error) {
        this.#failures.push(error);
      }
      this.#ids.delete(id);
      if (this.#tails.get(lane) === work) this.#tails.delete(lane);
      this.#ring();
    });
    this.#tails.set(lane, work);
  }

  /** Of the tasks that wait or run, as it is now. */
  ids(): ReadonlySet<string> {
    return new Set(this.#ids);
  }

  failed(): boolean {
    return this.#failures.length > 0;
  }

  throwFailure(): void {
    if (this.failed()) throw this.#failures[0];
  }

  async settled(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}
