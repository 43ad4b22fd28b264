import { HOUR_MS } from '../../domain/time.ts';
import { syncScopeMembers } from '../../services/owners/sync-scope-members.ts';
import type { Job } from '../job.ts';

const DAILY_MS = 24 * HOUR_MS;

/** Who is in which project changes seldom; the first inventory may not be there at the first run. */
export const syncScopeMembersJob: Job = {
  name: 'sync-scope-members',
  isWanted: ({ providers }) => [...providers.values()].some(({ listMembers }) => listMembers !== undefined),
  everyMs: () => HOUR_MS,
  paceMs: async ({ store }) => ((await store.read.scopeMembers.all()).length === 0 ? HOUR_MS : DAILY_MS),
  async run(deps) {
    const outcome = await syncScopeMembers(deps);
    deps.logger.info('scope members synced', outcome);
  },
};
