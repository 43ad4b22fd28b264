import type { z } from 'zod';
import type { ProviderEvent } from './detector.ts';
import type { Evidence, Severity } from './finding.ts';
import type { ReadingKind } from './notice.ts';
import type { Sentence } from './sentence.ts';

/** What the provider charged for on one whole UTC day. */
export interface ShadowDay {
  readonly dayAt: number;
  readonly providerMicroUsd: number;
  /** What keys of the inventory account for. */
  readonly keyedMicroUsd: number;
}

/** How one kind of reading of the connection stands. */
export interface ReadingState {
  readonly reading: ReadingKind;
  /** The last complete one; null: there was none. */
  readonly lastReadAt: number | null;
  /** Since when reads fail in a row; null: the last one did not. */
  readonly failingSince: number | null;
  readonly misses: number;
}

/** Reads succeed, and bring nothing that is newer than this. */
export interface Silence {
  /** The end of the newest usage. */
  readonly since: number;
  /** How many lineages are used in every hour of every kind of day, and were until then. */
  readonly aroundTheClock: number;
  readonly pollMs: number;
}

/** Everything that a detector may look at of a connection. What was not looked at now is empty. */
export interface ConnectionInput {
  readonly now: number;
  readonly connectionId: string;
  readonly readings: readonly ReadingState[];
  /** Null: not looked at, or nothing is missed. */
  readonly silence: Silence | null;
  /** Settled days, ascending. */
  readonly days: readonly ShadowDay[];
  /** Of the provider's own log, whatever key they are about; ascending. */
  readonly events: readonly ProviderEvent[];
}

/** What concerns a connection as a whole, and no key. */
export interface ConnectionFinding {
  readonly detectorId: string;
  readonly connectionId: string;
  readonly severity: Severity;
  /** One for each matter: what is found again under it changes what was told. */
  readonly subject: string;
  readonly startedAt: number;
  /** A whole sentence without the connection's name; no rule names. */
  readonly headline: Sentence;
  /** The figures behind it and what to do. */
  readonly reason: Sentence;
  readonly evidence: Evidence;
}

/** As `Detector`, of a connection: data and one pure function. Shares the section of policy.yml that has its id. */
export interface ConnectionDetector<Settings = unknown> {
  readonly id: string;
  readonly title: string;
  readonly settings: z.ZodType<Settings>;
  detect(input: ConnectionInput, settings: Settings): readonly ConnectionFinding[];
}

export interface BoundConnectionDetector {
  readonly id: string;
  detect(input: ConnectionInput): readonly ConnectionFinding[];
}

export function bindConnectionDetector<Settings>(
  detector: ConnectionDetector<Settings>,
  rawSettings: unknown,
): BoundConnectionDetector {
  const settings = detector.settings.parse(rawSettings ?? {});
  return { id: detector.id, detect: (input) => detector.detect(input, settings) };
}
