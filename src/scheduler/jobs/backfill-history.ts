import { HOUR_MS } from '../../domain/time.ts';
import { backfillHistory } from '../../services/usage/backfill-history.ts';
import { hasUnreadHistory } from '../../services/usage/usage-history.ts';
import { forEachProvider } from '../for-each-provider.ts';
import type { Job } from '../job.ts';

/** Soon after the first polls, and again while something of it is missing; later there is nothing left to do. */
export const backfillHistoryJob: Job = {
  name: 'backfill-history',
  everyMs: () => HOUR_MS,
  async paceMs(deps) {
    const unread = await Promise.all([...deps.providers.values()].map((provider) => hasUnreadHistory(deps, provider)));
    return unread.includes(true) ? deps.policy.polling.usageMs : HOUR_MS;
  },
  run: (deps) => forEachProvider(deps, (provider) => backfillHistory(deps, provider)),
};
