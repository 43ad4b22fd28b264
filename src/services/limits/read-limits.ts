import { AppError, isAppError, publicMessageOf, toError } from '../../domain/errors.ts';
import { mapInFlight } from '../../domain/in-flight.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import type { KnownLimits } from '../../domain/limits.ts';
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { readSpendAlerts } from './read-spend-alerts.ts';
import { recordLimits, recordTrouble, type ScopeRef } from './record-limits.ts';

type ReadDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'providers' | 'logger'>;

// Reading a scope is several calls on the key that polls usage as well: a thousand scopes take about an hour.
const SCOPES_PER_RUN = 100;
const AFTER_FAILURE_MS = 30 * MINUTE_MS;
const SOON_MS = 5 * MINUTE_MS;
const CALM_MS = HOUR_MS;

export interface LimitsOutcome {
  readonly read: number;
  readonly failed: number;
  /** Put off because the provider asked us to slow down. */
  readonly postponed: number;
}

/** Reads the limits of the scopes that are due, of every connection; a scope that cannot be read does not stop the rest. */
export async function readDueLimits(deps: ReadDeps): Promise<LimitsOutcome> {
  const outcomes = await Promise.all([...deps.providers.values()].map((provider) => readConnection(deps, provider)));
  return {
    read: sum(outcomes.map(({ read }) => read)),
    failed: sum(outcomes.map(({ failed }) => failed)),
    postponed: sum(outcomes.map(({ postponed }) => postponed)),
  };
}

/** How soon to look again: soon while an inventory is not there yet or scopes are due, else by the hour. */
export async function limitsPaceMs(deps: ReadDeps): Promise<number> {
  for (const provider of deps.providers.values()) {
    if (provider.readLimits === undefined) continue;
    const inventory = await deps.store.read.inventoryReads.get(provider.connectionId);
    if (inventory?.readAt == null || (await dueScopes(deps, provider)).length > 0) return SOON_MS;
  }
  return CALM_MS;
}

/** Reads one scope now, for a person who is about to change it. Throws what the provider throws. */
export async function refreshLimits(deps: ReadDeps, provider: Provider, scopeId: string): Promise<KnownLimits> {
  if (provider.readLimits === undefined) {
    throw new AppError({
      code: 'not_supported',
      message: `connection ${provider.connectionId} cannot read limits`,
      publicMessage: 'This provider does not let limits be read from here. Use its console.',
    });
  }
  const limits = await provider.readLimits(scopeId);
  const ref = { connectionId: provider.connectionId, scopeId };
  return deps.store.write((tx) => recordLimits({ deps, tx }, ref, limits));
}

async function readConnection(deps: ReadDeps, provider: Provider): Promise<LimitsOutcome> {
  if (provider.readLimits === undefined) return { read: 0, failed: 0, postponed: 0 };
  const due = await dueScopes(deps, provider);
  const left = new Set(due);
  let read = 0;
  let failed = 0;
  try {
    if (due.length > 0) await readSpendAlerts(deps, provider, null);
    await mapInFlight(due.slice(0, SCOPES_PER_RUN), async (scopeId) => {
      try {
        await refreshLimits(deps, provider, scopeId);
        await readSpendAlerts(deps, provider, scopeId);
        read += 1;
      } catch (error) {
        if (isAppError(error, 'provider_rate_limited')) throw error;
        await keepTrouble(deps, { connectionId: provider.connectionId, scopeId }, error);
        failed += 1;
      }
      left.delete(scopeId);
    });
    return { read, failed, postponed: 0 };
  } catch (error) {
    if (!isAppError(error, 'provider_rate_limited')) throw error;
    await postpone(deps, provider, { scopeIds: [...left], waitMs: error.retryAfterMs ?? SOON_MS });
    return { read, failed, postponed: left.size };
  }
}

/** Scopes with a key that can spend, the one that has waited longest first. */
async function dueScopes({ store, clock }: ReadDeps, { connectionId }: Provider): Promise<readonly string[]> {
  const now = clock.now();
  const known = new Map((await store.read.scopeLimits.ofConnection(connectionId)).map((one) => [one.scopeId, one]));
  const scopeIds = new Set<string>();
  for (const key of await store.read.keys.all()) {
    if (key.connectionId !== connectionId || key.scopeId === null || STOPPED_STATUSES.has(key.status)) continue;
    scopeIds.add(key.scopeId);
  }
  const dueAt = (scopeId: string) => known.get(scopeId)?.notBeforeAt ?? 0;
  return [...scopeIds].filter((scopeId) => dueAt(scopeId) <= now).sort((a, b) => dueAt(a) - dueAt(b));
}

async function keepTrouble(deps: ReadDeps, ref: ScopeRef, error: unknown): Promise<void> {
  const notBeforeAt = deps.clock.now() + AFTER_FAILURE_MS;
  await deps.store.write((tx) => recordTrouble(tx, ref, { notBeforeAt, problem: publicMessageOf(error) }));
  deps.logger.warn('limits not read', { ...ref, error: toError(error) });
}

/** The whole connection waits as long as the provider asks: the next run must not ask for another scope meanwhile. */
async function postpone(
  deps: ReadDeps,
  { connectionId }: Provider,
  { scopeIds, waitMs }: { readonly scopeIds: readonly string[]; readonly waitMs: number },
): Promise<void> {
  const notBeforeAt = deps.clock.now() + waitMs;
  await deps.store.write(async (tx) => {
    for (const scopeId of scopeIds) await recordTrouble(tx, { connectionId, scopeId }, { notBeforeAt });
  });
  deps.logger.warn('limits put off', { connection: connectionId, scopes: scopeIds.length, waitMs });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
