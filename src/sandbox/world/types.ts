export type ProviderId = 'openai' | 'anthropic';

export type KeyState = 'active' | 'inactive' | 'archived' | 'expired' | 'deleted';

export type EndpointFamily = 'completions' | 'embeddings';

/** How the requests of one line were served: what a price depends on besides the model. */
export interface Variant {
  readonly batch: boolean;
  readonly serviceTier: 'standard' | 'batch';
  readonly contextWindow: '0-200k' | '200k-1M';
}

/** Token counts by kind; the five kinds never overlap. */
export interface TokenCounts {
  readonly uncachedInput: number;
  readonly cachedRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
}

/** What identifies a line of usage on one key. */
export interface LineIdentity {
  readonly provider: ProviderId;
  readonly model: string;
  readonly endpoint: EndpointFamily;
  readonly variant: Variant;
}

/** Usage of one key, one model, one endpoint family and one variant. */
export interface UsageLine extends LineIdentity {
  readonly tokens: TokenCounts;
  readonly requests: number;
}

export interface Person {
  readonly slug: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'owner' | 'member';
  readonly joinedAt: number;
  /** When the person left the company; their account is gone from then on. */
  readonly leftAt: number | undefined;
}

/** A project (OpenAI) or workspace (Anthropic). */
export interface WorldScope {
  readonly id: string;
  readonly provider: ProviderId;
  readonly name: string;
  readonly createdAt: number;
  readonly archivedAt: number | undefined;
  readonly isDefault: boolean;
}

export interface WorldServiceAccount {
  readonly id: string;
  readonly scopeId: string;
  readonly name: string;
  readonly createdAt: number;
  readonly deletedAt: number | undefined;
}

export type KeyOwner =
  | { readonly type: 'user'; readonly person: Person; readonly userId: string }
  | { readonly type: 'service_account'; readonly serviceAccountId: string }
  | { readonly type: 'none' };

export interface WorldKey {
  readonly id: string;
  readonly provider: ProviderId;
  readonly scopeId: string;
  readonly name: string;
  /** The provider's shortened form of the secret; there is no secret behind it. */
  readonly hint: string;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly owner: KeyOwner;
  /** True for console use: real money that the provider reports without a key id and never lists. */
  readonly keyless: boolean;
}

/** A theft as a story plans it; the key is named, since ids follow from the seed. */
export interface LeakPlan {
  readonly provider: ProviderId;
  readonly keyName: string;
  readonly startedAt: number;
  readonly endsAt: number;
  readonly usdPerHour: number;
  /** A model the key never used before. */
  readonly model: string;
  /** One tiny request with that model, before the theft in earnest. */
  readonly firstProbeAt?: number;
}

export interface WorldLeak extends LeakPlan {
  readonly keyId: string;
}

/** A time in which a provider answers every request with an error. */
export interface OutagePlan extends TimeRange {
  readonly provider: ProviderId;
  readonly status: number;
}

/** A time in which Slack takes nothing and keeps no socket open. */
export interface SlackOutagePlan extends TimeRange {
  readonly status: number;
}

/** A time in which a provider publishes usage later than usual. */
export interface LagPlan extends TimeRange {
  readonly provider: ProviderId;
  readonly minutes: number;
}

export interface TimeRange {
  /** Inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}
