import { channelLine } from '../channel-line.ts';
import { type Check, fault, skipped } from '../check.ts';

const SUBJECT = 'alerts channel';

/** Alerts arrive only where the bot is, the channel is open, and nobody else reads along. */
export const alertsChannel: Check = {
  subject: SUBJECT,
  async run(surroundings) {
    const { policy } = surroundings.parts;
    if (policy === undefined) return [skipped(SUBJECT, 'there is no usable policy')];
    const { alerts: channel } = policy.channels;
    return [await channelLine(surroundings, { subject: SUBJECT, channel, setting: 'channels.alerts', bad: fault })];
  },
};
