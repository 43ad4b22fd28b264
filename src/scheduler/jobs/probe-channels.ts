import { MINUTE_MS } from '../../domain/time.ts';
import { probeChannels } from '../../services/delivery/channel-trouble.ts';
import type { Job } from '../job.ts';

/** A channel that refused messages may take them again by now: somebody has invited the bot, or changed the policy. */
export const probeChannelsJob: Job = {
  name: 'probe-channels',
  everyMs: () => 5 * MINUTE_MS,
  async run(deps) {
    await probeChannels(deps);
  },
};
