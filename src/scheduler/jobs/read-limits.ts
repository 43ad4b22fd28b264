import { HOUR_MS } from '../../domain/time.ts';
import { limitsPaceMs, readDueLimits } from '../../services/limits/read-limits.ts';
import type { Job } from '../job.ts';

/** Each scope is read every six hours; what is due is in the store. */
export const readLimitsJob: Job = {
  name: 'read-limits',
  everyMs: () => HOUR_MS,
  paceMs: limitsPaceMs,
  async run(deps) {
    const outcome = await readDueLimits(deps);
    if (outcome.read + outcome.failed + outcome.postponed > 0) deps.logger.info('limits read', { ...outcome });
  },
};
