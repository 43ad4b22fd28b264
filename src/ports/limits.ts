import type { Grant } from '../domain/grant.ts';
import type { Lineage } from '../domain/key.ts';
import type { KnownLimits } from '../domain/limits.ts';
import type { KnownSpendAlerts } from '../domain/spend-alert.ts';

/** What decides about a lineage's own cap. */
export type CapLine = Pick<Lineage, 'id' | 'slug' | 'environment' | 'capMicroUsd' | 'capSource'>;

export interface ScopeLimitsRepo {
  get(connectionId: string, scopeId: string): Promise<KnownLimits | undefined>;
  put(known: KnownLimits): Promise<void>;
  ofConnection(connectionId: string): Promise<readonly KnownLimits[]>;
  /** The monthly spend caps that are known, by scope. */
  caps(connectionId: string): Promise<ReadonlyMap<string, number>>;
}

export interface SpendAlertRepo {
  put(known: KnownSpendAlerts): Promise<void>;
  get(connectionId: string, scopeId: string | null): Promise<KnownSpendAlerts | undefined>;
  ofConnection(connectionId: string): Promise<readonly KnownSpendAlerts[]>;
}

export interface GrantRepo {
  insert(grant: Grant): Promise<void>;
  update(grant: Grant): Promise<void>;
  get(id: string): Promise<Grant | undefined>;
  idsOfKeys(keyIds: readonly string[]): Promise<readonly string[]>;
  /** Not ended, oldest first. */
  open(): Promise<readonly Grant[]>;
}
