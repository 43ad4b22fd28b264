import { HOUR_MS } from '../../domain/time.ts';
import { settleUsage } from '../../services/usage/settle-usage.ts';
import { forEachProvider } from '../for-each-provider.ts';
import type { Job } from '../job.ts';

export const settleUsageJob: Job = {
  name: 'settle-usage',
  everyMs: () => 6 * HOUR_MS,
  run: (deps) => forEachProvider(deps, (provider) => settleUsage(deps, provider)),
};
