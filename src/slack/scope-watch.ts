import { type WebAPICallResult, WebClient, type WebClientOptions } from '@slack/web-api';
import { toError } from '../domain/errors.ts';
import { noteGrantedScopes, noteMissingScope } from '../services/delivery/missing-scopes.ts';
import type { Deps } from '../services/deps.ts';
import { neededScopes } from './slack-error.ts';

type WatchDeps = Parameters<typeof noteMissingScope>[0] & Pick<Deps, 'logger'>;

/** Learns from every call which scopes the app has and which it lacks. */
export class ScopeWatch {
  #deps: WatchDeps | null = null;
  readonly #noted = new Set<string>();
  #granted = '';

  /** The clients are there before the store's services are. */
  attach(deps: WatchDeps): void {
    this.#deps = deps;
  }

  /** What was refused is noted before anybody is answered. */
  async refused(method: string, error: unknown): Promise<void> {
    for (const scope of neededScopes(error)) {
      if (this.#noted.has(scope)) continue;
      await this.#note(async (deps) => {
        // First: whom to tell is looked up through the same client, and may be refused for the same.
        this.#noted.add(scope);
        await noteMissingScope(deps, { scope, method }).catch((error: unknown) => {
          this.#noted.delete(scope);
          throw error;
        });
        // A call that is answered with all scopes again ends it.
        this.#granted = '';
      });
    }
  }

  async answered({ response_metadata: metadata }: WebAPICallResult): Promise<void> {
    const scopes = metadata?.scopes;
    if (scopes === undefined || this.#granted === scopes.join()) return;
    await this.#note(async (deps) => {
      this.#granted = scopes.join();
      await noteGrantedScopes(deps, scopes).catch((error: unknown) => {
        this.#granted = '';
        throw error;
      });
      for (const scope of scopes) this.#noted.delete(scope);
    });
  }

  /** Whether it can be written down must not decide about the call. */
  async #note(run: (deps: WatchDeps) => Promise<void>): Promise<void> {
    if (this.#deps === null) return;
    try {
      await run(this.#deps);
    } catch (error) {
      this.#deps.logger.error('the scopes of the app cannot be noted', { error: toError(error) });
    }
  }
}

interface Heard {
  readonly watch: ScopeWatch | undefined;
  /** Told of each call that failed after all tries. */
  readonly failed?: (error: unknown) => void;
}

/** A Web API client whose calls a watch hears of. */
export class WatchedClient extends WebClient {
  readonly #watch: ScopeWatch | undefined;
  readonly #failed: Heard['failed'];

  constructor(token: string, { watch, failed, ...options }: WebClientOptions & Heard) {
    super(token, options);
    this.#watch = watch;
    this.#failed = failed;
  }

  override async apiCall(method: string, options: Record<string, unknown> = {}): Promise<WebAPICallResult> {
    try {
      const result = await super.apiCall(method, options);
      await this.#watch?.answered(result);
      return result;
    } catch (error) {
      this.#failed?.(error);
      await this.#watch?.refused(method, error);
      throw error;
    }
  }
}
