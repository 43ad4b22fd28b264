import { slackCode } from '../../../slack/slack-error.ts';
import type { ChannelSight } from '../../../slack/survey.ts';
import { slackTrouble } from '../../../slack/trouble.ts';
import { type Check, fault, type Line, ok, skipped } from '../check.ts';

const SUBJECT = 'alerts channel';

/** Alerts arrive only where the bot is, the channel is open, and nobody else reads along. */
export const alertsChannel: Check = {
  subject: SUBJECT,
  async run({ parts, slack, sight }) {
    const { policy } = parts;
    if (policy === undefined) return [skipped(SUBJECT, 'there is no usable policy')];
    if (slack === undefined || (await sight) === null) return [skipped(SUBJECT, 'Slack does not let us in')];
    const wanted = policy.channels.alerts;
    try {
      return [channelLine(wanted, await slack.findChannel(wanted))];
    } catch (error) {
      if (slackCode(error) === 'channel_not_found') return [channelLine(wanted, null)];
      const { what, remedy } = slackTrouble(error, parts.slackAddress.url);
      return [fault({ subject: SUBJECT, what: `${wanted}: ${what}` }, remedy)];
    }
  },
};

function channelLine(wanted: string, channel: ChannelSight | null): Line {
  if (channel === null) {
    const what = `the bot sees no channel ${wanted}`;
    return fault(
      { subject: SUBJECT, what },
      'Correct channels.alerts in policy.yml; a private channel has to invite the bot first.',
    );
  }
  const name = `#${channel.name}`;
  if (channel.isArchived) {
    return fault(
      { subject: SUBJECT, what: `${name} is archived` },
      'Unarchive it, or name another one in policy.yml (channels.alerts).',
    );
  }
  if (channel.isShared) {
    const what = `${name} is shared with another organization, which would read which keys you have and what they cost`;
    return fault({ subject: SUBJECT, what }, 'Stop sharing it, or name another one in policy.yml (channels.alerts).');
  }
  if (!channel.isMember) {
    return fault({ subject: SUBJECT, what: `the bot is not in ${name}` }, `Write in ${name}: /invite @keysteward`);
  }
  return ok(SUBJECT, `${name}, and the bot is in it`);
}
