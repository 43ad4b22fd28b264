import { HOUR_MS } from '../../domain/time.ts';
import { warnOfExpiry } from '../../services/inventory/admin-key-expiry.ts';
import type { Job } from '../job.ts';

/** Admins are told before an admin key ends, and with it what is read by it. */
export const warnOfExpiryJob: Job = {
  name: 'warn-of-expiry',
  everyMs: () => HOUR_MS,
  run: warnOfExpiry,
};
