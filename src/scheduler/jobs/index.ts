import type { Job } from '../job.ts';
import { askOwnersJob } from './ask-owners.ts';
import { backfillHistoryJob } from './backfill-history.ts';
import { climbStaleJob } from './climb-stale.ts';
import { compactUsageJob } from './compact-usage.ts';
import { findLeaversJob } from './find-leavers.ts';
import { followDeparturesJob } from './follow-departures.ts';
import { greetInstallerJob } from './greet-installer.ts';
import { learnBaselinesJob } from './learn-baselines.ts';
import { logAuditHeadJob } from './log-audit-head.ts';
import { planCampaignsJob } from './plan-campaigns.ts';
import { pollUsageJob } from './poll-usage.ts';
import { probeChannelsJob } from './probe-channels.ts';
import { pruneJob } from './prune.ts';
import { readEventsJob } from './read-events.ts';
import { readLimitsJob } from './read-limits.ts';
import { reconcileJob } from './reconcile.ts';
import { reportAudienceJob } from './report-audience.ts';
import { reportBacktestJob } from './report-backtest.ts';
import { sendDigestJob } from './send-digest.ts';
import { sendHeartbeatJob } from './send-heartbeat.ts';
import { settleUsageJob } from './settle-usage.ts';
import { syncInventoryJob } from './sync-inventory.ts';
import { syncMembersJob } from './sync-members.ts';
import { syncScopeMembersJob } from './sync-scope-members.ts';
import { warnOfExpiryJob } from './warn-of-expiry.ts';

/** Every job. A test compares this list with the folder. */
export const jobs: readonly Job[] = [
  syncInventoryJob,
  syncMembersJob,
  syncScopeMembersJob,
  askOwnersJob,
  findLeaversJob,
  followDeparturesJob,
  pollUsageJob,
  settleUsageJob,
  backfillHistoryJob,
  readEventsJob,
  readLimitsJob,
  compactUsageJob,
  learnBaselinesJob,
  planCampaignsJob,
  climbStaleJob,
  warnOfExpiryJob,
  reconcileJob,
  reportAudienceJob,
  reportBacktestJob,
  greetInstallerJob,
  logAuditHeadJob,
  probeChannelsJob,
  sendDigestJob,
  sendHeartbeatJob,
  pruneJob,
];
