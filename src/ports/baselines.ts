import type { Baseline } from '../domain/baseline.ts';
import type { Breathe } from './breathe.ts';

/** What is usual, by lineage. */
export type Baselines = ReadonlyMap<string, Baseline>;

export interface BaselineRepo {
  put(lineageId: string, baseline: Baseline): Promise<void>;
  get(lineageId: string): Promise<Baseline | undefined>;
  /** The lineages of whose alerts people have said since then what they were, with when they said so last. */
  saidSince(since: number): Promise<ReadonlyMap<string, number>>;
}

export interface BaselineReader {
  /** All of them, as committed now. Remembered between calls: only what was learned since is read again. */
  baselines(breathe: Breathe): Promise<Baselines>;
}
