import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import { planCampaigns } from '../../services/campaigns/plan-campaigns.ts';
import type { Job } from '../job.ts';

/** The calendar looks ahead; what is due is done by the due work `run-campaigns`. */
export const planCampaignsJob: Job = {
  name: 'plan-campaigns',
  everyMs: () => HOUR_MS,
  // A new installation has no calendar until its keys are listed, and its first turn may be within the hour.
  paceMs: async ({ store }) => ((await store.read.lineages.slugs()).length === 0 ? MINUTE_MS : HOUR_MS),
  run: planCampaigns,
};
