import { DAY_MS } from '../../domain/time.ts';
import type { Job } from '../job.ts';

/** The head in the log shows a truncated audit table to whoever compares: `keysteward audit verify --head …`. */
export const logAuditHeadJob: Job = {
  name: 'log-audit-head',
  everyMs: () => DAY_MS,
  async run(deps) {
    const { count, hash } = await deps.store.read.audit.head();
    deps.logger.info('audit head', { count, head: hash });
  },
};
