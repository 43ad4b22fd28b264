import type { Environment, Key, KeyStatus, OwnerStanding } from './key.ts';
import type { OwnCap } from './own-cap.ts';

/** One key with all that is known of it; null everywhere means not known, or none. */
export interface InventoryEntry {
  readonly keyId: string;
  readonly slug: string;
  readonly providerId: string;
  readonly providerTitle: string;
  readonly kind: Key['kind'];
  readonly hint: string | null;
  readonly label: string;
  readonly createdAt: number | null;
  readonly lastUsedAt: number | null;
  readonly ownerSlackId: string | null;
  readonly ownerStanding: OwnerStanding;
  /** The person's e-mail address, where the workspace tells it. */
  readonly ownerEmail: string | null;
  /** Whom the provider names. */
  readonly providerOwner: string | null;
  readonly environment: Environment;
  readonly workload: string | null;
  readonly scope: string | null;
  /** Called in the last 30 days. */
  readonly models: readonly string[];
  readonly endpoints: readonly string[];
  readonly status: KeyStatus;
  readonly isWatched: boolean;
  readonly expiresAt: number | null;
  readonly rotationDueAt: number | null;
  /** The one that holds, policy's included. */
  readonly capMicroUsd: number | null;
  /** Null: nobody has said anything; with a null amount of people: they said that there is none. */
  readonly capOrigin: OwnCap['origin'];
  readonly last30dMicroUsd: number;
  /** Since the calendar month began (UTC). */
  readonly monthToDateMicroUsd: number;
  readonly blastRadiusMicroUsd: number | null;
  readonly retention: string | null;
  readonly allowedModels: readonly string[] | null;
  /** Where its value is kept, in words. */
  readonly storedIn: readonly string[] | null;
  readonly consumers: readonly string[];
}

/** As `keysteward keys list --json` prints it. */
export function entryJson(entry: InventoryEntry) {
  return {
    slug: entry.slug,
    provider: entry.providerId,
    hint: entry.hint,
    label: entry.label,
    createdAt: isoOf(entry.createdAt),
    lastUsedAt: isoOf(entry.lastUsedAt),
    owner: entry.ownerSlackId,
    environment: entry.environment,
    workload: entry.workload,
    scope: entry.scope,
    status: entry.status,
    models: entry.models,
    capMicroUsd: entry.capMicroUsd,
    monthToDateMicroUsd: entry.monthToDateMicroUsd,
    rotationDueAt: isoOf(entry.rotationDueAt),
    blastRadiusMicroUsd: entry.blastRadiusMicroUsd,
  };
}

/** `2026-03-03T12:00:00.000Z` */
export function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
