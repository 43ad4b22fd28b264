import { parseAmount } from './amount.ts';
import { type DisplayCurrency, exactUsd, MICRO_USD_PER_USD, US_DOLLAR } from './money.ts';
import { plural } from './time.ts';

/** Whether the provider lets us ask at all: `not_enabled` is a feature that is off, never "nothing there". */
export type Availability = 'available' | 'not_enabled';

/** A monthly spend cap of a scope. */
export interface SpendLimit {
  readonly availability: Availability;
  /** Null: none is set. */
  readonly monthlyMicroUsd: number | null;
  /** True: it is reached and requests are refused. Null where the provider does not say. */
  readonly enforcing: boolean | null;
}

export interface RateLimit {
  /** What `setRateLimit` takes. */
  readonly id: string;
  /** Null: all models of the scope. */
  readonly model: string | null;
  /** `requests_per_minute`, `input_tokens_per_minute` … in the provider's words. */
  readonly kind: string;
  readonly value: number | null;
  /** Of a group of models, what they are called; absent: `model` says it. */
  readonly models?: readonly string[];
  /** What all scopes of the organization have together; absent: not told. */
  readonly sharedValue?: number;
}

export interface ModelPermissions {
  readonly availability: Availability;
  readonly mode: 'all' | 'allow' | 'deny';
  readonly models: readonly string[];
}

export type ModelRule = Pick<ModelPermissions, 'mode' | 'models'>;

/** What bounds the spend of a scope, for caps and for the blast radius. */
export interface ScopeLimits {
  readonly spendLimit: SpendLimit;
  readonly rateLimits: readonly RateLimit[];
  readonly models: ModelPermissions;
}

/** What is known of a scope's limits, and when to ask again. */
export interface KnownLimits {
  readonly connectionId: string;
  readonly scopeId: string;
  /** Null: never read. */
  readonly limits: ScopeLimits | null;
  /** Grows when anything in `limits` changed; part of an action's idempotency key. */
  readonly revision: number;
  readonly readAt: number | null;
  readonly notBeforeAt: number;
  /** When the provider said that this cap may not be written from here. */
  readonly capRefusedAt: number | null;
  /** Why the last read failed. */
  readonly problem: string | null;
}

const MICRO_USD_PER_CENT = 10_000;
const MAX_CAP_MICRO_USD = 10_000_000 * MICRO_USD_PER_USD;

export type CapInput =
  | { readonly ok: true; readonly monthlyMicroUsd: number | null; readonly converted: string | null }
  | { readonly ok: false; readonly fault: string };

/** A cap as a person types it: whole cents, or `none`. Nothing is rounded behind their back but what has to be converted. */
export function parseCap(text: string, currency: DisplayCurrency = US_DOLLAR): CapInput {
  const amount = parseAmount(text, currency);
  if (!amount.ok) return amount;
  const fault = capFault(amount.microUsd);
  if (fault !== null) return { ok: false, fault };
  return { ok: true, monthlyMicroUsd: amount.microUsd, converted: amount.converted };
}

/** Why no provider would take this cap; null when it is fine. */
export function capFault(monthlyMicroUsd: number | null): string | null {
  if (monthlyMicroUsd === null) return null;
  if (monthlyMicroUsd < MICRO_USD_PER_CENT) return 'The smallest cap is $0.01. To stop a key, suspend it.';
  if (monthlyMicroUsd > MAX_CAP_MICRO_USD) return `The largest cap is ${exactUsd(MAX_CAP_MICRO_USD)}.`;
  return monthlyMicroUsd % MICRO_USD_PER_CENT === 0 ? null : 'A cap is whole cents.';
}

/** `$500 a month`, to the cent: a cap is a setting, so it is shown as it is set. */
export function capWords(monthlyMicroUsd: number | null): string {
  return monthlyMicroUsd === null ? 'none' : `${exactUsd(monthlyMicroUsd)} a month`;
}

/** The models are text from outside: escape what comes back. */
export function modelWords({ mode, models }: ModelRule): string {
  if (mode === 'all') return 'all';
  if (models.length === 0) return mode === 'allow' ? 'none' : 'all';
  return `${mode === 'allow' ? 'only' : 'all but'} ${models.join(', ')}`;
}

/** `requests_per_minute` → `4,000 requests per minute`; the kind is text from outside. */
export function rateWords({ kind, value }: Pick<RateLimit, 'kind' | 'value'>): string {
  const words = kind
    .replace(/^max_/, '')
    .replace(/_per_1_/g, '_per_')
    .replaceAll('_', ' ');
  return value === null ? `no limit of ${words}` : `${value.toLocaleString('en-US')} ${words}`;
}

/** The limits that let the most money through, one for each model: tokens say more than requests. */
export function widestRates(rateLimits: readonly RateLimit[], count: number): readonly RateLimit[] {
  const widest = new Map<string | null, RateLimit>();
  for (const limit of rateLimits) {
    const best = widest.get(limit.model);
    if (best === undefined || weight(limit) > weight(best)) widest.set(limit.model, limit);
  }
  return [...widest.values()].sort((a, b) => weight(b) - weight(a)).slice(0, count);
}

function weight({ kind, value }: RateLimit): number {
  const perMinute = /minute/.test(kind) ? 2 : 1;
  const rank = /token|tpm/.test(kind) ? perMinute + 2 : perMinute;
  return rank * Number.MAX_SAFE_INTEGER + (value ?? Number.MAX_SAFE_INTEGER);
}

/** What a rule becomes when models are blocked, or when only some are let through: never wider than it was. */
export function narrowed(rule: ModelRule, choice: 'allow' | 'deny', models: readonly string[]): ModelRule {
  const chosen = new Set(models);
  if (choice === 'deny') {
    if (rule.mode === 'allow') return { mode: 'allow', models: rule.models.filter((model) => !chosen.has(model)) };
    const denied = rule.mode === 'deny' ? rule.models : [];
    return { mode: 'deny', models: [...new Set([...denied, ...models])].sort() };
  }
  const isLet = (model: string) => rule.mode === 'all' || (rule.mode === 'allow') === rule.models.includes(model);
  return { mode: 'allow', models: [...chosen].filter(isLet).sort() };
}

export function sameModels(a: ModelRule, b: ModelRule): boolean {
  const wanted = new Set(b.models);
  return a.mode === b.mode && new Set(a.models).size === wanted.size && a.models.every((model) => wanted.has(model));
}

/** `12 other keys share it`, for the cap of a scope. */
export function shareWords(others: number): string | null {
  if (others === 0) return null;
  return `${plural(others, 'other key')} ${others === 1 ? 'shares' : 'share'} it`;
}
