import { HOUR_MS } from '../../domain/time.ts';
import { compactUsage } from '../../services/usage/compact-usage.ts';
import type { Job } from '../job.ts';

export const compactUsageJob: Job = {
  name: 'compact-usage',
  everyMs: () => HOUR_MS,
  async run(deps) {
    await compactUsage(deps);
  },
};
