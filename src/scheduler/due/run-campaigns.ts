import { nextCampaignWork, runCampaigns } from '../../services/campaigns/run-campaigns.ts';
import type { DueWork } from '../due-work.ts';

/** Campaigns are announced, started and ended, and people are reminded. */
export const runCampaignsWork: DueWork = {
  name: 'run-campaigns',
  nextDueAt: nextCampaignWork,
  run: runCampaigns,
};
