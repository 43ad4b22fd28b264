import type { KnownLimits } from '../domain/limits.ts';

export interface ScopeLimitsRepo {
  get(connectionId: string, scopeId: string): Promise<KnownLimits | undefined>;
  put(known: KnownLimits): Promise<void>;
  ofConnection(connectionId: string): Promise<readonly KnownLimits[]>;
}
