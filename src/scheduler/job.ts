import type { Policy } from '../domain/policy.ts';
import type { Deps } from '../services/deps.ts';

/** One file in jobs/ per job. A run that was missed is made up for once. */
export interface Job {
  readonly name: string;
  /** False: there is nothing for it in this installation, and it is never due. */
  isWanted?(deps: Deps): boolean;
  /** How often, aligned to the clock: every 5 minutes means :00, :05 … */
  everyMs(policy: Policy): number;
  /** Asked at start and after each run: how often until the next one, where that depends on what was found. */
  paceMs?(deps: Deps): Promise<number>;
  run(deps: Deps): Promise<void>;
}
