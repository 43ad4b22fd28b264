import type { Clock } from '../../ports/clock.ts';
import { HOUR_MS, MINUTE_MS } from './calendar.ts';
import { type Company, createCompany } from './company.ts';
import type { StateChange } from './key-life.ts';
import { createPriceBook, type PriceBook } from './prices.ts';
import { type NewKey, present, Roster } from './roster.ts';
import type { Scenario } from './scenarios.ts';
import { type CapView, type KeyRange, Spending } from './spending.ts';
import { Traffic } from './traffic.ts';
import type {
  KeyState,
  LeakPlan,
  Person,
  ProviderId,
  UsageLine,
  WorldKey,
  WorldLeak,
  WorldScope,
  WorldServiceAccount,
} from './types.ts';
import type { Workload } from './workloads.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly clock: Clock;
  /** Defaults to the scenario's start. */
  readonly startAt?: number;
  readonly scenario?: Scenario;
  /** Who owns which key when the story starts; Acme, if not given. */
  readonly company?: Company;
  /** The provider on which the scenario's leaks happen. */
  readonly leakProvider?: ProviderId;
  /** How long a suspended key goes on working after the next full second. */
  readonly propagationMs?: number;
  /** How long requests still pass after a monthly cap is reached. */
  readonly capOvershootMs?: number;
}

/** A key as somebody looking over Acme's shoulder would see it. */
export interface KeyView {
  readonly key: WorldKey;
  readonly state: KeyState;
  readonly scope: WorldScope;
  /** Spent since the story started. */
  readonly burnedMicroUsd: number;
  readonly lastHourMicroUsd: number;
  /** Of the money burned, what thieves spent. */
  readonly stolenMicroUsd: number;
}

/** Sums that an omniscient bookkeeper knows, whatever the providers show. */
export interface Truth {
  burnedMicroUsd(range: KeyRange): number;
  /** The part of it that thieves spent. */
  stolenMicroUsd(range: KeyRange): number;
  /** Requests of the company's own that were made with a key that did not work (any more). */
  refusedRequests(range: KeyRange): number;
}

export function createWorld(options: WorldOptions): World {
  return new World(options);
}

/** A scripted company: who owns which key, what each key spends in any minute, and what is really stolen. */
export class World {
  readonly seed: number;
  readonly name: string;
  readonly startAt: number;
  readonly scenario: Scenario | undefined;
  readonly people: readonly Person[];
  readonly prices: PriceBook;
  readonly truth: Truth;
  readonly #clock: Clock;
  readonly #company: Company;
  readonly #roster: Roster;
  readonly #traffic: Traffic;
  readonly #spending: Spending;
  readonly #leaks: WorldLeak[] = [];

  constructor(options: WorldOptions) {
    const { seed, clock, scenario } = options;
    const startAt = options.startAt ?? scenario?.startAt ?? clock.now();
    const company = options.company ?? createCompany(seed, startAt);
    const prices = createPriceBook(startAt);
    const traffic = new Traffic({ seed, startAt, prices });
    const onChange = (scopeId: string): void => this.#spending.invalidate(scopeId);
    const roster = new Roster({ seed, clock, company, propagationMs: options.propagationMs ?? 0, onChange });
    const capOvershootMs = options.capOvershootMs ?? 0;
    const spending = new Spending({ roster, traffic, prices, scopes: company.scopes, capOvershootMs });
    for (const { key, workload } of company.keys) {
      if (workload !== undefined) traffic.addWorkload(key.id, workload, { since: key.createdAt, source: 'own' });
    }
    this.seed = seed;
    this.name = company.name;
    this.startAt = startAt;
    this.scenario = scenario;
    this.people = company.people;
    this.prices = prices;
    this.truth = {
      burnedMicroUsd: (range) => spending.burned(range),
      stolenMicroUsd: (range) => spending.burned(range, 'stolen'),
      refusedRequests: (range) => spending.refused(range),
    };
    this.#clock = clock;
    this.#company = company;
    this.#roster = roster;
    this.#traffic = traffic;
    this.#spending = spending;
    for (const plan of scenario?.leaks(options.leakProvider ?? 'anthropic') ?? []) this.addLeak(plan);
  }

  get leaks(): readonly WorldLeak[] {
    return this.#leaks;
  }

  /** Who is in a project or workspace: whoever has made a key there, as long as they are with the company. */
  membersOf(scopeId: string, now: number): readonly Person[] {
    const owners = this.#roster
      .all()
      .flatMap(({ scopeId: id, owner }) => (id === scopeId && owner.type === 'user' ? [owner.person.slug] : []));
    return this.people.filter(({ slug, leftAt }) => owners.includes(slug) && (leftAt === undefined || leftAt > now));
  }

  scopes(provider: ProviderId): readonly WorldScope[] {
    return this.#company.scopes.filter((scope) => scope.provider === provider);
  }

  serviceAccounts(scopeId: string): readonly WorldServiceAccount[] {
    return this.#roster.serviceAccounts(scopeId);
  }

  /** Everything that makes usage: every key that ever was, deleted ones too, and the console. */
  sourcesOf(provider: ProviderId): readonly WorldKey[] {
    return this.#roster.all().filter((key) => key.provider === provider);
  }

  /** Every key that ever was, deleted ones too. */
  keysOf(provider: ProviderId): readonly WorldKey[] {
    return this.sourcesOf(provider).filter((key) => !key.keyless);
  }

  key(keyId: string): WorldKey | undefined {
    return this.#roster.key(keyId);
  }

  /** The newest key of that name. */
  findKey(provider: ProviderId, name: string): WorldKey | undefined {
    return this.#roster.findKey(provider, name);
  }

  stateOf(keyId: string, at: number = this.#clock.now()): KeyState {
    return this.#roster.lifeOf(keyId).stateAt(at);
  }

  /** The states that the key went through, oldest first; the first is its creation. */
  changesOf(keyId: string): readonly StateChange[] {
    return this.#roster.lifeOf(keyId).changes;
  }

  /** What became of all keys, in the order in which it happened: several changes may share an instant. */
  journal(): Roster['journal'] {
    return this.#roster.journal;
  }

  /** Start of the minute of the last request before `until`. */
  lastUsedAt(keyId: string, until: number): number | undefined {
    return this.#spending.lastUsedAt(keyId, until);
  }

  /** Usage of the minute that holds `at`. */
  usageOf(keyId: string, at: number): readonly UsageLine[] {
    const from = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    return this.usageBetween({ keyId, from, to: from + MINUTE_MS });
  }

  /** Usage in a range of any length; adjoining ranges add up exactly. */
  usageBetween(range: KeyRange): readonly UsageLine[] {
    return this.#spending.lines(range);
  }

  /** Every key with its state and the money it burned, without console use. */
  keys(): readonly KeyView[] {
    return this.#roster
      .all()
      .filter((key) => !key.keyless)
      .map((key) => this.#viewOf(key));
  }

  setKeyState(keyId: string, state: KeyState): void {
    this.#roster.setState(keyId, state);
  }

  renameKey(keyId: string, name: string): void {
    this.#roster.rename(keyId, name);
  }

  expireKey(keyId: string, at: number): void {
    this.#roster.expire(keyId, at);
  }

  createKey(plan: NewKey): WorldKey {
    return this.#roster.createKey(plan);
  }

  createServiceAccount(plan: { readonly scopeId: string; readonly name: string }): WorldServiceAccount {
    return this.#roster.createServiceAccount(plan);
  }

  /** Deletes the service account and every key of it. */
  deleteServiceAccount(id: string): void {
    this.#roster.deleteServiceAccount(id);
  }

  /** Sets the monthly cap of a project or workspace; undefined removes it. */
  setCap(scopeId: string, microUsd: number | undefined): void {
    this.#spending.setCap(scopeId, this.#clock.now(), microUsd);
  }

  capOf(scopeId: string): CapView | undefined {
    return this.#spending.capOf(scopeId, this.#clock.now());
  }

  /** Moves a key's own traffic to another key from now on, as a redeployed consumer does. */
  redeploy(move: { readonly fromKeyId: string; readonly toKeyId: string }): void {
    this.#traffic.move({ ...move, at: this.#clock.now() });
    this.#spending.invalidate(this.#roster.keyOf(move.fromKeyId).scopeId);
    this.#spending.invalidate(this.#roster.keyOf(move.toKeyId).scopeId);
  }

  /** Something calls with this key of which nobody knows: a redeploy leaves it where it is. */
  addForgotten(keyId: string, workload: Workload): void {
    const key = this.#roster.keyOf(keyId);
    this.#traffic.addWorkload(key.id, workload, { since: key.createdAt, source: 'forgotten' });
    this.#spending.invalidate(key.scopeId);
  }

  addLeak(plan: LeakPlan): WorldLeak {
    const key = present(this.findKey(plan.provider, plan.keyName), `no ${plan.provider} key ${plan.keyName}`);
    const leak = { ...plan, keyId: key.id };
    this.#leaks.push(leak);
    this.#traffic.addLeak(leak);
    this.#spending.invalidate(key.scopeId);
    return leak;
  }

  #viewOf(key: WorldKey): KeyView {
    const now = this.#clock.now();
    const range = { keyId: key.id, from: this.startAt, to: now };
    return {
      key,
      state: this.stateOf(key.id, now),
      scope: this.#roster.scopeOf(key.scopeId),
      burnedMicroUsd: this.truth.burnedMicroUsd(range),
      lastHourMicroUsd: this.truth.burnedMicroUsd({ ...range, from: now - HOUR_MS }),
      stolenMicroUsd: this.truth.stolenMicroUsd(range),
    };
  }
}
