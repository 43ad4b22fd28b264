import type { Deps } from '../services/deps.ts';

/**
 * Work that is due at instants of its own, such as an escalation or the end of a grant: done to the second, not at the
 * next turn of a job. What is due stands in the store, so that nothing is missed by a restart.
 */
export interface DueWork {
  readonly name: string;
  /** The earliest instant at which there is something to do; null for none. */
  nextDueAt(deps: Deps): Promise<number | null>;
  /** Does all that is due now. May be run at any time. */
  run(deps: Deps): Promise<void>;
}
