import { sendHeartbeat } from '../../services/delivery/send-heartbeat.ts';
import type { Job } from '../job.ts';

export const sendHeartbeatJob: Job = {
  name: 'send-heartbeat',
  isWanted: ({ outlets }) => outlets.heartbeat !== null,
  everyMs: (policy) => policy.heartbeat.everyMs,
  run: sendHeartbeat,
};
