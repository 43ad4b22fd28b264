import type { Evidence, Finding, Severity } from './finding.ts';
import { worstSeverity } from './finding.ts';
import type { Sentence } from './sentence.ts';
import { HOUR_MS, MINUTE_MS } from './time.ts';

export const ALERT_STATES = ['open', 'acknowledged', 'contained', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

export const ALERT_EVENTS = ['finding', 'finding_after_stop', 'acknowledge', 'contain', 'release', 'quiet'] as const;
export type AlertEventKind = (typeof ALERT_EVENTS)[number];

/** Every (state, event) pair. Null: the event does not apply and changes nothing. */
export const ALERT_TRANSITIONS: Readonly<Record<AlertState, Readonly<Record<AlertEventKind, AlertState | null>>>> = {
  open: {
    finding: 'open',
    finding_after_stop: 'open',
    acknowledge: 'acknowledged',
    contain: 'contained',
    release: null,
    quiet: 'resolved',
  },
  acknowledged: {
    finding: 'acknowledged',
    finding_after_stop: 'open',
    acknowledge: null,
    contain: 'contained',
    release: null,
    quiet: 'resolved',
  },
  contained: {
    // Usage from before the stop is published late: it changes the sum, not the state.
    finding: 'contained',
    finding_after_stop: 'open',
    acknowledge: null,
    contain: 'contained',
    release: 'acknowledged',
    quiet: 'resolved',
  },
  resolved: {
    finding: 'open',
    finding_after_stop: 'open',
    acknowledge: null,
    contain: null,
    release: null,
    quiet: null,
  },
};

/** One per lineage and episode. The Slack message is a rendering of it. */
export interface Alert {
  readonly id: string;
  /** For people: KS-142. */
  readonly number: number;
  readonly lineageId: string;
  /** The key that the newest finding blames. */
  readonly keyId: string | null;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly detectorIds: readonly string[];
  readonly headline: Sentence;
  readonly reason: Sentence;
  readonly evidence: Evidence;
  /** When the thing itself began. */
  readonly startedAt: number;
  readonly openedAt: number;
  readonly lastFindingAt: number;
  /** Cost of the lineage since `startedAt`, as far as known. */
  readonly lostMicroUsd: number;
  readonly dataUntil: number;
  readonly containedAt: number | null;
  readonly closedAt: number | null;
  readonly acknowledgedBy: string | null;
  /** Grows with each change; buttons carry it. */
  readonly revision: number;
}

/** A finding this soon after closing belongs to the same episode. */
export const REOPEN_WITHIN_MS = 24 * HOUR_MS;
/** An episode ends after this much complete data without a finding. */
export const QUIET_MS = 2 * HOUR_MS;
/** Usage this soon after a stop is the provider catching up. */
export const STOP_GRACE_MS = 10 * MINUTE_MS;

export function nextState(state: AlertState, event: AlertEventKind): AlertState | null {
  return ALERT_TRANSITIONS[state][event];
}

/** Merges a finding into its lineage's alert: the first start, the worst severity, the newest evidence. */
export function mergeFinding(alert: Alert, finding: Finding, now: number): Alert {
  const event = isAfterStop(alert, finding) ? 'finding_after_stop' : 'finding';
  const state = nextState(alert.state, event) ?? alert.state;
  const reopened = alert.state === 'resolved' || (alert.state === 'contained' && state === 'open');
  return {
    ...alert,
    state,
    keyId: finding.keyId ?? alert.keyId,
    severity: worstSeverity(alert.severity, finding.severity),
    detectorIds: alert.detectorIds.includes(finding.detectorId)
      ? alert.detectorIds
      : [...alert.detectorIds, finding.detectorId],
    // The start belongs to the first finding: a window that moves on must not make the episode look younger.
    startedAt: Math.min(alert.startedAt, finding.startedAt),
    // A window that slides over the stop says less and less: a stopped key keeps what was said of it while it ran.
    ...(state === 'contained' ? {} : told(finding)),
    lostMicroUsd: Math.max(alert.lostMicroUsd, finding.costMicroUsd),
    lastFindingAt: now,
    dataUntil: Math.max(alert.dataUntil, finding.observedUntil),
    containedAt: reopened ? null : alert.containedAt,
    closedAt: reopened ? null : alert.closedAt,
  };
}

function told({ headline, reason, evidence }: Finding): Pick<Alert, 'headline' | 'reason' | 'evidence'> {
  return { headline, reason, evidence };
}

/** Whether a lineage's last alert is still the episode that a finding at `now` belongs to. */
export function isSameEpisode(alert: Alert, now: number): boolean {
  return alert.closedAt === null || now - alert.closedAt <= REOPEN_WITHIN_MS;
}

/** Whether complete data says that the episode is over. */
export function isQuiet(alert: Alert, completeUntil: number): boolean {
  return alert.state !== 'resolved' && completeUntil - alert.lastFindingAt >= QUIET_MS;
}

function isAfterStop(alert: Alert, finding: Finding): boolean {
  if (alert.containedAt === null) return false;
  const lastSpendAt = finding.evidence['lastSpendAt'];
  return typeof lastSpendAt === 'number' && lastSpendAt > alert.containedAt + STOP_GRACE_MS;
}

export function alertName(alert: Pick<Alert, 'number'>): string {
  return `KS-${alert.number}`;
}
