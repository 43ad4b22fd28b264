import { DAY_MS } from '../../domain/time.ts';
import { prune } from '../../services/housekeeping/prune.ts';
import type { Job } from '../job.ts';

export const pruneJob: Job = {
  name: 'prune',
  everyMs: () => DAY_MS,
  async run(deps) {
    deps.logger.info('old rows removed', { ...(await prune(deps)) });
  },
};
