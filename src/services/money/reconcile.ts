import { publicMessageOf } from '../../domain/errors.ts';
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { reportShadowSpend } from '../notices/report-connection.ts';
import { closeOrphanedDrift, reportDrift } from '../notices/report-drift.ts';
import { type ReadCostsOptions, readCosts } from './read-costs.ts';

export type ReconcileDeps = Pick<Deps, 'store' | 'clock' | 'breathe' | 'ids' | 'logger' | 'providers' | 'policy'>;

/** `waiting`: its keys or its usage have not been read yet, so that there is nothing to compare with. */
export type ReconcileOutcome =
  | { readonly connectionId: string; readonly outcome: 'read' | 'not_offered' | 'waiting' }
  | { readonly connectionId: string; readonly outcome: 'failed'; readonly problem: string; readonly error: unknown };

/** Reads the costs of every connection, compares and tells of drift. The failure of one does not stop another. */
export async function reconcileAll(
  deps: ReconcileDeps,
  options: ReadCostsOptions = {},
): Promise<readonly ReconcileOutcome[]> {
  await closeOrphanedDrift(deps);
  return Promise.all(
    [...deps.providers.values()].map((provider) =>
      reconcileOne(deps, provider, options).catch((error: unknown): ReconcileOutcome => {
        return { connectionId: provider.connectionId, outcome: 'failed', problem: publicMessageOf(error), error };
      }),
    ),
  );
}

async function reconcileOne(
  deps: ReconcileDeps,
  provider: Provider,
  options: ReadCostsOptions,
): Promise<ReconcileOutcome> {
  const { connectionId } = provider;
  if (provider.readCosts === undefined) return { connectionId, outcome: 'not_offered' };
  if (!(await isKnown(deps, connectionId))) return { connectionId, outcome: 'waiting' };
  const read = await readCosts(deps, provider, options);
  await deps.store.write((tx) => reportDrift({ deps, tx }, read));
  await reportShadowSpend(deps, read);
  return { connectionId, outcome: 'read' };
}

/** Without the key list every key would be unknown, and a poll that was tried says whether there is usage to be had. */
async function isKnown({ store }: ReconcileDeps, connectionId: string): Promise<boolean> {
  const inventory = await store.read.inventoryReads.get(connectionId);
  return inventory?.readAt != null && (await store.read.watermarks.get(connectionId)) !== undefined;
}

export const RECONCILE_EVERY_MS = 6 * HOUR_MS;
const SOON_MS = 10 * MINUTE_MS;

/** Soon where a connection was never read or cannot be, so that a slip does not cost a quarter of a day. */
export async function reconcilePaceMs({ store, providers }: Pick<Deps, 'store' | 'providers'>): Promise<number> {
  let paceMs = RECONCILE_EVERY_MS;
  for (const { connectionId, readCosts: offered } of providers.values()) {
    if (offered === undefined) continue;
    const read = await store.read.costReads.get(connectionId);
    if (read === undefined) paceMs = Math.min(paceMs, SOON_MS);
    else if (read.failingSince !== null) paceMs = Math.min(paceMs, HOUR_MS);
  }
  return paceMs;
}
