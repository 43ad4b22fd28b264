// The app may answer one request with the next: a few turns of the loop let its bytes arrive before "settled" is said.
const QUIET_TURNS = 5;

/** Counts what is under way, and tells when nothing is. */
export class InFlight {
  #count = 0;
  #waiting: (() => void)[] = [];

  get count(): number {
    return this.#count;
  }

  /** Starts one piece of work; the returned function ends it and may be called twice. */
  begin(): () => void {
    this.#count += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#count -= 1;
      if (this.#count === 0) this.#whenQuiet(QUIET_TURNS);
    };
  }

  async during<T>(work: Promise<T>): Promise<T> {
    const end = this.begin();
    try {
      return await work;
    } finally {
      end();
    }
  }

  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#count === 0) this.#whenQuiet(QUIET_TURNS);
    });
  }

  #whenQuiet(turns: number): void {
    if (this.#count > 0 || this.#waiting.length === 0) return;
    if (turns > 0) {
      setImmediate(() => this.#whenQuiet(turns - 1));
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
