import type { ProviderKey, ProviderScope } from '../../src/domain/key.ts';
import type { ScopeLimits } from '../../src/domain/limits.ts';
import type { SpendAlertReport } from '../../src/domain/spend-alert.ts';
import type { ProviderUsage } from '../../src/domain/usage.ts';
import type {
  ConnectOptions,
  CostReport,
  EventReport,
  KeyRef,
  Provider,
  ProviderMember,
  UsageWindow,
} from '../../src/ports/provider.ts';
import type { ClientOptions, Transport } from '../../src/providers/lib/call.ts';
import type { Respond } from '../providers/support/loopback.ts';

/** What a provider's own test brings along: how to connect, what its server answers, and what must come of it. */
export interface ProviderCase {
  readonly title: string;
  /** Path of the base URL: `/v1` or nothing. */
  readonly basePath: string;
  readonly adminKey: string;
  readonly writeKey: string;
  connect(options: ConnectOptions, transport?: Transport): Provider;
  /** The SDK's client, where there is an SDK. */
  readonly createClient?: (options: ClientOptions) => object;
  /** A small organization, its lists split over several pages, with fields that no schema knows. */
  readonly organization: Respond;
  readonly scopes: readonly ProviderScope[];
  readonly keys: readonly ProviderKey[];
  readonly window: UsageWindow;
  readonly usage: readonly ProviderUsage[];
  readonly key: KeyRef;
  /** Whether usage can be read in parts, too. */
  readonly streams: boolean;
  /** Bodies that announce a next page which does not exist, or lead in a circle. */
  readonly endlessPages: readonly unknown[];
  /** Requests for scopes that other reads make on the side. */
  readonly lookUps?: RegExp;
  /** A server that lists this many keys in the given pages, and answers the rest as `organization` does. */
  manyKeys(total: number, perPage: number): Respond;
  /** Headers of the provider's own protocol, besides those that every request has. */
  readonly ownHeaders: readonly string[];
  /** Variables that the SDK reads from the environment, with values that must never show on the wire. */
  readonly ambient: Readonly<Record<string, string>>;
  /** An error body in the provider's own form. */
  errorBody(message: string, code?: string): unknown;
  readonly terminalCode: string;
  readonly optional: OptionalCase;
}

/** What the provider's optional methods must give for `organization`; null where it does not have the method. */
export interface OptionalCase {
  readonly days: UsageWindow;
  readonly costs: CostReport | null;
  readonly eventsSince: number;
  readonly events: EventReport | null;
  readonly scopeId: string;
  /** Who is in that scope. */
  readonly members: readonly ProviderMember[] | null;
  readonly limits: ScopeLimits | null;
  /** Of the scope, and of the organization. */
  readonly spendAlerts: { readonly scope: SpendAlertReport; readonly all: SpendAlertReport } | null;
  /** One call of each setter that the provider has, and the one request that must come of it. */
  readonly sets: readonly SetCase[];
}

export interface SetCase {
  readonly name: 'setSpendLimit' | 'setRateLimit' | 'setModelPermissions' | 'deleteKeyOwner' | 'createKey';
  readonly run: (provider: Provider) => Promise<unknown> | undefined;
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown };
}
