import { postingChannels } from '../../../domain/policy.ts';
import { channelLine } from '../channel-line.ts';
import { type Check, warning } from '../check.ts';

const SUBJECT = 'digest channel';

/** The weekly digest, where it has a channel of its own; without it the bot can run, and tells the admins directly. */
export const digestChannel: Check = {
  subject: SUBJECT,
  async run(surroundings) {
    const { policy } = surroundings.parts;
    const own = policy && postingChannels(policy).find(({ setting }) => setting === 'digest.channel');
    return own === undefined ? [] : [await channelLine(surroundings, { subject: SUBJECT, ...own, bad: warning })];
  },
};
