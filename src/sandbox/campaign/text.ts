import type { CampaignResult } from './figures.ts';

/** The figures in sentences. */
export function campaignText({ figures, details }: CampaignResult): string {
  const { rotated, blocked, overrides, days, failedConsumerCalls: failed } = figures;
  return [
    `${rotated} of ${details.keys} keys rotated in ${days} days; ${blocked} blocked with a reason, ${overrides} verified by override.`,
    `At most ${figures.liveNewKeysMax} new key of a lineage worked at a time; ${figures.oldRevokedBeforeVerified} old keys were stopped before the new one was verified.`,
    `${failed} requests of consumers failed${failed === 0 ? '' : `, ${details.failedOfOverridden} of them after an override`}.`,
    `Slack: ${figures.rootMessages} messages in the channel, ${figures.threadMessages} in threads, ${details.directMessages} direct, ${figures.edits} edits; at most ${figures.maxPostsPerSecond} posts a second and channel, ${details.maxEditsPerMinute} edits a minute.`,
    `People: ${details.reminders} reminders, ${details.approvals} approvals of a second person; ${details.alerts} alerts are open.`,
    figures.auditVerified
      ? 'The audit log is whole and tells of each rotation what the providers’ books show.'
      : 'The audit log is broken, or does not tell what the providers’ books show.',
    ...details.unproven.map((problem) => `Not proven: ${problem}.`),
  ].join('\n');
}
