import type { Policy } from '../domain/policy.ts';
import type { Deps } from '../services/deps.ts';

/** One file in jobs/ per job. A run that was missed is made up for once. */
export interface Job {
  readonly name: string;
  /** How often, aligned to the clock: every 5 minutes means :00, :05 … */
  everyMs(policy: Policy): number;
  run(deps: Deps): Promise<void>;
}
