import { systemActor } from '../../domain/actor.ts';
import { inSlices } from '../../domain/collections.ts';
import { type Key, type ProviderKey, type ProviderScope, stoppedSince } from '../../domain/key.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { latest } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { namedFirst } from './announced.ts';
import { assignOwners } from './assign-owners.ts';
import { refuseImplausible } from './check-listing.ts';
import { keepScopes } from './keep-scopes.ts';
import { insertNewKey, newKeyContext } from './new-key.ts';

export interface SyncOutcome {
  readonly seen: number;
  readonly appeared: number;
  readonly changed: number;
  readonly vanished: number;
}

type SyncDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'logger' | 'providers' | 'breathe'>;

// A slice of this many changes is written in a few dozen milliseconds.
const SLICE = 100;

/**
 * Reads one connection's scopes and keys and brings the inventory to what the provider says. A list that cannot be true
 * changes nothing and throws.
 */
export async function syncInventory(deps: SyncDeps, provider: Provider): Promise<SyncOutcome> {
  const known = await deps.store.read.keys.all();
  // People do paste keys into names.
  const scopes = (await provider.listScopes()).map((scope) => ({ ...scope, name: scrubSecrets(scope.name) }));
  const listed = (await provider.listKeys(scopes)).map((key) => ({ ...key, label: scrubSecrets(key.label) }));
  await refuseImplausible(provider, known, listed);
  const before = new Map(known.map((key) => [key.id, key]));
  const outcome = await applyListing({ deps, provider }, { scopes, listed, before });
  deps.logger.info('inventory synced', { connection: provider.connectionId, ...outcome });
  return outcome;
}

interface Sync {
  readonly deps: SyncDeps;
  readonly provider: Provider;
}

interface Context extends Sync {
  readonly tx: Repos;
}

interface Listing {
  readonly scopes: readonly ProviderScope[];
  readonly listed: readonly ProviderKey[];
  /** Every key as it was when the listing began, by our id. */
  readonly before: ReadonlyMap<string, Key>;
}

/**
 * Finds what is different outside of any transaction, then writes it in short ones that look at each key again: what an
 * act, or another sync, changed during the listing is newer than the listing.
 */
async function applyListing(sync: Sync, { scopes, listed, before }: Listing): Promise<SyncOutcome> {
  const { deps, provider } = sync;
  await keepScopes(deps, provider, scopes);
  const known = new Map<string, Key>();
  for (const key of before.values()) if (key.providerId === provider.id) known.set(key.providerKeyId, key);
  const newcomers: ProviderKey[] = [];
  const changes: Change[] = [];
  const seen = new Set<string>();
  for (const key of listed) {
    seen.add(key.id);
    const old = known.get(key.id);
    if (old === undefined) newcomers.push(key);
    else if (differs(old, updatedKey(sync, old, key))) changes.push({ id: old.id, listed: key });
  }
  for (const key of known.values()) {
    if (seen.has(key.providerKeyId) || key.connectionId !== provider.connectionId || key.status === 'gone') continue;
    changes.push({ id: key.id, listed: null });
  }
  const appeared = await insertNewcomers(sync, scopes, newcomers);
  const { changed, vanished } = await writeChanges(sync, before, changes);
  await assignOwners(deps);
  return { seen: listed.length, appeared, changed, vanished };
}

/** Null: no longer listed. */
interface Change {
  readonly id: string;
  readonly listed: ProviderKey | null;
}

async function insertNewcomers(
  { deps, provider }: Sync,
  scopes: readonly ProviderScope[],
  newcomers: readonly ProviderKey[],
): Promise<number> {
  let appeared = 0;
  for (const slice of inSlices(await namedFirst(deps.store.read, provider, newcomers), SLICE)) {
    await deps.store.write(async (tx) => {
      const context = await newKeyContext({ deps, provider, tx }, scopes);
      for (const key of slice) {
        // A poll that met its usage may have been faster.
        if ((await tx.keys.ofProvider(provider.id, key.id)) !== undefined) continue;
        await insertNewKey(context, key, 'listed');
        appeared += 1;
      }
    });
    await deps.breathe();
  }
  return appeared;
}

async function writeChanges(
  { deps, provider }: Sync,
  before: ReadonlyMap<string, Key>,
  changes: readonly Change[],
): Promise<Pick<SyncOutcome, 'changed' | 'vanished'>> {
  let changed = 0;
  let vanished = 0;
  for (const slice of inSlices(changes, SLICE)) {
    await deps.store.write(async (tx) => {
      const now = new Map((await tx.keys.some(slice.map(({ id }) => id))).map((key) => [key.id, key]));
      for (const { id, listed } of slice) {
        const key = now.get(id);
        if (key === undefined || key.generation !== before.get(id)?.generation) continue;
        if (listed === null) {
          await markGone({ deps, provider, tx }, key);
          vanished += 1;
        } else if (await updateKey({ deps, provider, tx }, key, listed)) changed += 1;
      }
    });
    await deps.breathe();
  }
  return { changed, vanished };
}

/** The key as it is when the provider's word is taken over. */
function updatedKey({ deps, provider }: Sync, old: Key, key: ProviderKey): Key {
  return {
    ...old,
    // The connection that it belonged to has lost it, or was renamed: whoever lists it has it from here on.
    connectionId:
      old.status === 'gone' || !deps.providers.has(old.connectionId) ? provider.connectionId : old.connectionId,
    kind: key.kind,
    scopeId: key.scopeId,
    label: key.label,
    hint: key.hint ?? old.hint,
    status: key.status,
    generation: old.status === key.status ? old.generation : old.generation + 1,
    createdAt: key.createdAt ?? old.createdAt,
    lastUsedAt: latest(old.lastUsedAt, key.lastUsedAt),
    expiresAt: key.expiresAt,
    owner: key.owner,
    goneAt: null,
    stoppedAt: stoppedSince(old, key.status, deps.clock.now()),
  };
}

function differs(a: Key, b: Key): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}

async function updateKey({ tx, ...sync }: Context, old: Key, key: ProviderKey): Promise<boolean> {
  const now = sync.deps.clock.now();
  const updated = updatedKey(sync, old, key);
  if (!differs(old, updated)) return false;
  await tx.keys.update({ ...updated, lastSeenAt: now });
  if (updated.connectionId !== old.connectionId) {
    const to = { connectionId: updated.connectionId, keyId: old.id };
    await tx.usage.move({ connectionId: old.connectionId, keyId: old.id }, to);
  }
  if (updated.status !== old.status) {
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
  const stoppedAt = stoppedSince(key, 'gone', now);
  await tx.keys.update({ ...key, status: 'gone', generation: key.generation + 1, goneAt: now, stoppedAt });
  await tx.audit.append({
    at: now,
    actor: systemActor('sync-inventory'),
    verb: 'key.vanished',
    subject: key.id,
    detail: { lastStatus: key.status },
  });
}
