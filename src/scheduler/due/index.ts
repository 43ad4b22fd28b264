import type { DueWork } from '../due-work.ts';
import { alertTimers } from './alert-timers.ts';
import { endGrants } from './end-grants.ts';
import { endHolds } from './end-holds.ts';
import { endOldKeys } from './end-old-keys.ts';
import { expireApprovalsWork } from './expire-approvals.ts';
import { findNewKeys } from './find-new-keys.ts';
import { followRotations } from './follow-rotations.ts';
import { lookForNewKeys } from './look-for-keys.ts';
import { makeKeys } from './make-keys.ts';
import { retireOldKeys } from './retire-old-keys.ts';
import { runCampaignsWork } from './run-campaigns.ts';
import { runRotationDeployments } from './run-deployments.ts';
import { settleRollBacksWork } from './settle-roll-backs.ts';
import { watchRotationSecrets } from './watch-secrets.ts';

/** Everything that happens at instants of its own. A test compares this list with the folder. */
export const dueWork: readonly DueWork[] = [
  alertTimers,
  endGrants,
  endHolds,
  endOldKeys,
  expireApprovalsWork,
  findNewKeys,
  followRotations,
  lookForNewKeys,
  makeKeys,
  retireOldKeys,
  runRotationDeployments,
  watchRotationSecrets,
  runCampaignsWork,
  settleRollBacksWork,
];
