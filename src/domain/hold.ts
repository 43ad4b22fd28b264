import { EXPECTED_TAIL_MS, hourOf } from './expectation.ts';
import { type Finding, isStanding } from './finding.ts';
import { DAY_MS } from './time.ts';

interface HoldBase {
  readonly id: string;
  readonly lineageId: string;
  /** Actor text. */
  readonly by: string;
  /** Empty: none was given. */
  readonly reason: string;
  readonly fromAt: number;
  readonly untilAt: number;
  /** When it ended, by itself or before its time. */
  readonly endedAt: number | null;
  /** Actor text. */
  readonly endedBy: string | null;
}

/** A window that a person declared: the lineage may spend so much in it, all in all. */
export interface ExpectHold extends HoldBase {
  readonly kind: 'expect';
  readonly ceilingMicroUsd: number;
  /** When more had been spent and people were told. */
  readonly exceededAt: number | null;
  /** The alert that told them. */
  readonly alertId: string | null;
}

/** A rule that a person muted on one lineage. */
export interface MuteHold extends HoldBase {
  readonly kind: 'mute';
  readonly ruleId: string;
}

/** What a person has quieted for a time. */
export type Hold = ExpectHold | MuteHold;

export const LONGEST_WINDOW_MS = 31 * DAY_MS;
export const LONGEST_MUTE_MS = 30 * DAY_MS;

/**
 * What a declared window explains: that a key spends, and when. Who calls, with what, and whether a key should be dead is
 * another matter, and so is every rule that is not named here.
 */
const ABOUT_SPEND: ReadonlySet<string> = new Set([
  'spend-acceleration',
  'cost-spike',
  'volume-spike',
  'billing-threshold',
  'off-hours',
  'dormant-awake',
  'slow-drift',
]);

export function isAboutSpend({ detectorId, evidence }: Pick<Finding, 'detectorId' | 'evidence'>): boolean {
  return ABOUT_SPEND.has(detectorId) && !isStanding({ evidence });
}

/** When it ends, or ended. */
export function endOf({ endedAt, untilAt }: Pick<Hold, 'endedAt' | 'untilAt'>): number {
  return endedAt ?? untilAt;
}

export function isInForce(hold: Pick<Hold, 'endedAt' | 'untilAt'>, now: number): boolean {
  return now < endOf(hold);
}

/** Rules that nobody can mute: what their finding is against is said of the key itself, and can be said otherwise there. */
const NEVER_MUTED: ReadonlySet<string> = new Set(['dead-key-used', 'retention-breach']);

export function isMutableRule(ruleId: string): boolean {
  return !NEVER_MUTED.has(ruleId);
}

/** Nor can be muted that a cap is reached. */
export function isMutable({ detectorId, severity, evidence }: Pick<Finding, 'detectorId' | 'severity' | 'evidence'>) {
  if (!isMutableRule(detectorId)) return false;
  return severity !== 'critical' || !isStanding({ evidence });
}

export function isMutedBy(hold: MuteHold, finding: Finding, now: number): boolean {
  return hold.ruleId === finding.detectorId && isInForce(hold, now) && isMutable(finding);
}

/** What the lineage has spent, as far as the window is concerned. */
export interface WindowSpend {
  /** From its beginning to its end, or to now. */
  readonly insideMicroUsd: number;
  readonly sinceEndMicroUsd: number;
}

/** What a window makes of a finding: `beyond` is more than was expected; null: it says nothing about it. */
export function windowSays(
  hold: ExpectHold,
  finding: Finding,
  { insideMicroUsd, sinceEndMicroUsd, now }: WindowSpend & { readonly now: number },
): 'held' | 'beyond' | null {
  if (!isAboutSpend(finding) || now >= endOf(hold) + EXPECTED_TAIL_MS) return null;
  if (insideMicroUsd > hold.ceilingMicroUsd) return 'beyond';
  if (isInForce(hold, now)) return 'held';
  // Detectors look at a whole hour: what they see after the end is held back while most of it was spent before.
  return sinceEndMicroUsd * 2 <= hourOf(finding) ? 'held' : null;
}
