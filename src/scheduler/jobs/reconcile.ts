import { RECONCILE_EVERY_MS, reconcileAll, reconcilePaceMs } from '../../services/money/reconcile.ts';
import type { Job } from '../job.ts';

export const reconcileJob: Job = {
  name: 'reconcile',
  everyMs: () => RECONCILE_EVERY_MS,
  paceMs: reconcilePaceMs,
  async run(deps) {
    const outcomes = await reconcileAll(deps);
    for (const one of outcomes) if (one.outcome === 'failed') throw one.error;
  },
};
