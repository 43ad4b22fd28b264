import { HOUR_MS } from '../../domain/time.ts';
import { askOwners } from '../../services/owners/ask-owners.ts';
import type { Job } from '../job.ts';

/** Who may own what nobody owns is asked by direct message; what stays unclaimed goes to the channel. */
export const askOwnersJob: Job = {
  name: 'ask-owners',
  everyMs: () => HOUR_MS,
  async run(deps) {
    const outcome = await askOwners(deps);
    if (outcome.asked + outcome.told > 0) deps.logger.info('owners asked', outcome);
  },
};
