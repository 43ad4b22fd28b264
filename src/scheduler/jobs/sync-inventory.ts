import { readInventory } from '../../services/inventory/read-inventory.ts';
import { forEachProvider } from '../for-each-provider.ts';
import type { Job } from '../job.ts';

export const syncInventoryJob: Job = {
  name: 'sync-inventory',
  everyMs: (policy) => policy.polling.inventoryMs,
  run: (deps) => forEachProvider(deps, (provider) => readInventory(deps, provider)),
};
