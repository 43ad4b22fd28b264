import { expireApprovals } from '../../services/actions/decide-approval.ts';
import type { DueWork } from '../due-work.ts';

/** What nobody has approved in time is off, and its message says so. */
export const expireApprovalsWork: DueWork = {
  name: 'expire-approvals',
  nextDueAt: ({ store }) => store.read.approvals.nextExpiryAt(),
  run: (deps) => expireApprovals(deps),
};
