import { countsAsProduction, type Key, STOPPED_STATUSES } from '../../domain/key.ts';
import type { KnownLimits } from '../../domain/limits.ts';
import { DAY_MS, monthStart } from '../../domain/time.ts';
import { noKeyId } from '../../domain/usage.ts';
import type { ConsoleSteps, ProviderCapabilities } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

// A refusal is remembered for a day: rights and previews are switched on without anybody telling us.
const REFUSAL_HOLDS_MS = DAY_MS;

/** What bounds the spend of a key through its scope, and who else depends on it. */
export interface ScopeCard {
  readonly capScope: ProviderCapabilities['capScope'];
  /** Null: not read yet. */
  readonly known: KnownLimits | null;
  /** The other working keys of the scope, by slug. */
  readonly sharedWith: readonly string[];
  /** One of them that counts as production. */
  readonly productionSibling: string | null;
}

/** How a person could change the cap: from here, or by hand, or (both null and false) not at all. */
export interface CapControls {
  readonly canChange: boolean;
  readonly consoleSteps: ConsoleSteps | null;
}

/** Null for a key that belongs to no scope, such as an admin key. */
export async function describeScope(
  { store, providers }: Pick<Deps, 'store' | 'providers'>,
  key: Key,
): Promise<ScopeCard | null> {
  const provider = providers.get(key.connectionId);
  if (provider === undefined || key.scopeId === null) return null;
  const { capScope } = provider.capabilities;
  const known = (await store.read.scopeLimits.get(key.connectionId, key.scopeId)) ?? null;
  return { capScope, known, ...(await sharers(store.read, key)) };
}

/** What the scope has spent in this calendar month, UTC, usage without a key included; null while usage is not known. */
export async function spentThisMonth(
  { store, clock, providers }: Pick<Deps, 'store' | 'clock' | 'providers'>,
  { connectionId, providerId, scopeId }: Key,
): Promise<number | null> {
  const watermark = await store.read.watermarks.get(connectionId);
  if (watermark?.polledAt == null) return null;
  const now = clock.now();
  const keys = await store.read.keys.ofScope(providerId, scopeId);
  const connections = [...providers.values()].filter(({ id }) => id === providerId);
  const ids = [...keys.map(({ id }) => id), ...connections.map((one) => noKeyId(one.connectionId, scopeId))];
  return store.read.usage.costOf(ids, { from: monthStart(now), to: now });
}

export function capControls(
  { providers, clock }: Pick<Deps, 'providers' | 'clock'>,
  key: Key,
  known: KnownLimits | null,
): CapControls {
  const provider = providers.get(key.connectionId);
  if (provider === undefined || provider.capabilities.capScope === 'none' || key.kind === 'admin') {
    return { canChange: false, consoleSteps: null };
  }
  const refused = known?.capRefusedAt != null && clock.now() - known.capRefusedAt < REFUSAL_HOLDS_MS;
  const closed = known?.limits?.spendLimit.availability === 'not_enabled';
  const canChange = provider.setSpendLimit !== undefined && key.scopeId !== null && !refused && !closed;
  const ref = { providerKeyId: key.providerKeyId, scopeId: key.scopeId };
  return { canChange, consoleSteps: canChange ? null : provider.consoleSteps('change_cap', ref) };
}

/** The other keys of this key's scope that can spend. */
export async function sharers(
  { keys, lineages }: Pick<Repos, 'keys' | 'lineages'>,
  key: Key,
): Promise<Pick<ScopeCard, 'sharedWith' | 'productionSibling'>> {
  const others = (await keys.ofScope(key.providerId, key.scopeId)).filter(
    ({ id, status }) => id !== key.id && !STOPPED_STATUSES.has(status),
  );
  // One query for all: a scope can hold a thousand keys.
  const byId = new Map((await lineages.all()).map((lineage) => [lineage.id, lineage]));
  const known = others.map(({ lineageId }) => byId.get(lineageId)).filter((lineage) => lineage !== undefined);
  return {
    sharedWith: known.map(({ slug }) => slug).sort(),
    productionSibling: known.find(({ environment }) => countsAsProduction(environment))?.slug ?? null,
  };
}
