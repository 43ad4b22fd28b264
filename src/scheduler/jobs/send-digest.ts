import { MINUTE_MS } from '../../domain/time.ts';
import { sendDigest } from '../../services/digest/send-digest.ts';
import type { Job } from '../job.ts';

/** Looks whether the week's time has come: a digest that was missed is made up for at the next look. */
export const sendDigestJob: Job = {
  name: 'send-digest',
  isWanted: ({ policy }) => policy.digest.enabled,
  everyMs: () => 5 * MINUTE_MS,
  run: sendDigest,
};
