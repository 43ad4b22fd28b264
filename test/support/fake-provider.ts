import type { ProviderEvent } from '../../src/domain/detector.ts';
import { AppError, type ErrorCode } from '../../src/domain/errors.ts';
import type { KeyStatus, ProviderKey, ProviderScope } from '../../src/domain/key.ts';
import type { ScopeLimits } from '../../src/domain/limits.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { SpendAlertReport } from '../../src/domain/spend-alert.ts';
import { floorTo } from '../../src/domain/time.ts';
import { NO_TOKENS, type ProviderUsage, type TokenCounts } from '../../src/domain/usage.ts';
import type {
  CostReport,
  EventReport,
  EventWindow,
  KeyAct,
  KeyRef,
  MadeKey,
  NewKeyRequest,
  Provider,
  ProviderCapabilities,
  ProviderMember,
  UsageWindow,
} from '../../src/ports/provider.ts';

export type Method =
  | 'listScopes'
  | 'listKeys'
  | 'listMembers'
  | 'readUsage'
  | 'readCosts'
  | 'readKeyStatus'
  | 'readEvents'
  | KeyAct
  | 'readLimits'
  | 'readSpendAlerts'
  | 'setSpendLimit'
  | 'setRateLimit'
  | 'setModelPermissions'
  | 'deleteKeyOwner'
  | 'renameKey'
  | 'createKey';

/** What the next call of a method meets. Without an answer in the script it is `ok`. */
export type Answer =
  | { readonly kind: 'ok' }
  /** Nothing happens and the call throws. */
  | { readonly kind: 'fails'; readonly error: unknown }
  /** The change happens, and the call throws all the same. */
  | { readonly kind: 'applied'; readonly error: unknown }
  /** A key list, or the status of a key, that is not the truth. */
  | { readonly kind: 'lists'; readonly keys: readonly ProviderKey[] }
  | { readonly kind: 'says'; readonly status: KeyStatus }
  /** The call ends well and nothing happens. */
  | { readonly kind: 'ignored' }
  /** The call waits for the test; a read answers with what was true when it was made. */
  | { readonly kind: 'held'; readonly reached: () => void; readonly until: Promise<void> };

export const ok: Answer = { kind: 'ok' };
export const ignored: Answer = { kind: 'ignored' };

export function failing(code: ErrorCode, options: { readonly retryAfterMs?: number } = {}): Answer {
  return { kind: 'fails', error: providerError(code, options) };
}

export function appliedBut(code: ErrorCode): Answer {
  return { kind: 'applied', error: providerError(code) };
}

export function providerError(code: ErrorCode, options: { readonly retryAfterMs?: number } = {}): AppError {
  return new AppError({ code, message: `fake ${code}`, publicMessage: `The provider says ${code}.`, ...options });
}

export interface Gate {
  readonly answer: Answer;
  /** Resolves when the call has begun. */
  readonly reached: Promise<void>;
  release(): void;
}

export function held(): Gate {
  let release = () => {};
  let reach = () => {};
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return { answer: { kind: 'held', reached: () => reach(), until }, reached, release: () => release() };
}

/** One moment of use. Output tokens are what the fake price list charges for. */
export interface FakeUse {
  readonly keyId: string | null;
  readonly at: number;
  readonly tokens: number;
  readonly model?: string;
  readonly scopeId?: string | null;
  readonly requests?: number | null;
  /** The other kinds of tokens. */
  readonly counts?: Partial<TokenCounts>;
}

/** What the provider says that a key, or a scope, cost on a day. */
export interface FakeCost {
  readonly keyId: string | null;
  readonly at: number;
  readonly microUsd: number;
  readonly scopeId?: string | null;
}

export interface FakeProviderOptions {
  readonly id?: string;
  readonly connectionId?: string;
  readonly title?: string;
  readonly acts?: readonly KeyAct[];
  readonly disable?: ProviderCapabilities['disable'];
  /** Methods that only some providers have: `readLimits` and what changes limits and accounts. */
  readonly extras?: readonly (
    | 'readLimits'
    | 'readSpendAlerts'
    | 'setSpendLimit'
    | 'setRateLimit'
    | 'setModelPermissions'
    | 'deleteKeyOwner'
    | 'renameKey'
  )[];
  /** Whether keys can be made, and for whom. */
  readonly create?: ProviderCapabilities['create'];
  /** Whether it has an event log of its own, which then may be on or off. */
  readonly hasEventLog?: boolean;
  /** Whether it says who is in a scope. */
  readonly hasMembers?: boolean;
  /** Given: costs can be asked for, so far back. */
  readonly costHistoryMs?: number;
  readonly usageHistoryMs?: number;
  /** Called at the start of each call: throws inside a transaction. */
  readonly onCall?: () => void;
}

const STATUS_AFTER: Readonly<Record<KeyAct, KeyStatus>> = {
  suspend: 'inactive',
  restore: 'active',
  revoke: 'archived',
};

const NO_LIMITS: ScopeLimits = {
  spendLimit: { availability: 'available', monthlyMicroUsd: null, enforcing: null },
  rateLimits: [],
  models: { availability: 'available', mode: 'all', models: [] },
};

const NO_ALERTS: SpendAlertReport = { availability: 'available', alerts: [] };

export function fakeKey(id: string, values: Partial<ProviderKey> = {}): ProviderKey {
  return {
    id,
    scopeId: 'ws_1',
    label: id,
    hint: `sk-…${id.slice(-4)}`,
    status: 'active',
    createdAt: 1_000,
    lastUsedAt: null,
    expiresAt: null,
    owner: null,
    kind: 'inference',
    ...values,
  };
}

export function fakeEvent(at: number, values: Partial<ProviderEvent> = {}): ProviderEvent {
  return {
    id: `event_${at}`,
    at,
    kind: 'login',
    keyId: null,
    scopeId: null,
    keyChange: null,
    actor: 'ada@acme.test',
    detail: {},
    ...values,
  };
}

export function fakeScope(id: string, name: string): ProviderScope {
  return { id, kind: 'workspace', name, archived: false };
}

/** A provider in memory that follows a script and writes down every call. */
export class FakeProvider {
  readonly keys = new Map<string, ProviderKey>();
  scopes: readonly ProviderScope[] = [fakeScope('ws_1', 'Default')];
  /** By scope id; a scope that is not here has no limits of its own. */
  readonly limits = new Map<string, ScopeLimits>();
  /** By scope id; null: of the organization. What is not here has none. */
  readonly spendAlerts = new Map<string | null, SpendAlertReport>();
  /** By scope id; null: not told. */
  readonly members = new Map<string, readonly ProviderMember[] | null>();
  use: FakeUse[] = [];
  events: readonly ProviderEvent[] = [];
  eventLog: 'on' | 'off' = 'on';
  readonly eventWindows: EventWindow[] = [];
  costs: FakeCost[] = [];
  /** What a cost report says of itself. */
  costReport: Omit<CostReport, 'costs'> = { availability: 'available', perKey: true, refreshedAt: null };
  /** `suspend key_1`, in order. */
  readonly calls: string[] = [];
  /** Changes that really happened at the provider. */
  readonly effects: string[] = [];
  readonly windows: UsageWindow[] = [];
  readonly costWindows: UsageWindow[] = [];
  readonly port: Provider;
  readonly #script = new Map<Method, Answer[]>();
  readonly #onCall: () => void;
  #made = 0;
  /** The provider's own time. */
  now: () => number = () => 1_000;

  constructor(options: FakeProviderOptions = {}) {
    const { id = 'fake', connectionId = id, title = 'Fake AI', acts = ['suspend', 'restore', 'revoke'] } = options;
    this.#onCall = options.onCall ?? (() => {});
    const doing = (act: KeyAct) => (acts.includes(act) ? { [`${act}Key`]: (ref: KeyRef) => this.#act(act, ref) } : {});
    this.port = {
      id,
      connectionId,
      title,
      capabilities: {
        disable: options.disable ?? 'reversible',
        create: options.create ?? 'none',
        capScope: options.extras === undefined ? 'none' : 'workspace',
        lastUsed: 'usage',
        usagePerKey: true,
        costPerKey: false,
        spendAlerts: options.extras?.includes('readSpendAlerts') ? 'listed' : 'console',
        survivesStop: [{ what: 'batches', longestMs: 86_400_000 }],
      },
      writable: acts.length > 0,
      spendAlertsUrl: 'https://console.test/alerts',
      usageWidthsMs: [60_000, 3_600_000, 86_400_000],
      ...(options.usageHistoryMs === undefined ? {} : { usageHistoryMs: options.usageHistoryMs }),
      listScopes: () => this.#read('listScopes', '', () => this.scopes),
      listKeys: () =>
        this.#read('listKeys', '', (answer) => (answer.kind === 'lists' ? answer.keys : [...this.keys.values()])),
      ...(options.hasMembers
        ? {
            listMembers: ({ id }) =>
              this.#read('listMembers', id, () =>
                this.members.get(id) === null ? null : (this.members.get(id) ?? []),
              ),
          }
        : {}),
      readUsage: (window) => this.#readUsage(window),
      ...(options.costHistoryMs === undefined
        ? {}
        : { costHistoryMs: options.costHistoryMs, readCosts: (window: UsageWindow) => this.#readCosts(window) }),
      readKeyStatus: (ref) =>
        this.#read('readKeyStatus', ref.providerKeyId, (answer) =>
          answer.kind === 'says' ? answer.status : (this.keys.get(ref.providerKeyId)?.status ?? 'gone'),
        ),
      ...(options.hasEventLog
        ? { readEvents: (window) => this.#readEvents(window), eventsSetup: 'An owner switches it on.' }
        : {}),
      ...doing('suspend'),
      ...doing('restore'),
      ...doing('revoke'),
      ...this.#extras(options.extras ?? []),
      ...((options.create ?? 'none') === 'none' ? {} : { createKey: (request) => this.#create(request) }),
      consoleSteps: (act, ref) => ({ url: 'https://console.test', steps: [`${act} ${ref.providerKeyId}`] }),
    };
  }

  script(method: Method, ...answers: readonly Answer[]): void {
    this.#script.set(method, [...(this.#script.get(method) ?? []), ...answers]);
  }

  put(...keys: readonly ProviderKey[]): void {
    for (const key of keys) this.keys.set(key.id, key);
  }

  change(id: string, values: Partial<ProviderKey>): void {
    this.keys.set(id, { ...(this.keys.get(id) ?? fakeKey(id)), ...values });
  }

  callsOf(method: Method): readonly string[] {
    return this.calls.filter((call) => call.split(' ')[0] === method);
  }

  async #read<Result>(method: Method, subject: string, take: (answer: Answer) => Result): Promise<Result> {
    const answer = this.#begin(method, subject);
    const result = take(answer);
    await this.#meet(answer);
    return result;
  }

  #readUsage(window: UsageWindow): Promise<readonly ProviderUsage[]> {
    this.windows.push(window);
    return this.#read('readUsage', `${window.widthMs}`, () =>
      this.use
        .filter(({ at }) => at >= window.from && at < window.to)
        .map(({ keyId, at, tokens, model = 'fake-1', scopeId = 'ws_1', requests = 1, counts = {} }) => ({
          providerKeyId: keyId,
          scopeId,
          model,
          endpoint: 'messages',
          variant: {},
          startAt: floorTo(at, window.widthMs),
          widthMs: window.widthMs,
          tokens: { ...NO_TOKENS, ...counts, output: tokens },
          requests,
        })),
    );
  }

  #extras(names: NonNullable<FakeProviderOptions['extras']>): Partial<Provider> {
    const all = {
      readLimits: (scopeId) => this.#read('readLimits', scopeId, () => this.limitsOf(scopeId)),
      readSpendAlerts: (scopeId) =>
        this.#read('readSpendAlerts', scopeId ?? 'all', () => this.spendAlerts.get(scopeId) ?? NO_ALERTS),
      setSpendLimit: (scopeId, monthlyMicroUsd) =>
        this.#change('setSpendLimit', `${scopeId} ${monthlyMicroUsd}`, () => {
          const before = this.limitsOf(scopeId);
          this.limits.set(scopeId, { ...before, spendLimit: { ...before.spendLimit, monthlyMicroUsd } });
        }),
      setRateLimit: (scopeId, limitId, value) =>
        this.#change('setRateLimit', `${scopeId} ${limitId} ${value}`, () => {
          const before = this.limitsOf(scopeId);
          const rateLimits = before.rateLimits.map((one) => (one.id === limitId ? { ...one, value } : one));
          this.limits.set(scopeId, { ...before, rateLimits });
        }),
      setModelPermissions: (scopeId, rule) =>
        this.#change('setModelPermissions', `${scopeId} ${rule.mode} ${rule.models.join(' ')}`, () => {
          this.limits.set(scopeId, { ...this.limitsOf(scopeId), models: { availability: 'available', ...rule } });
        }),
      deleteKeyOwner: (_ref, ownerId) =>
        this.#change('deleteKeyOwner', ownerId, () => {
          const owned = [...this.keys.values()].filter(({ owner }) => owner?.id === ownerId);
          if (owned.length === 0) throw providerError('provider_not_found');
          for (const { id } of owned) this.keys.delete(id);
        }),
      renameKey: async ({ providerKeyId }, name) => {
        await this.#change('renameKey', `${providerKeyId} ${name}`, () => this.change(providerKeyId, { label: name }));
        return this.keys.get(providerKeyId)?.label ?? '';
      },
    } satisfies Partial<Provider>;
    return Object.fromEntries(names.map((name) => [name, all[name]]));
  }

  /** The value of the key that was made last under this id. */
  valueOf(id: string): string {
    return `sk-fake-canary-value-of-${id}-0123456789`;
  }

  async #create({ name, beside, ownerId }: NewKeyRequest): Promise<MadeKey> {
    const id = `made_${this.#made + 1}`;
    await this.#change('createKey', name, () => {
      this.#made += 1;
      const owner = { kind: 'service_account', id: ownerId, name: null, email: null, hasAccess: true } as const;
      this.put(fakeKey(id, { label: name, scopeId: beside.scopeId, hint: `sk-…${id}`, createdAt: this.now(), owner }));
    });
    return { providerKeyId: id, value: new Secret(this.valueOf(id)), hint: null, createdAt: this.now() };
  }

  limitsOf(scopeId: string): ScopeLimits {
    return this.limits.get(scopeId) ?? NO_LIMITS;
  }

  async #change(method: Method, subject: string, apply: () => void): Promise<void> {
    const answer = this.#begin(method, subject);
    if (answer.kind === 'ignored') return;
    if (answer.kind === 'fails' || answer.kind === 'held') await this.#meet(answer);
    apply();
    this.effects.push(`${method} ${subject}`);
    if (answer.kind === 'applied') throw answer.error;
  }

  #readEvents(window: EventWindow): Promise<EventReport> {
    this.eventWindows.push(window);
    const { from, to } = window;
    return this.#read('readEvents', '', () =>
      this.eventLog === 'off'
        ? { availability: 'not_enabled', events: [] }
        : { availability: 'available', events: this.events.filter(({ at }) => at >= from && (to === null || at < to)) },
    );
  }

  #readCosts(window: UsageWindow): Promise<CostReport> {
    this.costWindows.push(window);
    return this.#read('readCosts', '', () => ({
      ...this.costReport,
      costs: this.costs
        .filter(({ at }) => at >= window.from && at < window.to)
        .map(({ keyId, at, microUsd, scopeId = 'ws_1' }) => ({
          providerKeyId: this.costReport.perKey ? keyId : null,
          scopeId,
          startAt: floorTo(at, window.widthMs),
          widthMs: window.widthMs,
          costMicroUsd: microUsd,
          lineItem: null,
        })),
    }));
  }

  async #act(act: KeyAct, { providerKeyId }: KeyRef): Promise<void> {
    const answer = this.#begin(act, providerKeyId);
    if (answer.kind === 'ignored') return;
    if (answer.kind === 'fails' || answer.kind === 'held') await this.#meet(answer);
    this.#apply(act, providerKeyId);
    if (answer.kind === 'applied') throw answer.error;
  }

  #apply(act: KeyAct, id: string): void {
    const key = this.keys.get(id);
    if (key === undefined) throw providerError('provider_not_found');
    const status = STATUS_AFTER[act];
    if (key.status === status || status === 'gone') return;
    this.keys.set(id, { ...key, status });
    this.effects.push(`${act} ${id}`);
  }

  #begin(method: Method, subject: string): Answer {
    this.#onCall();
    this.calls.push(subject === '' ? method : `${method} ${subject}`);
    return this.#script.get(method)?.shift() ?? ok;
  }

  async #meet(answer: Answer): Promise<void> {
    if (answer.kind === 'fails' || answer.kind === 'applied') throw answer.error;
    if (answer.kind !== 'held') return;
    answer.reached();
    await answer.until;
  }
}
