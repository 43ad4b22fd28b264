import type { ProviderEvent } from '../domain/detector.ts';
import type { Availability } from '../domain/limits.ts';

/** An event as it is kept; `keyId` is the provider's own. */
export interface StoredEvent extends ProviderEvent {
  readonly providerId: string;
  /** Unique: what makes it the same event when it is read again. */
  readonly identity: string;
  /** The connection that read it first. */
  readonly connectionId: string;
  readonly seenAt: number;
}

export interface EventsAbout {
  readonly providerId: string;
  readonly from: number;
  readonly to: number;
  /** The provider's own ids; an event about any of them counts. */
  readonly keyIds: readonly string[];
  readonly scopeIds: readonly string[];
}

export interface ProviderEventRepo {
  /** Leaves out what is there already. Returns how many are new. */
  add(events: readonly StoredEvent[]): Promise<number>;
  /** Ascending. */
  about(wanted: EventsAbout): Promise<readonly StoredEvent[]>;
  /** Newest first. */
  ofKey(
    key: { readonly providerId: string; readonly providerKeyId: string },
    limit: number,
  ): Promise<readonly StoredEvent[]>;
  /** Ascending; of those whose kind holds this text. */
  ofConnection(
    connectionId: string,
    wanted: { readonly from: number; readonly kindPart: string },
  ): Promise<readonly StoredEvent[]>;
  /** When a key was last made, changed or deleted, up to `until`, as far as this connection's log tells. */
  newestKeyChangeAt(connectionId: string, until: number): Promise<number | null>;
  /** Removes up to `limit` of those before; returns how many. */
  prune(before: number, limit: number): Promise<number>;
}

/** How far one connection's event log was read, and why no further. */
export interface EventWatermark {
  readonly connectionId: string;
  /** Null: the provider has not answered yet. */
  readonly availability: Availability | null;
  /** Since when it is so. */
  readonly changedAt: number;
  readonly readUntil: number | null;
  /** Null while the log has told nothing at all: it may be off without saying so. */
  readonly newestEventAt: number | null;
  /** Not asked again before. */
  readonly notBeforeAt: number | null;
  readonly failingSince: number | null;
  readonly misses: number;
  readonly problem: string | null;
}

export interface EventWatermarkRepo {
  get(connectionId: string): Promise<EventWatermark | undefined>;
  put(watermark: EventWatermark): Promise<void>;
  all(): Promise<readonly EventWatermark[]>;
}
