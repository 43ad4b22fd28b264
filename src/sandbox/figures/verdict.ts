import type { RotationFigures } from './figures.ts';

/** What the figures alone do not tell. */
export interface Beside {
  /** Of the failed calls, those whose old key was ended by override: somebody knew and said why. */
  readonly failedOfOverridden: number;
  readonly maxEditsPerMinute: number;
  /** Null: it is not the same for all of what was played. */
  readonly rootMessages: number | null;
}

const MOST_POSTS_PER_SECOND = 1;
// `chat.update` is of Slack's tier 3: 50 and more a minute.
const MOST_EDITS_PER_MINUTE = 50;

/** What must hold of every rotation, said for each figure that does not; empty when all holds. */
export function figureFaults(figures: RotationFigures, beside: Beside): readonly string[] {
  const { liveNewKeysMax, oldRevokedBeforeVerified, maxPostsPerSecond, rootMessages } = figures;
  const failed = figures.failedConsumerCalls - beside.failedOfOverridden;
  const { maxEditsPerMinute, rootMessages: roots } = beside;
  const checks: readonly (readonly [isRight: boolean, fault: string])[] = [
    [liveNewKeysMax <= 1, `${liveNewKeysMax} new keys for one old key worked at the same time`],
    [
      oldRevokedBeforeVerified === 0,
      `of old keys, ${oldRevokedBeforeVerified} stopped before the new key was verified`,
    ],
    [failed === 0, `${failed} of the consumers’ calls failed although nobody gave them up`],
    [maxPostsPerSecond <= MOST_POSTS_PER_SECOND, `${maxPostsPerSecond} posts in one second and channel`],
    [maxEditsPerMinute <= MOST_EDITS_PER_MINUTE, `${maxEditsPerMinute} edits in one minute`],
    [roots === null || rootMessages === roots, `${rootMessages} messages in the channel instead of ${roots}`],
    [figures.auditVerified, 'the audit log is broken, or does not tell what the providers’ books show'],
  ];
  return checks.flatMap(([isRight, fault]) => (isRight ? [] : [fault]));
}
