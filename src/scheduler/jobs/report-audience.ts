import { DAY_MS } from '../../domain/time.ts';
import { reportAudience } from '../../services/notices/report-audience.ts';
import type { Job } from '../job.ts';

/** Guests and other organizations where alerts and the digest go: looked for once a day. */
export const reportAudienceJob: Job = {
  name: 'report-audience',
  everyMs: () => DAY_MS,
  run: reportAudience,
};
