import { reportBacktest } from '../../services/backtest/report-backtest.ts';
import { forEachProvider } from '../for-each-provider.ts';
import type { Job } from '../job.ts';

/** Soon after a connection's past has been read; later there is nothing left to tell. */
export const reportBacktestJob: Job = {
  name: 'report-backtest',
  everyMs: (policy) => policy.polling.usageMs,
  run: (deps) => forEachProvider(deps, (provider) => reportBacktest(deps, provider)),
};
