import { readInventory } from '../../services/inventory/read-inventory.ts';
import type { Job } from '../job.ts';

export const syncInventoryJob: Job = {
  name: 'sync-inventory',
  everyMs: (policy) => policy.polling.inventoryMs,
  async run(deps) {
    const results = await Promise.allSettled(
      [...deps.providers.values()].map((provider) => readInventory(deps, provider)),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  },
};
