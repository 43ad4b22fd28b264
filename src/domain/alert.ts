import { type AlertEventKind, type AlertState, nextState } from './alert-states.ts';
import { type Called, type Escalation, NOT_CALLED, pages } from './escalation.ts';
import { EXPECTED_TAIL_MS, type Expectation } from './expectation.ts';
import type { Evidence, Finding, Severity } from './finding.ts';
import { isStanding, severityRank, worstSeverity } from './finding.ts';
import type { Sentence } from './sentence.ts';
import { HOUR_MS, MINUTE_MS } from './time.ts';

export {
  ALERT_EVENTS,
  ALERT_STATES,
  ALERT_TRANSITIONS,
  type AlertEventKind,
  type AlertGesture,
  type AlertState,
  GESTURES,
  nextState,
} from './alert-states.ts';

/** What was found of one key of the lineage last in this episode. */
export interface KeyFinding extends Pick<Finding, 'severity' | 'headline' | 'reason' | 'evidence' | 'costMicroUsd'> {
  readonly foundAt: number;
}

/** The question to the owner whether it was them. */
export interface OwnerAsk {
  /** The event that tells of it. */
  readonly id: string;
  readonly userId: string;
  readonly askedAt: number;
  readonly answer: 'yes' | 'no' | null;
  readonly answeredAt: number | null;
  /** The line in the thread that asks a responder to confirm a yes. */
  readonly confirmId: string | null;
}

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
  /** By key id. */
  readonly perKey: Readonly<Record<string, KeyFinding>>;
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
  /** Until then nobody is called because nobody has acknowledged. */
  readonly snoozedUntil: number | null;
  /** How far up it has gone; null while it does not go up: it is no longer open, snoozed, or too harmless to page. */
  readonly escalation: Escalation | null;
  /** What people have been called for: never twice for the same. */
  readonly called: Called;
  readonly ownerAsk: OwnerAsk | null;
  /** A person's word on the episode, for baselines. */
  readonly verdict: 'legitimate' | null;
  /** What a person said is expected to go on. */
  readonly expected: Expectation | null;
  /** The Slack user who tries the path out with it; null: it is real. */
  readonly testOf: string | null;
  /** The day on whose roll-up it is told; null: it has a message of its own. */
  readonly rollUp: string | null;
  /** Grows with each change; buttons carry it. */
  readonly revision: number;
}

/** A finding this soon after closing belongs to the same episode. */
export const REOPEN_WITHIN_MS = 24 * HOUR_MS;
/** An episode ends after this much complete data without a finding. */
export const QUIET_MS = 2 * HOUR_MS;
/** What stays crossed, such as a step of a cap, is open this long while nobody acknowledges it. */
export const STANDING_MS = 24 * HOUR_MS;
/** Usage this soon after a stop is the provider catching up. */
export const STOP_GRACE_MS = 10 * MINUTE_MS;

/** What an alert is before anybody has done anything about it. */
export const NEW_ALERT = {
  containedAt: null,
  closedAt: null,
  acknowledgedBy: null,
  snoozedUntil: null,
  escalation: null,
  called: NOT_CALLED,
  ownerAsk: null,
  verdict: null,
  expected: null,
  testOf: null,
  rollUp: null,
  revision: 1,
} as const satisfies Partial<Alert>;

/** The lineage's alert for a first finding. */
export function openedBy(finding: Finding, { id, number, now }: { id: string; number: number; now: number }): Alert {
  return climbing(
    {
      ...NEW_ALERT,
      ...told(finding),
      id,
      number,
      lineageId: finding.lineageId,
      keyId: finding.keyId,
      state: 'open',
      severity: finding.severity,
      detectorIds: [finding.detectorId],
      perKey: perKeyWith({}, finding, now),
      startedAt: finding.startedAt,
      openedAt: now,
      lastFindingAt: now,
      lostMicroUsd: finding.costMicroUsd,
      dataUntil: finding.observedUntil,
    },
    now,
  );
}

/** What an event makes of the alert; null where it does not apply. What the event brings itself is the caller's to add. */
export function afterEvent(alert: Alert, event: AlertEventKind, now: number): Alert | null {
  const state = nextState(alert.state, event);
  if (state === null) return null;
  const opens = state === 'open' && alert.state !== 'open';
  const after: Alert = {
    ...alert,
    state,
    containedAt:
      state === 'contained' ? (alert.containedAt ?? now) : opens || event === 'release' ? null : alert.containedAt,
    closedAt: state === 'resolved' ? now : null,
    acknowledgedBy: opens ? null : alert.acknowledgedBy,
    // A finding does not wake anybody who said that they know; all else ends the snooze.
    snoozedUntil: event === 'finding' && state !== 'resolved' ? alert.snoozedUntil : null,
    verdict: event === 'expect' ? 'legitimate' : opens ? null : alert.verdict,
    expected: opens ? null : alert.expected,
    revision: alert.revision + 1,
  };
  return climbing(after, now);
}

/** Nobody is reminded until `until`, and then from the beginning. */
export function snoozed(alert: Alert, until: number, now: number): Alert | null {
  const after = afterEvent(alert, 'snooze', now);
  return after && climbing({ ...after, snoozedUntil: until }, now);
}

/** Merges a finding into its lineage's alert: the first start, the worst severity, the newest evidence of each key. */
export function mergeFinding(alert: Alert, finding: Finding, now: number): Alert {
  const event = isAfterStop(alert, finding) ? 'finding_after_stop' : 'finding';
  const severity = worstSeverity(alert.severity, finding.severity);
  const isWorse = severity !== alert.severity;
  const moved = nextState(alert.state, event) !== alert.state;
  const after = (moved ? afterEvent(alert, event, now) : null) ?? alert;
  // What was spent rightly before is not lost now: up to a cap, or as somebody had expected it.
  const anew = alert.verdict === 'legitimate' || (isStanding(alert) && !isStanding(finding));
  const merged: Alert = {
    ...after,
    severity,
    detectorIds: alert.detectorIds.includes(finding.detectorId)
      ? alert.detectorIds
      : [...alert.detectorIds, finding.detectorId],
    perKey: perKeyWith(alert.perKey, finding, now),
    // The start belongs to the first finding: a window that moves on must not make the episode look younger.
    startedAt: anew ? finding.startedAt : Math.min(alert.startedAt, finding.startedAt),
    lostMicroUsd: anew ? finding.costMicroUsd : Math.max(alert.lostMicroUsd, finding.costMicroUsd),
    called: anew ? { ...after.called, lossMicroUsd: 0 } : after.called,
    lastFindingAt: now,
    dataUntil: Math.max(alert.dataUntil, finding.observedUntil),
    snoozedUntil: isWorse ? null : after.snoozedUntil,
    revision: isWorse || moved ? alert.revision + 1 : alert.revision,
  };
  // A window that slides over the stop says less and less: a stopped key keeps what was said of it while it ran.
  return climbing(merged.state === 'contained' ? merged : { ...merged, ...blame(merged, finding, now) }, now);
}

/** The worst of the keys that misbehave now; of equals the one that was found last. */
function blame(
  { perKey, keyId }: Alert,
  finding: Finding,
  now: number,
): ReturnType<typeof told> & { keyId: string | null } {
  if (finding.keyId === null) return { keyId, ...told(finding) };
  // A cap that has been reached never hides what a key is doing.
  const runs = (one: KeyFinding) => isFresh(one, now) && !isStanding(one);
  const running = isStanding(finding) ? Object.entries(perKey).find(([, one]) => runs(one)) : undefined;
  if (running !== undefined) return { keyId: running[0], ...told(running[1]) };
  const rivals = Object.entries(perKey).filter(([id, one]) => id !== finding.keyId && runs(one));
  const worse = rivals.find(([, one]) => severityRank(one.severity) > severityRank(finding.severity));
  return worse === undefined ? { keyId: finding.keyId, ...told(finding) } : { keyId: worse[0], ...told(worse[1]) };
}

/** The other keys of the lineage that misbehave in the same episode. */
export function otherKeys({ perKey, keyId, lastFindingAt }: Alert): readonly (readonly [keyId: string, KeyFinding])[] {
  return Object.entries(perKey).filter(([id, one]) => id !== keyId && isFresh(one, lastFindingAt));
}

/** Moves the blame to another key of the lineage: the one that had it was stopped. */
export function blameKey(alert: Alert, keyId: string): Alert {
  const found = alert.perKey[keyId];
  return found === undefined ? alert : { ...alert, keyId, ...told(found), revision: alert.revision + 1 };
}

function isFresh({ foundAt }: KeyFinding, now: number): boolean {
  return now - foundAt < QUIET_MS;
}

function perKeyWith(perKey: Alert['perKey'], finding: Finding, now: number): Alert['perKey'] {
  if (finding.keyId === null) return perKey;
  const { severity, costMicroUsd } = finding;
  const known = perKey[finding.keyId];
  if (isStanding(finding) && known !== undefined && isFresh(known, now) && !isStanding(known)) return perKey;
  return { ...perKey, [finding.keyId]: { ...told(finding), severity, costMicroUsd, foundAt: now } };
}

function told({ headline, reason, evidence }: Pick<Finding, 'headline' | 'reason' | 'evidence'>) {
  return { headline, reason, evidence };
}

/** It goes up only while it is open, awake and bad enough; whenever that begins, it begins at the bottom. */
function climbing(alert: Alert, now: number): Alert {
  const climbs = alert.state === 'open' && alert.snoozedUntil === null && pages(alert.severity);
  return { ...alert, escalation: climbs ? (alert.escalation ?? { since: now, taken: [] }) : null };
}

/** Whether a lineage's last alert is still the episode that a finding at `now` belongs to. */
export function isSameEpisode(alert: Alert, now: number): boolean {
  if (alert.closedAt === null) return true;
  const end = Math.max(alert.closedAt + REOPEN_WITHIN_MS, (alert.expected?.until ?? 0) + EXPECTED_TAIL_MS);
  return now <= end;
}

/** Whether complete data says that the episode is over. */
export function isQuiet(alert: Alert, completeUntil: number): boolean {
  const lengthMs = isStanding(alert) && alert.state === 'open' ? STANDING_MS : QUIET_MS;
  return alert.state !== 'resolved' && completeUntil - alert.lastFindingAt >= lengthMs;
}

function isAfterStop(alert: Alert, finding: Finding): boolean {
  if (alert.containedAt === null) return false;
  const lastSpendAt = finding.evidence['lastSpendAt'];
  return typeof lastSpendAt === 'number' && lastSpendAt > alert.containedAt + STOP_GRACE_MS;
}

export function alertName(alert: Pick<Alert, 'number'>): string {
  return `KS-${alert.number}`;
}
