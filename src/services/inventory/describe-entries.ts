import type { InventoryEntry } from '../../domain/inventory-entry.ts';
import { isWatched } from '../../domain/key.ts';
import { type CapRules, ownCapOf } from '../../domain/own-cap.ts';
import { monthStart } from '../../domain/time.ts';
import { type KeyInsights, noInsights } from './key-insights.ts';
import type { KeySummary, ListDeps } from './list-keys.ts';

// Asking for so many by id is slower than asking for all.
const FEW = 1_000;

type EntryDeps = Pick<ListDeps, 'store' | 'clock'> & { readonly policy: CapRules };

/** Keys with every column of the inventory, in the order in which they are given. */
export async function describeEntries(
  deps: EntryDeps,
  keys: readonly KeySummary[],
  insights: KeyInsights = noInsights,
): Promise<readonly InventoryEntry[]> {
  const known = await knownOf(deps, keys.length > FEW ? undefined : keys.map(({ key }) => key.id), insights);
  return keys.map((summary) => entryOf(summary, known));
}

/** One key with every column. */
export async function describeEntry(
  deps: EntryDeps,
  summary: KeySummary,
  insights: KeyInsights,
): Promise<InventoryEntry> {
  return entryOf(summary, await knownOf(deps, [summary.key.id], insights));
}

async function knownOf(
  { store, clock, policy }: EntryDeps,
  ids: readonly string[] | undefined,
  insights: KeyInsights,
): Promise<Known> {
  const now = clock.now();
  const month = await store.read.usage.dayCosts({ from: monthStart(now), to: now }, ids);
  const emails = await emailsOf(store);
  return { month, emails, insights, policy };
}

/** By Slack user id; an address that two people have names neither. */
export async function emailsOf(store: ListDeps['store']): Promise<ReadonlyMap<string, string>> {
  const members = await store.read.members.all();
  const counts = new Map<string, number>();
  for (const { email } of members) {
    const address = email?.toLowerCase();
    if (address !== undefined) counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  const single = members.filter(({ email }) => counts.get(email?.toLowerCase() ?? '') === 1);
  return new Map(single.map(({ userId, email }) => [userId, email?.toLowerCase() ?? '']));
}

export interface Known {
  readonly month: ReadonlyMap<string, number>;
  readonly emails: ReadonlyMap<string, string>;
  readonly insights: KeyInsights;
  readonly policy: CapRules;
}

/** Pure: the row from its parts. */
export function entryOf(summary: KeySummary, { month, emails, insights, policy }: Known): InventoryEntry {
  const { key, lineage, providerTitle, scopeName, last30dMicroUsd, called } = summary;
  const cap = ownCapOf(lineage, policy);
  return {
    ...insights(summary),
    keyId: key.id,
    slug: lineage.slug,
    providerId: key.providerId,
    providerTitle,
    kind: key.kind,
    hint: key.hint,
    label: key.label,
    createdAt: key.createdAt,
    lastUsedAt: key.lastUsedAt,
    ownerSlackId: lineage.ownerSlackId,
    ownerStanding: lineage.ownerStanding,
    ownerEmail: emails.get(lineage.ownerSlackId ?? '') ?? null,
    providerOwner: key.owner?.email ?? key.owner?.name ?? null,
    environment: lineage.environment,
    workload: lineage.workload,
    scope: scopeName ?? key.scopeId,
    models: [...new Set(called.map(({ model }) => model))],
    endpoints: [...new Set(called.map(({ endpoint }) => endpoint))].sort(),
    status: key.status,
    isWatched: isWatched(key),
    expiresAt: key.expiresAt,
    capMicroUsd: cap.microUsd,
    capOrigin: cap.origin,
    last30dMicroUsd,
    monthToDateMicroUsd: month.get(key.id) ?? 0,
    retention: lineage.retention,
    allowedModels: lineage.allowedModels,
    consumers: lineage.consumers,
  };
}
