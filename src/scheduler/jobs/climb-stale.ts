import { MINUTE_MS } from '../../domain/time.ts';
import { climbStale } from '../../services/stale/climb-stale.ts';
import type { Job } from '../job.ts';

/** What has traffic again is found as soon as it is read; questions and proposals keep their own pace. */
export const climbStaleJob: Job = {
  name: 'climb-stale',
  everyMs: () => 15 * MINUTE_MS,
  run: climbStale,
};
