export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterS?: number }
  | { readonly kind: 'error'; readonly error: string }
  /** The connection breaks: `before` the call takes effect, or `after` it did but before the reply. */
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
  /** No reply ever comes. */
  | { readonly kind: 'hang'; readonly when: 'before' | 'after' };

/** The name under which faults for response_url posts are queued. */
export const RESPONSE_URL = 'response_url';

/** From `from` to `to` (business time) nobody is reached: every request gets this status, and no socket stays open. */
export interface Darkness {
  readonly from: number;
  readonly to: number;
  readonly status: number;
}

/** Decides for each request as it comes; `body` as it was sent. */
export type Intercept = (method: string, body: string) => Fault | undefined;

/** Faults to come, one queue per method; each is used once. */
export class Faults {
  readonly #queues = new Map<string, Fault[]>();
  readonly #darknesses: Darkness[] = [];
  #intercept: Intercept = () => undefined;

  dark(darkness: Darkness): void {
    this.#darknesses.push(darkness);
  }

  darkAt(now: number): Darkness | undefined {
    return this.#darknesses.find(({ from, to }) => from <= now && now < to);
  }

  /** Lets the next calls of this method fail, in this order. `*` stands for any method. */
  add(method: string, ...faults: readonly Fault[]): void {
    this.#queues.set(method, [...(this.#queues.get(method) ?? []), ...faults]);
  }

  /** Asked before the queues are. */
  intercept(decide: Intercept): void {
    this.#intercept = decide;
  }

  take(method: string, body = ''): Fault | undefined {
    return this.#intercept(method, body) ?? this.#queues.get(method)?.shift() ?? this.#queues.get('*')?.shift();
  }

  pending(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  clear(): void {
    this.#queues.clear();
  }
}
