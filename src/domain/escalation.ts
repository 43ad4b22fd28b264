import { type Evidence, isStanding, type Severity, severityRank } from './finding.ts';
import { MICRO_USD_PER_USD } from './money.ts';
import { MINUTE_MS } from './time.ts';

/** Who is called next while nobody acknowledges; `webhook` is whoever listens outside of Slack. */
export const STEPS = ['owner', 'webhook', 'responders', 'admins'] as const;
export type Step = (typeof STEPS)[number];
export type PersonStep = Exclude<Step, 'webhook'>;

export interface Escalation {
  /** When it began to go up. */
  readonly since: number;
  readonly taken: readonly Step[];
}

/** How long after the beginning each step is taken. Null: never. */
export type EscalationPolicy = Readonly<Record<Step, number | null>>;

/** A test must not take half an hour. */
export const TEST_ESCALATION: EscalationPolicy = {
  owner: MINUTE_MS,
  webhook: 0,
  responders: 2 * MINUTE_MS,
  admins: 3 * MINUTE_MS,
};
/** A test that nobody ends ends by itself. */
export const TEST_LENGTH_MS = 15 * MINUTE_MS;

/** What people have been called for: the worst severity, and the last doubling of the loss. */
export interface Called {
  readonly severity: Severity | null;
  readonly lossMicroUsd: number;
}

export const NOT_CALLED: Called = { severity: null, lossMicroUsd: 0 };
const FIRST_LOSS_MICRO_USD = 100 * MICRO_USD_PER_USD;

/** What of an alert decides whom it calls, and when. */
interface Climbing {
  readonly state: string;
  readonly openedAt: number;
  readonly escalation: Escalation | null;
  readonly snoozedUntil: number | null;
  readonly testOf: string | null;
}

interface Calling {
  readonly state: string;
  readonly severity: Severity;
  readonly lostMicroUsd: number;
  readonly called: Called;
  readonly testOf: string | null;
  readonly evidence: Evidence;
}

/** High and critical call people; what is below never does. */
export function pages(severity: Severity): boolean {
  return severityRank(severity) >= severityRank('high');
}

export function escalationOf({ testOf }: Pick<Climbing, 'testOf'>, policy: EscalationPolicy): EscalationPolicy {
  return testOf === null ? policy : TEST_ESCALATION;
}

/** The steps that are still ahead, the next one first. */
export function stepsAhead(
  { escalation, testOf }: Pick<Climbing, 'escalation' | 'testOf'>,
  policy: EscalationPolicy,
): readonly { readonly step: Step; readonly at: number }[] {
  if (escalation === null) return [];
  const waits = escalationOf({ testOf }, policy);
  return STEPS.flatMap((step) => {
    const wait = waits[step];
    return wait === null || escalation.taken.includes(step) ? [] : [{ step, at: escalation.since + wait }];
  }).toSorted((a, b) => a.at - b.at);
}

/** Whom people would be called next, and when; null when nobody is. */
export function nextCall(alert: Climbing, policy: EscalationPolicy): { step: PersonStep; at: number } | null {
  for (const { step, at } of stepsAhead(alert, policy)) if (step !== 'webhook') return { step, at };
  return null;
}

/** When the alert wants something done by itself; null for never. */
export function dueAt(alert: Climbing, policy: EscalationPolicy): number | null {
  const times = [
    stepsAhead(alert, policy)[0]?.at,
    alert.snoozedUntil ?? undefined,
    alert.testOf === null ? undefined : alert.openedAt + TEST_LENGTH_MS,
  ].filter((at) => at !== undefined);
  return alert.state === 'resolved' || times.length === 0 ? null : Math.min(...times);
}

export interface Climb {
  /** All that were due, so that none of them comes again. */
  readonly taken: readonly Step[];
  /** Whom to call: after a long downtime the last of them alone, not one after the other. */
  readonly call: PersonStep | null;
  readonly webhook: boolean;
}

export function climb(alert: Climbing, policy: EscalationPolicy, now: number): Climb {
  const taken = stepsAhead(alert, policy)
    .filter(({ at }) => at <= now)
    .map(({ step }) => step);
  const call = taken.filter((step) => step !== 'webhook').at(-1) ?? null;
  return { taken, call, webhook: taken.includes('webhook') };
}

/** The last doubling of $100 that the loss has reached: 100, 200, 400 … Zero below. */
export function lossStep(lostMicroUsd: number): number {
  let step = 0;
  for (let next = FIRST_LOSS_MICRO_USD; next <= lostMicroUsd; next *= 2) step = next;
  return step;
}

/** Why people are called because of how the alert stands now; null: they need not be. */
export function callFor(alert: Calling): 'severity' | 'loss' | null {
  const { state, severity, lostMicroUsd, called, testOf } = alert;
  if (state === 'contained' || state === 'resolved' || !pages(severity) || testOf !== null) return null;
  if (called.severity === null || severityRank(severity) > severityRank(called.severity)) return 'severity';
  // Under a cap that was reached nothing is lost.
  return !isStanding(alert) && lossStep(lostMicroUsd) > called.lossMicroUsd ? 'loss' : null;
}

/** Remembers that people were called. */
export function asCalled<A extends Pick<Calling, 'severity' | 'lostMicroUsd' | 'called'>>(alert: A): A {
  const lossMicroUsd = Math.max(alert.called.lossMicroUsd, lossStep(alert.lostMicroUsd));
  return { ...alert, called: { severity: alert.severity, lossMicroUsd } };
}
