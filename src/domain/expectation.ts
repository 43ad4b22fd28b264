import { type Finding, type Severity, severityRank } from './finding.ts';
import { HOUR_MS } from './time.ts';

/** What a person called expected: as long, and about as much, as they said. */
export interface Expectation {
  readonly until: number;
  /** What an hour of it cost when they said so. */
  readonly hourMicroUsd: number;
}

/** Detectors look at a whole hour: for so long after its end an expected burst is still in what they see. */
export const EXPECTED_TAIL_MS = HOUR_MS;
/** More than this many times what was expected is something else. */
export const EXPECTED_FACTOR = 2;

interface Expecting {
  readonly severity: Severity;
  readonly expected: Expectation | null;
}

/** Whether a finding is no more than what a person called expected. */
export function isExpected({ severity, expected }: Expecting, finding: Finding, now: number): boolean {
  if (expected === null || now > expected.until + EXPECTED_TAIL_MS) return false;
  if (severityRank(finding.severity) > severityRank(severity)) return false;
  return hourOf(finding) < EXPECTED_FACTOR * expected.hourMicroUsd;
}

/** What an hour of it costs: as the detector measured it, else on average since it began. */
export function hourOf({
  evidence,
  costMicroUsd,
  startedAt,
  observedUntil,
}: Pick<Finding, 'evidence' | 'costMicroUsd' | 'startedAt' | 'observedUntil'>): number {
  const measured = evidence['hourMicroUsd'];
  if (typeof measured === 'number') return measured;
  return Math.round((costMicroUsd * HOUR_MS) / Math.max(observedUntil - startedAt, HOUR_MS));
}
