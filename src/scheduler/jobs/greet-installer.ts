import { DAY_MS, MINUTE_MS } from '../../domain/time.ts';
import { greetInstaller, isGreeted } from '../../services/welcome/greet-installer.ts';
import type { Job } from '../job.ts';

/** Looks every minute whether the first reads have ended, until that was told. */
export const greetInstallerJob: Job = {
  name: 'greet-installer',
  everyMs: () => MINUTE_MS,
  paceMs: async (deps) => ((await isGreeted(deps)) ? DAY_MS : MINUTE_MS),
  run: greetInstaller,
};
