import type { ProviderScope } from './key.ts';
import type { Availability } from './limits.ts';

/** A message that a provider itself sends once a month's spend passes an amount: a second alarm, which needs no Keysteward. */
export interface SpendAlert {
  readonly monthlyMicroUsd: number;
}

export interface SpendAlertReport {
  /** `not_enabled`: they may not be read, so nothing is known; never "there are none". */
  readonly availability: Availability;
  /** Lowest amount first. One that nobody would get is left out. */
  readonly alerts: readonly SpendAlert[];
}

/** What is known of the alerts of one scope. */
export interface KnownSpendAlerts {
  readonly connectionId: string;
  /** Null: of the organization as a whole. */
  readonly scopeId: string | null;
  /** Null: never answered. */
  readonly report: SpendAlertReport | null;
  readonly readAt: number | null;
  /** When it was asked for last, in vain or not. */
  readonly askedAt: number;
}

/** Whether the provider of a connection would raise the alarm if Keysteward did not. */
export interface SecondAlarm {
  readonly title: string;
  /** Where a person sees and sets them. */
  readonly url: string;
  /** Null: there is no way to read them from here. */
  readonly seen: SeenAlerts | null;
}

export interface SeenAlerts {
  /** Whether anything was asked for yet. */
  readonly isAsked: boolean;
  /** An alert on all that the organization spends; null: could not be read. */
  readonly forAll: boolean | null;
  /** What its scopes are called. */
  readonly kind: ProviderScope['kind'];
  /** Scopes with keys that can spend, how many of them have an alert, and of how many it could not be read. */
  readonly scopes: number;
  readonly alarmed: number;
  readonly unread: number;
  /** Those that surely have none, by name: the dearest, a few of them. */
  readonly without: readonly string[];
}

/** A scope whose keys can spend. */
export interface SpendingScope {
  readonly id: string;
  readonly name: string;
  readonly spentMicroUsd: number;
}

interface Known {
  readonly alerts: readonly KnownSpendAlerts[];
  readonly scopes: readonly SpendingScope[];
  readonly kind: ProviderScope['kind'];
  /** What was read before is not known any more. */
  readonly freshFrom: number;
}

const NAMES = 3;

/** Sums up what is known; what could not be read, or not for long, counts as not known and never as none. */
export function seenAlerts({ alerts, scopes, kind, freshFrom }: Known): SeenAlerts {
  const byScope = new Map(alerts.map((one) => [one.scopeId, hasAlert(one, freshFrom)]));
  const has = (scopeId: string | null) => byScope.get(scopeId) ?? null;
  const without = scopes
    .filter(({ id }) => has(id) === false)
    .toSorted((a, b) => b.spentMicroUsd - a.spentMicroUsd || (a.name < b.name ? -1 : 1));
  return {
    isAsked: alerts.length > 0,
    forAll: has(null),
    kind,
    scopes: scopes.length,
    alarmed: scopes.filter(({ id }) => has(id) === true).length,
    unread: scopes.filter(({ id }) => has(id) === null).length,
    without: without.slice(0, NAMES).map(({ name }) => name),
  };
}

function hasAlert({ report, readAt }: KnownSpendAlerts, freshFrom: number): boolean | null {
  if (report?.availability !== 'available' || readAt === null || readAt < freshFrom) return null;
  return report.alerts.length > 0;
}
