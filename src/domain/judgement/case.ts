import type { Baseline } from '../baseline.ts';
import type { Curve } from '../curve.ts';
import type { DetectorInput } from '../detector.ts';
import type { Finding } from '../finding.ts';

/** What a lineage did in the last four weeks and more, up to what is known now. */
export interface Past {
  readonly curve: Curve;
  /** Learned from all of it but the day that runs. */
  readonly baseline: Baseline;
}

export interface Case {
  readonly findings: readonly Finding[];
  readonly input: DetectorInput;
  readonly past: Past;
  /** An hour below this is never worth waking someone for. */
  readonly floorMicroUsd: number;
}
