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
  readonly status: number;
}

interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly now: number;
}

/** Decides for each request as it comes. */
export type Intercept = (request: Arrival) => FaultKind | undefined;

/** Faults planted in a stand-in, taken in the order in which they were planted. */
export class Faults {
  #armed: Armed[] = [];
  #darks: Dark[] = [];
  #intercept: Intercept = () => undefined;

  /** Asked before the planted faults are. */
  intercept(decide: Intercept): void {
    this.#intercept = decide;
  }

  add(fault: Fault): void {
    this.#armed.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 });
  }

  /** From `from` to `to` (business time) every request under `path` is answered with `status`: 503, if not given. */
  dark({ from, to, path = '/', status = 503 }: Pick<Dark, 'from' | 'to'> & Partial<Dark>): void {
    this.#darks.push({ from, to, path, status });
  }

  clear(): void {
    this.#armed = [];
    this.#darks = [];
  }

  /** The fault that strikes this request; using it up. */
  take(request: Arrival): FaultKind | undefined {
    const intercepted = this.#intercept(request);
    if (intercepted !== undefined) return intercepted;
    const dark = this.#darks.find(
      ({ from, to, path }) => from <= request.now && request.now < to && request.path.startsWith(path),
    );
    if (dark !== undefined) return { kind: 'status', status: dark.status };
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
