import { readInventory } from '../../services/inventory/read-inventory.ts';
import { watchKeys } from '../../services/inventory/watch-keys.ts';
import { forEachProvider } from '../for-each-provider.ts';
import type { Job } from '../job.ts';

export const syncInventoryJob: Job = {
  name: 'sync-inventory',
  everyMs: (policy) => policy.polling.inventoryMs,
  run: (deps) =>
    forEachProvider(deps, async (provider) => {
      await readInventory(deps, provider);
      await watchKeys(deps, provider);
    }),
};
