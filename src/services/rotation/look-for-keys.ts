import { toError } from '../../domain/errors.ts';
import { missingBefore, type Rotation, stepOf } from '../../domain/rotation.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';
import type { OpenRotation } from '../../ports/rotation.ts';
import type { InventoryRead } from '../../ports/watch.ts';
import type { Deps } from '../deps.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import { announceRotation } from './announce-rotation.ts';
import { findNewKey, withNewcomers } from './find-new-keys.ts';

const QUICK_MS = 2 * MINUTE_MS;
const SLOW_MS = 10 * MINUTE_MS;
// Whoever makes a key by hand does it within the hour, or some time that day; then the ordinary pace will do.
const QUICK_FOR_MS = HOUR_MS;
const SLOW_FOR_MS = DAY_MS;

type LookDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'logger' | 'providers' | 'breathe'>;

/** When the key list of a connection has to be read again for somebody who waits for a key; null: nobody does. */
export async function nextLookAt(deps: Pick<Deps, 'store' | 'clock' | 'providers'>): Promise<number | null> {
  const due = [...(await looks(deps)).values()];
  return due.length === 0 ? null : Math.min(...due);
}

/** Reads the lists that are due. */
export async function lookForKeys(deps: LookDeps): Promise<void> {
  const now = deps.clock.now();
  for (const [provider, dueAt] of await looks(deps)) {
    if (dueAt > now) continue;
    try {
      await readInventory(deps, provider);
    } catch (error) {
      // The ordinary sync tells people; until it works again nobody looks out of turn.
      deps.logger.warn('key list not read', { connection: provider.connectionId, error: toError(error) });
      continue;
    }
    await showFound(deps, provider);
  }
}

/** What was found and is not clear is asked in the thread; a message that looks as before is not edited. */
async function showFound(deps: LookDeps, provider: Provider): Promise<void> {
  const waiting = (await awaited(deps)).filter((one) => one.provider === provider);
  for (const { rotation } of await withNewcomers(deps.store.read, waiting)) {
    const { kind } = await findNewKey(deps.store.read, rotation);
    if (kind === 'unclear' || kind === 'strays') {
      await deps.store.write((tx) => announceRotation({ deps, tx }, rotation));
    }
  }
}

async function looks(deps: Pick<Deps, 'store' | 'clock' | 'providers'>): Promise<ReadonlyMap<Provider, number>> {
  const now = deps.clock.now();
  const due = new Map<Provider, number>();
  const reads = new Map<string, InventoryRead | undefined>();
  for (const { rotation, provider } of await awaited(deps)) {
    const { connectionId } = provider;
    if (!reads.has(connectionId)) reads.set(connectionId, await deps.store.read.inventoryReads.get(connectionId));
    const read = reads.get(connectionId);
    // What cannot be read is tried again by the ordinary sync.
    if (read === undefined || read.readAt === null || read.failingSince !== null) continue;
    const waitedMs = now - waitsSince(rotation);
    const paceMs = waitedMs < QUICK_FOR_MS ? QUICK_MS : waitedMs < SLOW_FOR_MS ? SLOW_MS : null;
    if (paceMs === null) continue;
    due.set(provider, Math.min(due.get(provider) ?? Number.POSITIVE_INFINITY, read.readAt + paceMs));
  }
  return due;
}

interface Awaited extends OpenRotation {
  readonly provider: Provider;
}

async function awaited({ store, providers }: Pick<Deps, 'store' | 'providers'>): Promise<readonly Awaited[]> {
  const found: Awaited[] = [];
  for (const open of await store.read.rotations.openWithKeys()) {
    const { rotation, oldKey } = open;
    const isWaiting = rotation.newKeyId === null && rotation.kind !== 'drill' && rotation.paused === null;
    if (!isWaiting || missingBefore(rotation, 'generate').length > 0) continue;
    const provider = providers.get(oldKey.connectionId);
    if (provider !== undefined) found.push({ ...open, provider });
  }
  return found;
}

/** Since somebody last did something about the step. */
function waitsSince(rotation: Rotation): number {
  return stepOf(rotation, 'generate').at ?? rotation.startedAt;
}
