import type { Clock } from '../../ports/clock.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type ProviderId } from '../world/index.ts';
import type { Fleet, FleetKey, Rhythm } from './fleet.ts';

export type FleetKeyState = 'active' | 'inactive' | 'archived' | 'deleted';

export interface WorldKey extends Pick<FleetKey, 'provider' | 'scopeId' | 'name' | 'holder'> {
  readonly id: string;
  readonly createdAt: number;
  /** What it became and when, oldest first; it began as active. */
  readonly changes: readonly { readonly at: number; readonly state: FleetKeyState }[];
}

export interface Call {
  readonly at: number;
  readonly requests: number;
}

/** A program, and the key that it calls with. */
interface Consumer {
  keyId: string;
  readonly rhythm: Rhythm;
  /** Of the hour. */
  readonly minute: number;
}

// As long as the longest gap of a lineage is looked for.
const HISTORY_MS = 36 * DAY_MS;
const AGE_MS = 400 * DAY_MS;
const REQUESTS = 40;

/**
 * The providers' own books: keys, the programs that call with them, and what was answered. Everything that happens at an
 * instant is done before anything is changed after it, so that a call meets the key as it was then.
 */
export class FleetWorld {
  /** Keys that were made or changed, in the order of what happened. */
  readonly journal: { readonly keyId: string; readonly state: FleetKeyState }[] = [];
  readonly #clock: Clock;
  readonly #keys = new Map<string, WorldKey>();
  readonly #consumers = new Map<string, Consumer>();
  readonly #calls = new Map<string, Call[]>();
  readonly #refused = new Map<string, number>();
  #until: number;
  #made = 0;

  constructor(clock: Clock, { keys }: Fleet) {
    this.#clock = clock;
    const now = clock.now();
    this.#until = Math.floor((now - HISTORY_MS) / HOUR_MS) * HOUR_MS;
    for (const [index, { keyId, provider, scopeId, name, holder, rhythm }] of keys.entries()) {
      this.#keys.set(keyId, { id: keyId, provider, scopeId, name, holder, createdAt: now - AGE_MS, changes: [] });
      this.#consumers.set(keyId, { keyId, rhythm, minute: (index * 7) % 60 });
    }
  }

  /** Requests that a key refused because it did not work any more. */
  refusedCalls(keyId: string): number {
    this.#play();
    return this.#refused.get(keyId) ?? 0;
  }

  keysOf(provider: ProviderId): readonly WorldKey[] {
    return [...this.#keys.values()].filter((key) => key.provider === provider);
  }

  key(id: string): WorldKey | undefined {
    return this.#keys.get(id);
  }

  stateOf(id: string, at = this.#clock.now()): FleetKeyState {
    return this.#keys.get(id)?.changes.findLast((change) => change.at <= at)?.state ?? 'active';
  }

  createKey(plan: Pick<WorldKey, 'provider' | 'scopeId' | 'name' | 'holder'>): WorldKey {
    this.#made += 1;
    const number = String(this.#made).padStart(12, '0');
    const id = plan.provider === 'openai' ? `key_new${number}` : `apikey_01new${number}`;
    const key = { ...plan, id, createdAt: this.#clock.now(), changes: [] };
    this.#keys.set(id, key);
    this.journal.push({ keyId: id, state: 'active' });
    return key;
  }

  setState(id: string, state: FleetKeyState): void {
    this.#play();
    const key = this.#keys.get(id);
    if (key === undefined || this.stateOf(id) === state) return;
    this.journal.push({ keyId: id, state });
    this.#keys.set(id, { ...key, changes: [...key.changes, { at: this.#clock.now(), state }] });
  }

  /** What was deployed for a key of the fleet reads another value from now on. */
  redeploy(fleetKeyId: string, toKeyId: string): void {
    this.#play();
    const consumer = this.#consumers.get(fleetKeyId);
    if (consumer !== undefined) consumer.keyId = toKeyId;
  }

  /** Somebody has copied the old value long ago; nobody has them on a list. */
  forget(fleetKeyId: string): void {
    this.#play();
    this.#consumers.set(`forgotten ${fleetKeyId}`, { keyId: fleetKeyId, rhythm: 'steady', minute: 30 });
  }

  /** Whoever was forgotten is found and reads the new value too. */
  find(fleetKeyId: string, toKeyId: string): void {
    this.redeploy(`forgotten ${fleetKeyId}`, toKeyId);
  }

  /** They give up. */
  dismiss(fleetKeyId: string): void {
    this.#play();
    this.#consumers.delete(`forgotten ${fleetKeyId}`);
  }

  /** What was served with a key in a range, oldest first. */
  calls(keyId: string, { from, to }: { readonly from: number; readonly to: number }): readonly Call[] {
    this.#play();
    const all = this.#calls.get(keyId) ?? [];
    const first = all.findLastIndex(({ at }) => at < from) + 1;
    const end = all.findLastIndex(({ at }) => at < to) + 1;
    return all.slice(first, end);
  }

  lastCallAt(keyId: string): number | null {
    this.#play();
    return this.#calls.get(keyId)?.at(-1)?.at ?? null;
  }

  /** Everybody who was due since the last look has called. */
  #play(): void {
    const now = this.#clock.now();
    while (this.#until + HOUR_MS <= now) {
      const hour = this.#until;
      for (const consumer of this.#consumers.values()) {
        if (callsIn(consumer.rhythm, new Date(hour))) this.#call(consumer.keyId, hour + consumer.minute * MINUTE_MS);
      }
      this.#until += HOUR_MS;
    }
  }

  #call(keyId: string, at: number): void {
    if (this.stateOf(keyId, at) !== 'active') {
      this.#refused.set(keyId, (this.#refused.get(keyId) ?? 0) + REQUESTS);
      return;
    }
    const all = this.#calls.get(keyId) ?? [];
    all.push({ at, requests: REQUESTS });
    this.#calls.set(keyId, all);
  }
}

function callsIn(rhythm: Rhythm, hour: Date): boolean {
  const day = hour.getUTCDay();
  const at = hour.getUTCHours();
  if (rhythm === 'steady') return true;
  if (rhythm === 'nightly') return at === 2;
  return rhythm === 'weekly' ? day === 1 && at === 5 : day % 6 !== 0 && at >= 7 && at <= 16;
}
