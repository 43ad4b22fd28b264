import { slackCode } from '../../slack/slack-error.ts';
import type { ChannelSight } from '../../slack/survey.ts';
import { slackTrouble } from '../../slack/trouble.ts';
import { type fault, type Line, ok, type Surroundings, skipped, type warning } from './check.ts';

/** A channel that messages go to. */
export interface Posting {
  readonly subject: string;
  readonly channel: string;
  /** Its place in policy.yml. */
  readonly setting: string;
  /** How grave it is when it cannot be used. */
  readonly bad: typeof fault | typeof warning;
}

/** What keeps messages from arriving in a channel, or lets others read them. */
export async function channelLine({ parts, slack, sight }: Surroundings, posting: Posting): Promise<Line> {
  const { subject, channel, bad } = posting;
  if (slack === undefined || (await sight) === null) return skipped(subject, 'Slack does not let us in');
  try {
    return lineOf(posting, await slack.findChannel(channel));
  } catch (error) {
    if (slackCode(error) === 'channel_not_found') return lineOf(posting, null);
    const { what, remedy } = slackTrouble(error, parts.slackAddress.url);
    return bad({ subject, what: `${channel}: ${what}` }, remedy);
  }
}

function lineOf({ subject, channel: wanted, setting, bad }: Posting, channel: ChannelSight | null): Line {
  const orAnother = `or name another one in policy.yml (${setting}).`;
  if (channel === null) {
    const remedy = `Correct ${setting} in policy.yml; a private channel has to invite the bot first.`;
    return bad({ subject, what: `the bot sees no channel ${wanted}` }, remedy);
  }
  const name = `#${channel.name}`;
  if (channel.isArchived) return bad({ subject, what: `${name} is archived` }, `Unarchive it, ${orAnother}`);
  if (channel.isShared) {
    const what = `${name} is shared with another organization, which would read which keys you have and what they cost`;
    return bad({ subject, what }, `Stop sharing it, ${orAnother}`);
  }
  if (!channel.isMember) {
    return bad({ subject, what: `the bot is not in ${name}` }, `Write in ${name}: /invite @keysteward`);
  }
  return ok(subject, `${name}, and the bot is in it`);
}
