import { DAY_MS } from '../../domain/time.ts';
import { reportAudience } from '../../services/notices/report-audience.ts';
import type { Job } from '../job.ts';

/** Guests and other organizations in the alerts channel: looked for once a day. */
export const reportAudienceJob: Job = {
  name: 'report-audience',
  everyMs: () => DAY_MS,
  run: async (deps) => {
    await reportAudience(deps);
  },
};
