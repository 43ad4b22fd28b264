import type { Clock } from '../../ports/clock.ts';
import { type Company, hintOf } from './company.ts';
import { KeyLife } from './key-life.ts';
import { idText } from './random.ts';
import type { KeyOwner, KeyState, ProviderId, WorldKey, WorldScope, WorldServiceAccount } from './types.ts';

interface RosterOptions {
  readonly seed: number;
  readonly clock: Clock;
  readonly company: Company;
  readonly propagationMs: number;
  /** Called when the keys of a scope, or what they may do, changed. */
  readonly onChange: (scopeId: string) => void;
}

export interface NewKey {
  readonly provider: ProviderId;
  readonly scopeId: string;
  readonly name: string;
  readonly owner: KeyOwner;
}

/** Acme's keys and service accounts as they change over time. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #keys = new Map<string, WorldKey>();
  readonly #lives = new Map<string, KeyLife>();
  readonly #serviceAccounts: WorldServiceAccount[];
  /** Every change in the order in which it was made: several may share an instant. */
  readonly journal: { readonly keyId: string; readonly state: KeyState }[] = [];
  #made = 0;

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#serviceAccounts = [...options.company.serviceAccounts];
    for (const { key, stopped } of options.company.keys) {
      const life = this.#add(key);
      if (stopped !== undefined) life.change(stopped.at, stopped.state);
    }
  }

  all(): readonly WorldKey[] {
    return [...this.#keys.values()];
  }

  key(keyId: string): WorldKey | undefined {
    return this.#keys.get(keyId);
  }

  keyOf(keyId: string): WorldKey {
    return present(this.#keys.get(keyId), `no key ${keyId}`);
  }

  lifeOf(keyId: string): KeyLife {
    return present(this.#lives.get(keyId), `no key ${keyId}`);
  }

  scopeOf(scopeId: string): WorldScope {
    const found = this.#options.company.scopes.find((scope) => scope.id === scopeId);
    return present(found, `no scope ${scopeId}`);
  }

  /** The newest key of that name. */
  findKey(provider: ProviderId, name: string): WorldKey | undefined {
    return this.all().findLast((key) => key.provider === provider && key.name === name);
  }

  serviceAccounts(scopeId: string): readonly WorldServiceAccount[] {
    return this.#serviceAccounts.filter((account) => account.scopeId === scopeId && account.deletedAt === undefined);
  }

  setState(keyId: string, state: KeyState): void {
    this.lifeOf(keyId).change(this.#options.clock.now(), state);
    this.journal.push({ keyId, state });
    this.#options.onChange(this.keyOf(keyId).scopeId);
  }

  rename(keyId: string, name: string): void {
    this.#keys.set(keyId, { ...this.keyOf(keyId), name });
  }

  expire(keyId: string, at: number): void {
    this.lifeOf(keyId).expireAt(at);
    this.#keys.set(keyId, { ...this.keyOf(keyId), expiresAt: at });
    this.#options.onChange(this.keyOf(keyId).scopeId);
  }

  createKey(plan: NewKey): WorldKey {
    const { seed, clock } = this.#options;
    this.#made += 1;
    const text = idText(seed, `created key ${this.#made}`, plan.provider === 'openai' ? 16 : 22);
    const id = `${plan.provider === 'openai' ? 'key_' : 'apikey_01'}${text}`;
    const hint = hintOf(seed, plan.provider, id);
    const key = { ...plan, id, hint, createdAt: clock.now(), expiresAt: undefined, keyless: false };
    this.#add(key);
    return key;
  }

  createServiceAccount(plan: { readonly scopeId: string; readonly name: string }): WorldServiceAccount {
    const { seed, clock } = this.#options;
    this.#made += 1;
    const id = `svc_acct_${idText(seed, `created service account ${this.#made}`, 22)}`;
    const account = { ...plan, id, createdAt: clock.now(), deletedAt: undefined };
    this.#serviceAccounts.push(account);
    return account;
  }

  deleteServiceAccount(id: string): void {
    const index = this.#serviceAccounts.findIndex((account) => account.id === id);
    const account = present(this.#serviceAccounts[index], `no service account ${id}`);
    this.#serviceAccounts[index] = { ...account, deletedAt: this.#options.clock.now() };
    for (const key of this.all()) {
      if (key.owner.type === 'service_account' && key.owner.serviceAccountId === id) this.setState(key.id, 'deleted');
    }
  }

  #add(key: WorldKey): KeyLife {
    const life = new KeyLife(key.createdAt, this.#options.propagationMs);
    life.expireAt(key.expiresAt);
    this.#keys.set(key.id, key);
    this.#lives.set(key.id, life);
    this.journal.push({ keyId: key.id, state: 'active' });
    return life;
  }
}

/** The value, or an error that says what is missing. */
export function present<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise);
  return value;
}
