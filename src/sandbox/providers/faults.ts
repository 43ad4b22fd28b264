/** What a planted fault does to a request. */
export type FaultKind =
  /** Answers with a status of its own; nothing is applied. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number; readonly body?: unknown }
  /** Breaks the connection, before or after the request took effect. */
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
  /** Never answers; nothing is applied. */
  | { readonly kind: 'hang' }
  /** Applies the request and breaks the connection in the middle of the answer. */
  | { readonly kind: 'half-page' };

export type Fault = FaultKind & {
  /** Prefix of the path, query excluded. */
  readonly path: string;
  readonly method?: string;
  /** Lets this many matching requests through first. */
  readonly skip?: number;
  /** Strikes this many requests; once by default. */
  readonly times?: number;
};

interface Armed {
  readonly fault: Fault;
  skip: number;
  left: number;
}

interface Dark {
  readonly from: number;
  readonly to: number;
  readonly path: string;
}

/** Faults planted in a stand-in, taken in the order in which they were planted. */
export class Faults {
  #armed: Armed[] = [];
  #darks: Dark[] = [];

  add(fault: Fault): void {
    this.#armed.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 });
  }

  /** From `from` to `to` (business time) every request under `path` is answered with 503. */
  dark(window: { readonly from: number; readonly to: number; readonly path?: string }): void {
    this.#darks.push({ from: window.from, to: window.to, path: window.path ?? '/' });
  }

  clear(): void {
    this.#armed = [];
    this.#darks = [];
  }

  /** The fault that strikes this request; using it up. */
  take(request: { readonly method: string; readonly path: string; readonly now: number }): FaultKind | undefined {
    const inDark = this.#darks.some(
      (dark) => dark.from <= request.now && request.now < dark.to && request.path.startsWith(dark.path),
    );
    if (inDark) return { kind: 'status', status: 503 };
    for (const armed of this.#armed) {
      const { path, method } = armed.fault;
      if (!request.path.startsWith(path) || (method !== undefined && method !== request.method)) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      armed.left -= 1;
      if (armed.left <= 0) this.#armed = this.#armed.filter((each) => each !== armed);
      return armed.fault;
    }
    return undefined;
  }
}
