import type { Sentence } from './sentence.ts';

/** Ascending. High and critical page. */
export const SEVERITIES = ['info', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

export function worstSeverity(a: Severity, b: Severity): Severity {
  return severityRank(a) >= severityRank(b) ? a : b;
}

/** Numbers behind a finding: flat, JSON-safe, no text from outside but model and endpoint ids. */
export type Evidence = Readonly<Record<string, number | string | boolean | null | readonly string[]>>;

/** What stays as it is until somebody sees to it, such as a cap that has been reached: it neither grows nor goes away. */
export function isStanding({ evidence }: { readonly evidence: Evidence }): boolean {
  return evidence['standing'] === true;
}

/** What a detector saw. Where it leads (a new alert, an old one, none) is the alert's affair. */
export interface Finding {
  readonly detectorId: string;
  readonly lineageId: string;
  /** The key that spends most of it; null where no single key is to blame. */
  readonly keyId: string | null;
  readonly severity: Severity;
  /** When the thing itself began, as far as the data says. */
  readonly startedAt: number;
  /** The data was known up to here. */
  readonly observedUntil: number;
  /** Cost of the lineage since `startedAt`, as far as the data says. */
  readonly costMicroUsd: number;
  /** What the key is doing, after "is": `spending 560x its usual hour`. No rule names. */
  readonly headline: Sentence;
  /** The figures behind it, in whole sentences. */
  readonly reason: Sentence;
  readonly evidence: Evidence;
  readonly dedupeKey: string;
  /** Told once: detectors do not find again what was found under this `dedupeKey`. */
  readonly once?: boolean;
  /** Found for some hours, so that a pause misses nothing; live it is told once at each severity. */
  readonly isNews?: boolean;
}
