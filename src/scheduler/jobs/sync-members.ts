import { HOUR_MS } from '../../domain/time.ts';
import { syncMembers } from '../../services/inventory/sync-members.ts';
import type { Job } from '../job.ts';

export const syncMembersJob: Job = {
  name: 'sync-members',
  everyMs: () => 6 * HOUR_MS,
  async run(deps) {
    const outcome = await syncMembers(deps);
    deps.logger.info('members synced', outcome);
  },
};
