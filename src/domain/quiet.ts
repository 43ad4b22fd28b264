import type { Finding } from './finding.ts';
import { isAboutSpend } from './hold.ts';
import { HOUR_MS } from './time.ts';

/**
 * Why something was found and told nobody at once: `rule` is below what is told by its own measure, `judgement` was held
 * back by what the lineage's history explains, `window` was declared, `mute` is a muted rule, and `said` was called
 * expected on an alert.
 */
export const QUIET_CAUSES = ['rule', 'judgement', 'window', 'mute', 'said'] as const;
export type QuietCause = (typeof QUIET_CAUSES)[number];

/** A finding that was kept and told nobody at once; of what goes on the newest, since its beginning. */
export interface QuietFinding extends Omit<Finding, 'dedupeKey'> {
  readonly id: string;
  readonly cause: QuietCause;
  /** The sentence of a judgement. */
  readonly heldBack: string | null;
  readonly holdId: string | null;
  /** The alert that it belongs to, or became. */
  readonly alertId: string | null;
  readonly firstFoundAt: number;
  readonly lastFoundAt: number;
  readonly times: number;
}

/** What is found again within this time goes on; later it is another matter. */
export const GOES_ON_MS = 2 * HOUR_MS;

/** Whether a finding goes on with what was kept. */
export function goesOn(kept: QuietFinding, finding: Finding, why: Pick<QuietFinding, 'cause' | 'holdId'>): boolean {
  return kept.detectorId === finding.detectorId && kept.cause === why.cause && kept.holdId === why.holdId;
}

/**
 * Whether what was kept is the beginning of what is told now. What people had expected is none: it was spent rightly.
 */
export function isBeginningOf(kept: QuietFinding, finding: Finding): boolean {
  if (kept.alertId !== null || kept.cause === 'window' || kept.cause === 'said') return false;
  return kept.detectorId === finding.detectorId || (isAboutSpend(kept) && isAboutSpend(finding));
}
