import type { KeyActKind, LimitActKind } from '../domain/action.ts';
import type { ProviderEvent } from '../domain/detector.ts';
import type { KeyStatus, ProviderKey, ProviderScope } from '../domain/key.ts';
import type { Availability, ModelRule, ScopeLimits } from '../domain/limits.ts';
import type { Secret } from '../domain/secret.ts';
import type { SpendAlertReport } from '../domain/spend-alert.ts';
import type { ProviderUsage } from '../domain/usage.ts';
import type { Logger } from './logger.ts';

/** What a provider can do, as data. Buttons and texts render from this, never from a provider's name. */
export interface ProviderCapabilities {
  /** The mildest way to stop one key. */
  readonly disable: 'none' | 'reversible' | 'irreversible';
  /** Whether a key can be made by API: for nobody, for service accounts only, or for all. */
  readonly create: 'none' | 'service_account' | 'any';
  /** The smallest scope that a spend cap can be set on. */
  readonly capScope: 'none' | 'key' | 'project' | 'workspace' | 'org';
  /** Whether the key list says when a key was last used; `usage` means it is derived from usage. */
  readonly lastUsed: 'listed' | 'usage';
  readonly usagePerKey: boolean;
  readonly costPerKey: boolean;
  /** Whether alerts on spend that the provider itself sends can be read, or only its console shows them. */
  readonly spendAlerts: 'listed' | 'console';
  readonly survivesStop: readonly Survivor[];
  /** How long a change of a limit takes to work, where it is known to be more than some minutes. */
  readonly limitDelayMs?: Readonly<Partial<Record<LimitActKind, number>>>;
}

/** What can go on, and cost, after the key behind it was stopped. */
export interface Survivor {
  readonly what: 'batches' | 'fine_tunes' | 'schedules' | 'minted_tokens';
  /** It has ended by itself after this; null: nobody says when. */
  readonly longestMs: number | null;
}

export type KeyAct = KeyActKind;

/** What a person can be led through by hand. */
export type ConsoleAct = KeyAct | 'change_cap' | 'create' | 'rename';

/** A person as a provider knows them. */
export interface ProviderMember {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
}

/** Cost of one day (or finer) as the provider itself states it. */
export interface ProviderCost {
  readonly providerKeyId: string | null;
  readonly scopeId: string | null;
  readonly startAt: number;
  readonly widthMs: number;
  readonly costMicroUsd: number;
  /** What the provider calls it, where it says. */
  readonly lineItem: string | null;
}

export interface CostReport {
  readonly availability: Availability;
  /** False: the rows are per scope, and `providerKeyId` is null throughout. */
  readonly perKey: boolean;
  /** The provider's own word on how fresh the figures are; null where it gives none. */
  readonly refreshedAt: number | null;
  readonly costs: readonly ProviderCost[];
}

export interface EventReport {
  readonly availability: Availability;
  /** Ascending. `keyId` is the provider's own key id. */
  readonly events: readonly ProviderEvent[];
}

/** From `from` on, and before `to`; null: up to now. */
export interface EventWindow {
  readonly from: number;
  readonly to: number | null;
}

/** Where a key lives at its provider. */
export interface KeyRef {
  readonly providerKeyId: string;
  readonly scopeId: string | null;
}

export interface NewKeyRequest {
  /** As it will be listed, exactly. */
  readonly name: string;
  /** The key that it takes over from: the new one comes into the same scope. */
  readonly beside: KeyRef;
  /** The provider's id of the account that will own it. */
  readonly ownerId: string;
}

/** A key that was just made: the one moment at which its value can be had. */
export interface MadeKey {
  readonly providerKeyId: string;
  readonly value: Secret;
  /** Null where the answer has none: the key list will. */
  readonly hint: string | null;
  readonly createdAt: number | null;
}

/** How a workload can do without a key that lives for ever, for the person who is about to make another one. */
export interface KeylessAdvice {
  readonly title: string;
  readonly url: string;
  /** One sentence. */
  readonly why: string;
}

/** What a person does by hand where we have no right, or no API, to do it. */
export interface ConsoleSteps {
  readonly url: string;
  readonly steps: readonly string[];
}

/** All that a provider says of a range of time. */
export interface UsagePart {
  readonly from: number;
  readonly to: number;
  readonly usage: readonly ProviderUsage[];
}

export interface UsageWindow {
  /** Inclusive, aligned to `widthMs`. */
  readonly from: number;
  /** Exclusive, aligned to `widthMs`. */
  readonly to: number;
  readonly widthMs: number;
}

/**
 * One connection to one provider organization. Methods throw AppError only: the adapter translates foreign errors.
 * Nothing here retries; the scheduler does.
 */
export interface Provider {
  readonly id: string;
  readonly title: string;
  readonly connectionId: string;
  readonly capabilities: ProviderCapabilities;
  /** False without a write key: then there are console steps instead of the acts below. */
  readonly writable: boolean;
  /** Widths that usage can be read in, finest first. */
  readonly usageWidthsMs: readonly number[];
  /** How far back usage by the day is given. Absent: no further than the first polls read anyway. */
  readonly usageHistoryMs?: number;

  listScopes(signal?: AbortSignal): Promise<readonly ProviderScope[]>;
  /** All enabled and disabled keys, the connection's own admin keys included where they can be listed. */
  listKeys(scopes: readonly ProviderScope[], signal?: AbortSignal): Promise<readonly ProviderKey[]>;
  /** Who may read the keys of a scope; null where the provider does not say, or not to us. */
  listMembers?(scope: ProviderScope, signal?: AbortSignal): Promise<readonly ProviderMember[] | null>;
  /** Every page of the window or an error: a half-read window is never returned. */
  readUsage(window: UsageWindow, signal?: AbortSignal): Promise<readonly ProviderUsage[]>;
  /**
   * The same in parts, ascending and without a gap, so that a large answer is never in memory at once. Each part is
   * complete for its range; an error leaves the rest of the window unread.
   */
  streamUsage?(window: UsageWindow, signal?: AbortSignal): AsyncIterable<UsagePart>;
  /** The state of one key now, read from the provider. A key that is no longer there is `gone`, not an error. */
  readKeyStatus(ref: KeyRef, signal?: AbortSignal): Promise<KeyStatus>;

  /** How far back `readCosts` goes by the day; it may still refuse a part of that. */
  readonly costHistoryMs?: number;
  /** Every page or an error, as `readUsage`. */
  readCosts?(window: UsageWindow, signal?: AbortSignal): Promise<CostReport>;
  readLimits?(scopeId: string, signal?: AbortSignal): Promise<ScopeLimits>;
  /** Of a scope, or (null) of the organization as a whole. Read along with the limits, and no more often. */
  readSpendAlerts?(scopeId: string | null, signal?: AbortSignal): Promise<SpendAlertReport>;
  /** Where a person sees and sets them. */
  readonly spendAlertsUrl: string;
  /** The provider's own audit log in a window, ascending. */
  readEvents?(window: EventWindow, signal?: AbortSignal): Promise<EventReport>;
  /** How a person switches that log on, in whole sentences. */
  readonly eventsSetup?: string;

  /** Null removes the cap. Read back before and after by the caller; not every organization may write it. */
  setSpendLimit?(scopeId: string, monthlyMicroUsd: number | null): Promise<void>;
  setRateLimit?(scopeId: string, limitId: string, value: number): Promise<void>;
  setModelPermissions?(scopeId: string, rule: ModelRule): Promise<void>;
  /** Deletes the account that owns the key, and with it all its keys: for keys that refuse deletion by themselves. */
  deleteKeyOwner?(ref: KeyRef, ownerId: string): Promise<void>;

  /** For the owners that `capabilities.create` names. Never repeated blindly: a lost answer may have left a key. */
  createKey?(request: NewKeyRequest): Promise<MadeKey>;
  readonly keyless?: KeylessAdvice;

  suspendKey?(ref: KeyRef): Promise<void>;
  restoreKey?(ref: KeyRef): Promise<void>;
  revokeKey?(ref: KeyRef): Promise<void>;

  /** Returns the name as the provider shows it afterwards; the same name twice does no harm. Absent: it cannot. */
  renameKey?(ref: KeyRef, name: string): Promise<string>;

  /** `create`: a key beside `ref`, in the same scope. */
  consoleSteps(act: ConsoleAct, ref: KeyRef): ConsoleSteps;
}

export interface ConnectOptions {
  /** `openai`, or `openai:acme` for the admin key named ACME. */
  readonly connectionId: string;
  readonly readKey: Secret;
  readonly writeKey: Secret | undefined;
  /** Undefined: the provider's public address. */
  readonly baseUrl: string | undefined;
  readonly logger: Logger;
}

/** What tells an admin key from another credential that was pasted in its place. */
export interface AdminKeyForm {
  readonly prefix: string;
  /** The prefix as people see it, where that is longer. */
  readonly shown?: string;
  /** Where one is made. */
  readonly where: string;
}

/** One provider folder's export. Adding a provider is one folder and one line in the list. */
export interface ProviderDefinition {
  readonly id: string;
  readonly title: string;
  /** `OPENAI` makes OPENAI_ADMIN_KEY and OPENAI_BASE_URL. */
  readonly envPrefix: string;
  readonly defaultBaseUrl: string;
  /** Absent: any value may be an admin key. */
  readonly adminKeyForm?: AdminKeyForm;
  connect(options: ConnectOptions): Provider;
}
