import { readEvents } from '../../services/events/read-events.ts';
import { watchKeys } from '../../services/inventory/watch-keys.ts';
import { reportLogins } from '../../services/notices/report-connection.ts';
import type { Job } from '../job.ts';

export const readEventsJob: Job = {
  name: 'read-events',
  everyMs: (policy) => policy.polling.usageMs,
  async run(deps) {
    const results = await Promise.allSettled(
      [...deps.providers.values()].map(async (provider) => {
        const { keysRead } = await readEvents(deps, provider);
        await reportLogins(deps, provider);
        if (keysRead) await watchKeys(deps, provider);
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  },
};
