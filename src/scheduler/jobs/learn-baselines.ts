import { learnDue } from '../../services/baselines/learn-baselines.ts';
import type { Job } from '../job.ts';

/** Looks often, learns little: most of it in the night, the rest soon after the first reads and what people say. */
export const learnBaselinesJob: Job = {
  name: 'learn-baselines',
  everyMs: (policy) => policy.polling.usageMs,
  async run(deps) {
    await learnDue(deps);
  },
};
