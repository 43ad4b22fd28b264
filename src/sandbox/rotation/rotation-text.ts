import type { SimulatedRotation } from './simulate-rotation.ts';

/** The figures in sentences. */
export function rotationText({ figures, plays, kills, faults }: SimulatedRotation): string {
  const { days, overrides, failedConsumerCalls: failed } = figures;
  const done = figures.rotated === 1 ? `Rotated in ${days} days` : `Not rotated after ${days} days`;
  const worst = kills === 0 ? '' : `Killed at ${kills} points in ${plays - 1} plays; the figures are the worst of all.`;
  return [
    ...(worst === '' ? [] : [worst]),
    `${done}; ${figures.blocked === 1 ? 'blocked with a reason' : 'never blocked'}, ${overrides} verified by override.`,
    `At most ${figures.liveNewKeysMax} new key worked at a time; ${figures.oldRevokedBeforeVerified} old keys stopped before the new one was verified.`,
    `${failed} requests of the consumer failed.`,
    `Slack: ${figures.rootMessages} messages in the channel, ${figures.threadMessages} in threads, ${figures.edits} edits; at most ${figures.maxPostsPerSecond} a second and channel.`,
    figures.auditVerified ? 'The audit chain is whole.' : 'The audit chain is broken.',
    ...faults.map((fault) => `Broken: ${fault}.`),
  ].join('\n');
}
