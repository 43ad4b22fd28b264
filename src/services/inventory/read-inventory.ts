import { publicMessageOf } from '../../domain/errors.ts';
import type { Provider } from '../../ports/provider.ts';
import type { InventoryRead } from '../../ports/watch.ts';
import type { Deps } from '../deps.ts';
import { reportBlindness } from '../notices/report-blindness.ts';
import { type SyncOutcome, syncInventory } from './sync-inventory.ts';

type ReadDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'logger' | 'providers' | 'breathe'>;

/** Syncs one connection's inventory in its turn, and keeps whether it could be read. Throws what the sync throws. */
export async function readInventory(deps: ReadDeps, provider: Provider): Promise<SyncOutcome> {
  const { connectionId } = provider;
  const before = await deps.store.read.inventoryReads.get(connectionId);
  const startedAt = deps.clock.now();
  try {
    const outcome = await syncInventory(deps, provider);
    await record(deps, { connectionId, readAt: startedAt, failingSince: null, missedReads: 0, problem: null });
    return outcome;
  } catch (error) {
    await record(deps, {
      connectionId,
      readAt: before?.readAt ?? null,
      failingSince: before?.failingSince ?? deps.clock.now(),
      missedReads: (before?.missedReads ?? 0) + 1,
      problem: publicMessageOf(error),
    });
    throw error;
  }
}

async function record(deps: ReadDeps, read: InventoryRead): Promise<void> {
  const { connectionId, readAt, failingSince, missedReads, problem } = read;
  await deps.store.write(async (tx) => {
    await tx.inventoryReads.put(read);
    const state = { connectionId, lastReadAt: readAt, failingSince, misses: missedReads, problem };
    await reportBlindness({ deps, tx }, { reading: 'inventory', ...state });
  });
}
