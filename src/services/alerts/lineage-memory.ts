import type { Store } from '../../ports/store.ts';

export interface Remembered {
  readonly readAt: number;
}

export interface MemoryOptions {
  readonly keptMs: number;
  /** What is one too many is not kept; what is there stays, or all would be read again each time. */
  readonly most: number;
}

/** What was read of some lineages, remembered for a while: what is looked at is looked at again each minute. */
export class LineageMemory<Value extends Remembered> {
  readonly #options: MemoryOptions;
  readonly #ofStore = new WeakMap<Store, Map<string, Value>>();

  constructor(options: MemoryOptions) {
    this.#options = options;
  }

  get(store: Store, lineageId: string, now: number): Value | undefined {
    const value = this.#ofStore.get(store)?.get(lineageId);
    return value !== undefined && this.#isFresh(value, now) ? value : undefined;
  }

  put(store: Store, lineageId: string, value: Value): void {
    const values = this.#ofStore.get(store) ?? new Map<string, Value>();
    this.#ofStore.set(store, values);
    values.delete(lineageId);
    if (values.size >= this.#options.most) {
      for (const [id, one] of values) if (!this.#isFresh(one, value.readAt)) values.delete(id);
    }
    if (values.size < this.#options.most) values.set(lineageId, value);
  }

  #isFresh({ readAt }: Value, now: number): boolean {
    return readAt <= now && now - readAt < this.#options.keptMs;
  }
}
