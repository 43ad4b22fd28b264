import type SqliteDatabase from 'better-sqlite3';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Deps } from '../../src/services/deps.ts';
import { syncInventory } from '../../src/services/inventory/sync-inventory.ts';
import { backfillHistory } from '../../src/services/usage/backfill-history.ts';
import { compactUsage } from '../../src/services/usage/compact-usage.ts';
import { type PollOutcome, pollUsage } from '../../src/services/usage/poll-usage.ts';
import { readAgain, settleUsage } from '../../src/services/usage/settle-usage.ts';
import { countingIds } from '../../src/system/ids.ts';
import { recordingLogger } from '../providers/support/recording-logger.ts';
import { fakePrices, silentMeter, testPolicy } from './bench-deps.ts';
import { FakeProvider, failing, held, ok } from './fake-provider.ts';
import { openTestStore } from './store.ts';
import { publish, type Truth } from './truth.ts';

const POLICY = testPolicy();

/** What may happen. `down` ends with a new process, `skew` puts our clock wrong against the provider's. */
export type Happening =
  | { readonly kind: 'wait' | 'down' | 'skew'; readonly minutes: number }
  /** Our clock is three days ahead for so long, polls the future, and polls when it is set right. */
  | { readonly kind: 'ahead'; readonly minutes: number }
  /** Fails at the answer of that number, if there are so many windows. */
  | { readonly kind: 'poll'; readonly failsAt: number | null }
  /** The process ends while that answer is awaited. */
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'sync' | 'lost-sync' | 'compact' | 'settle' | 'history' | 'restart' };

export interface StoredRow {
  readonly connection: string;
  /** The provider's id of the key, or `nokey:…`. */
  readonly key: string;
  readonly model: string;
  readonly start: number;
  readonly width: number;
  readonly cost: number;
  readonly output: number;
  readonly requests: number | null;
}

/** An installation that reads a provider whose truth is fixed, on a database that outlives its processes. */
export class Installation {
  readonly #truth: Truth;
  readonly #path: string;
  readonly #raw: SqliteDatabase.Database;
  readonly #ids = countingIds();
  #store: Store;
  #provider = new FakeProvider();
  #now: number;
  #skewMs = 0;

  constructor(truth: Truth, now: number) {
    const opened = openTestStore();
    this.#truth = truth;
    this.#path = opened.path;
    this.#raw = opened.raw();
    this.#store = opened.store;
    this.#now = now;
    this.#connect();
  }

  get now(): number {
    return this.#now;
  }

  async happen(happening: Happening): Promise<void> {
    switch (happening.kind) {
      case 'wait':
        return this.passTo(this.#now + happening.minutes * MINUTE_MS);
      case 'down':
        this.passTo(this.#now + happening.minutes * MINUTE_MS);
        return this.#restart();
      case 'skew':
        this.#skewMs = happening.minutes * MINUTE_MS;
        return;
      case 'ahead':
        return this.#beAhead(happening.minutes);
      case 'poll':
        await this.poll(happening.failsAt);
        return;
      case 'cut':
        return this.#cut(happening.at);
      default:
        return this.#run(happening.kind);
    }
  }

  /** Lets time pass; what the provider says follows. */
  passTo(at: number): void {
    this.#now = Math.max(this.#now, at);
    publish(this.#provider, this.#truth, this.#now);
  }

  poll(failsAt: number | null = null): Promise<PollOutcome> {
    if (failsAt !== null) this.#script(failsAt, failing('provider_unavailable'));
    return pollUsage(this.#deps, this.#provider.port).finally(() => this.#connect());
  }

  /** Everything from an instant on, as far as the polls do not read it. */
  async readAgain(from: number): Promise<void> {
    await readAgain(this.#deps, this.#provider.port, { from, to: floorTo(this.#now - HOUR_MS, HOUR_MS) });
  }

  rows(): readonly StoredRow[] {
    return this.#raw
      .prepare<[], StoredRow>(
        `SELECT u.connection_id AS connection, COALESCE(k.provider_key_id, u.key_id) AS "key", model, start_at AS start,
          width_ms AS width, cost_micro_usd AS cost, output, requests
         FROM usage u LEFT JOIN keys k ON k.id = u.key_id ORDER BY start_at, "key", model, width_ms`,
      )
      .all();
  }

  get #deps(): Omit<
    Deps,
    'detectors' | 'directory' | 'outlets' | 'secretStores' | 'deployHooks' | 'sheets' | 'places' | 'fingerprint'
  > {
    return {
      store: this.#store,
      clock: { now: () => this.#now + this.#skewMs, timer: () => () => {} },
      ids: this.#ids,
      logger: recordingLogger(),
      policy: POLICY,
      prices: fakePrices,
      breathe: async () => {},
      meter: silentMeter,
      providers: new Map([[this.#provider.port.connectionId, this.#provider.port]]),
    };
  }

  async #run(kind: 'sync' | 'lost-sync' | 'compact' | 'settle' | 'history' | 'restart'): Promise<void> {
    const { port } = this.#provider;
    if (kind === 'restart') return this.#restart();
    if (kind === 'compact') await compactUsage(this.#deps);
    if (kind === 'sync') await syncInventory(this.#deps, port);
    if (kind === 'settle') await settleUsage(this.#deps, port);
    if (kind === 'history') await backfillHistory(this.#deps, port);
    if (kind === 'lost-sync') {
      this.#provider.script('listKeys', failing('provider_unavailable'));
      await syncInventory(this.#deps, port).catch(() => {});
    }
  }

  async #beAhead(minutes: number): Promise<void> {
    this.#skewMs = 3 * DAY_MS;
    await this.poll();
    await compactUsage(this.#deps);
    this.passTo(this.#now + minutes * MINUTE_MS);
    await this.poll();
    this.#skewMs = 0;
    await this.poll();
  }

  async #cut(at: number): Promise<void> {
    const gate = held();
    this.#script(at, gate.answer);
    await Promise.race([pollUsage(this.#deps, this.#provider.port), gate.reached]);
    await this.#restart();
  }

  async #restart(): Promise<void> {
    await this.#store.close();
    this.#store = openTestStore({ path: this.#path }).store;
    this.#connect();
  }

  #script(goodAnswers: number, then: Parameters<FakeProvider['script']>[1]): void {
    for (let answer = 0; answer < goodAnswers; answer += 1) this.#provider.script('readUsage', ok);
    if (then !== undefined) this.#provider.script('readUsage', then);
  }

  #connect(): void {
    this.#provider = new FakeProvider({ usageHistoryMs: 60 * DAY_MS, onCall: () => void this.#store.read });
    publish(this.#provider, this.#truth, this.#now);
  }
}
