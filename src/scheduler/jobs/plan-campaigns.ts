import { HOUR_MS } from '../../domain/time.ts';
import { planCampaigns } from '../../services/campaigns/plan-campaigns.ts';
import type { Job } from '../job.ts';

/** The calendar looks ahead; what is due is done by the due work `run-campaigns`. */
export const planCampaignsJob: Job = {
  name: 'plan-campaigns',
  everyMs: () => HOUR_MS,
  run: planCampaigns,
};
