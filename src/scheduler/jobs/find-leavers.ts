import { HOUR_MS } from '../../domain/time.ts';
import { findLeavers } from '../../services/departures/find-leavers.ts';
import type { Job } from '../job.ts';

/** People who left working keys behind without our hearing of it; told in working hours, which one in four runs meets. */
export const findLeaversJob: Job = {
  name: 'find-leavers',
  everyMs: () => 6 * HOUR_MS,
  async run(deps) {
    const outcome = await findLeavers(deps);
    if (outcome.begun > 0) deps.logger.info('people leave', outcome);
  },
};
