import { systemActor } from '../../domain/actor.ts';
import type { Key, ProviderKey, ProviderScope } from '../../domain/key.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { assignOwners } from './assign-owners.ts';
import { refuseImplausible } from './check-listing.ts';
import { insertNewKey, newKeyContext } from './new-key.ts';

export interface SyncOutcome {
  readonly seen: number;
  readonly appeared: number;
  readonly changed: number;
  readonly vanished: number;
}

type SyncDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'logger' | 'providers'>;

/**
 * Reads one connection's scopes and keys and brings the inventory to what the provider says. A list that cannot be true
 * changes nothing and throws.
 */
export async function syncInventory(deps: SyncDeps, provider: Provider): Promise<SyncOutcome> {
  const known = await deps.store.read.keys.all();
  const generations = new Map(known.map((key) => [key.id, key.generation]));
  // People do paste keys into names.
  const scopes = (await provider.listScopes()).map((scope) => ({ ...scope, name: scrubSecrets(scope.name) }));
  const listed = (await provider.listKeys(scopes)).map((key) => ({ ...key, label: scrubSecrets(key.label) }));
  await refuseImplausible(provider, known, listed);
  const outcome = await deps.store.write((tx) => applyListing({ deps, provider, tx }, { scopes, listed, generations }));
  deps.logger.info('inventory synced', { connection: provider.connectionId, ...outcome });
  return outcome;
}

interface Context {
  readonly deps: SyncDeps;
  readonly provider: Provider;
  readonly tx: Repos;
}

interface Listing {
  readonly scopes: readonly ProviderScope[];
  readonly listed: readonly ProviderKey[];
  /** Of each known key, when the listing began. */
  readonly generations: ReadonlyMap<string, number>;
}

async function applyListing(context: Context, { scopes, listed, generations }: Listing): Promise<SyncOutcome> {
  const { deps, provider, tx } = context;
  const now = deps.clock.now();
  for (const scope of scopes) {
    await tx.scopes.upsert({
      ...scope,
      connectionId: provider.connectionId,
      providerId: provider.id,
      lastSeenAt: now,
    });
  }
  const known = new Map(
    (await tx.keys.all()).filter((key) => key.providerId === provider.id).map((key) => [key.providerKeyId, key]),
  );
  // What an act, or another sync, changed during the listing is newer than the listing.
  const isOvertaken = (key: Key) => generations.get(key.id) !== key.generation;
  const newcomers = await newKeyContext(context, scopes);
  let appeared = 0;
  let changed = 0;
  const seen = new Set<string>();
  for (const key of listed) {
    seen.add(key.id);
    const old = known.get(key.id);
    if (old === undefined) {
      await insertNewKey(newcomers, key, 'listed');
      appeared += 1;
    } else if (!isOvertaken(old) && (await updateKey(context, old, key))) changed += 1;
  }
  let vanished = 0;
  for (const key of known.values()) {
    if (seen.has(key.providerKeyId) || key.connectionId !== provider.connectionId || key.status === 'gone') continue;
    if (isOvertaken(key)) continue;
    await markGone(context, key);
    vanished += 1;
  }
  await assignOwners(tx, now);
  return { seen: listed.length, appeared, changed, vanished };
}

async function updateKey({ deps, provider, tx }: Context, old: Key, key: ProviderKey): Promise<boolean> {
  const now = deps.clock.now();
  const statusChanged = old.status !== key.status;
  const updated: Key = {
    ...old,
    // The connection that it belonged to has lost it, or was renamed: whoever lists it has it from here on.
    connectionId:
      old.status === 'gone' || !deps.providers.has(old.connectionId) ? provider.connectionId : old.connectionId,
    kind: key.kind,
    scopeId: key.scopeId,
    label: key.label,
    hint: key.hint ?? old.hint,
    status: key.status,
    generation: statusChanged ? old.generation + 1 : old.generation,
    createdAt: key.createdAt ?? old.createdAt,
    lastUsedAt: latest(old.lastUsedAt, key.lastUsedAt),
    expiresAt: key.expiresAt,
    owner: key.owner,
    goneAt: null,
  };
  if (JSON.stringify(updated) === JSON.stringify(old)) return false;
  await tx.keys.update({ ...updated, lastSeenAt: now });
  if (statusChanged) {
    await tx.audit.append({
      at: now,
      actor: systemActor('sync-inventory'),
      verb: 'key.status.seen',
      subject: old.id,
      detail: { from: old.status, to: key.status },
    });
  }
  return true;
}

async function markGone({ deps, tx }: Context, key: Key): Promise<void> {
  const now = deps.clock.now();
  await tx.keys.update({ ...key, status: 'gone', generation: key.generation + 1, goneAt: now });
  await tx.audit.append({
    at: now,
    actor: systemActor('sync-inventory'),
    verb: 'key.vanished',
    subject: key.id,
    detail: { lastStatus: key.status },
  });
}

function latest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
