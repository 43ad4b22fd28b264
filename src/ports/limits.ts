import type { Grant } from '../domain/grant.ts';
import type { Lineage } from '../domain/key.ts';
import type { KnownLimits } from '../domain/limits.ts';

/** What decides about a lineage's own cap. */
export type CapLine = Pick<Lineage, 'id' | 'slug' | 'environment' | 'capMicroUsd' | 'capSource'>;

export interface ScopeLimitsRepo {
  get(connectionId: string, scopeId: string): Promise<KnownLimits | undefined>;
  put(known: KnownLimits): Promise<void>;
  ofConnection(connectionId: string): Promise<readonly KnownLimits[]>;
  /** The monthly spend caps that are known, by scope. */
  caps(connectionId: string): Promise<ReadonlyMap<string, number>>;
}

export interface GrantRepo {
  insert(grant: Grant): Promise<void>;
  update(grant: Grant): Promise<void>;
  get(id: string): Promise<Grant | undefined>;
  idsOfKeys(keyIds: readonly string[]): Promise<readonly string[]>;
  /** Not ended, oldest first. */
  open(): Promise<readonly Grant[]>;
}
