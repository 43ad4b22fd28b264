import { readEvents } from '../../services/events/read-events.ts';
import type { Job } from '../job.ts';

export const readEventsJob: Job = {
  name: 'read-events',
  everyMs: (policy) => policy.polling.usageMs,
  async run(deps) {
    const results = await Promise.allSettled(
      [...deps.providers.values()].map((provider) => readEvents(deps, provider)),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  },
};
