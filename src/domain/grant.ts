import type { Action, LimitActKind } from './action.ts';
import type { ModelsChange, RateLimitChange, SpendLimitChange } from './action-params.ts';
import { capWords, modelWords, rateWords, type ScopeLimits, sameModels } from './limits.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, nextMonthStart } from './time.ts';

/** The team's own cap, kept here, or a limit of a scope at the provider. */
export type GrantKind = 'own_cap' | LimitActKind;

/** A change of the team's own cap on a lineage. */
export interface OwnCapChange {
  readonly lineageId: string;
  readonly from: number | null;
  readonly to: number;
}

/** `from` is what is restored, `to` what was granted. */
export type GrantChange = OwnCapChange | SpendLimitChange | RateLimitChange | ModelsChange;

/**
 * `restored`: the former value stands again; `left`: somebody had changed it meanwhile; `failed`: it could not be
 * restored; `replaced`: changed by somebody before its end; `passed_on`: a later grant stands on it and restores what it
 * would have restored; `kept`: somebody decided to keep it; `never`: it never came into force.
 */
export type GrantOutcome = 'restored' | 'left' | 'failed' | 'replaced' | 'passed_on' | 'kept' | 'never';

/** A limit that was changed for a time. */
export interface Grant {
  readonly id: string;
  readonly kind: GrantKind;
  /** What it is on: grants of one target stand on each other. */
  readonly target: string;
  /** The key that it was asked from. */
  readonly keyId: string;
  readonly alertId: string | null;
  readonly change: GrantChange;
  readonly untilAt: number;
  /** Actor text. */
  readonly grantedBy: string;
  readonly reason: string;
  readonly grantedAt: number;
  /** The change at the provider; null where there is none to make. */
  readonly actionId: string | null;
  readonly restoreActionId: string | null;
  readonly warnedAt: number | null;
  readonly endedAt: number | null;
  readonly outcome: GrantOutcome | null;
}

/** What people are told of a grant: flat, as the history of an alert keeps it. */
export interface GrantTold {
  readonly grantId: string;
  readonly kind: GrantKind;
  readonly slug: string;
  /** Words; the models in them are text from outside. */
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly untilAt: number;
  readonly formerMicroUsd: number | null;
  /** Null: it is about to end, and requests would be refused then. */
  readonly outcome: GrantOutcome | null;
  readonly found: string | null;
  readonly spentMicroUsd: number | null;
  readonly upperUntilAt: number | null;
}

export function ownCapTarget(lineageId: string): string {
  return `own_cap:${lineageId}`;
}

export interface ScopeSetting {
  readonly kind: LimitActKind;
  readonly connectionId: string;
  readonly scopeId: string;
  /** Of rate limits, of which a scope has many. */
  readonly limitId?: string | undefined;
}

export function scopeTarget({ kind, connectionId, scopeId, limitId }: ScopeSetting): string {
  return [kind, connectionId, scopeId, ...(limitId === undefined ? [] : [limitId])].join(':');
}

/** What a limit was changed to, or from: money, a number, or a rule about models. */
export type GrantValue = GrantChange['from'];

/** What the limit of a grant is now; undefined where the provider does not show it. */
export function presentValue({ kind, change }: Grant, limits: ScopeLimits): GrantValue | undefined {
  if (kind === 'set_spend_limit')
    return limits.spendLimit.availability === 'available' ? limits.spendLimit.monthlyMicroUsd : undefined;
  if (kind === 'set_models') return limits.models.availability === 'available' ? limits.models : undefined;
  return 'limitId' in change ? limits.rateLimits.find(({ id }) => id === change.limitId)?.value : undefined;
}

export function sameValue(a: GrantValue, b: GrantValue): boolean {
  if (isRule(a) && isRule(b)) return sameModels(a, b);
  return a === b;
}

/** For people; the models in it are text from outside. */
export function valueWords(kind: GrantKind, value: GrantValue): string {
  if (isRule(value)) return modelWords(value);
  if (kind !== 'set_rate_limit') return capWords(value);
  return rateWords({ kind: '', value }).trim();
}

function isRule(value: GrantValue): value is ModelsChange['from'] {
  return typeof value === 'object' && value !== null;
}

/** What decides about a grant's next move. */
export interface GrantFacts {
  readonly now: number;
  readonly action: Pick<Action, 'state' | 'verifiedAt'> | null;
  readonly restore: Pick<Action, 'state' | 'problemCode'> | null;
  /** What is known to be set; undefined: not known. */
  readonly present: GrantValue | undefined;
  /** When that was read. */
  readonly presentAt: number | null;
  /** What has been spent this month of what the cap bounds; null where it is not known or no cap. */
  readonly spentMicroUsd: number | null;
  /** Grants of the same target that were made later, are in force, and stand on this one. */
  readonly upper: Grant | null;
}

export type GrantMove =
  | { readonly kind: 'warn' }
  /** Its time is over: the former value is to be restored. */
  | { readonly kind: 'restore' }
  | { readonly kind: 'pass_on'; readonly upper: Grant }
  | { readonly kind: 'give_up_asking' }
  | { readonly kind: 'end'; readonly outcome: GrantOutcome };

// A provider may show the old value for a while after a change.
const READ_GRACE_MS = 10 * MINUTE_MS;
const LONGEST_WARNING_MS = DAY_MS;

/** What is to be done about it now; null: nothing. */
export function nextMove(grant: Grant, facts: GrantFacts): GrantMove | null {
  const { restore } = facts;
  if (grant.endedAt !== null) return null;
  if (restore !== null) return afterRestore(restore);
  const isOver = facts.now >= grant.untilAt;
  if (!isInForce(facts.action)) return isOver ? overBeforeItBegan(facts.action) : null;
  if (isOver) return overMove(facts.upper);
  if (isOvertaken(grant, facts)) return { kind: 'end', outcome: 'replaced' };
  return shouldWarn(grant, facts) ? { kind: 'warn' } : null;
}

/** What a grant that is being restored itself leaves behind is this one's to restore: it waits for that. */
function overMove(upper: Grant | null): GrantMove | null {
  if (upper === null) return { kind: 'restore' };
  return upper.restoreActionId === null ? { kind: 'pass_on', upper } : null;
}

/** Before this instant there is nothing to do by the clock alone; null: it waits for something else. */
export function nextInstant(grant: Grant, now: number): number | null {
  if (grant.endedAt !== null || grant.restoreActionId !== null) return null;
  const warnAt = warningAt(grant);
  if (grant.warnedAt !== null || warnAt === null) return grant.untilAt;
  // The spend may pass the former cap at any time until then: looked at by the hour.
  const nextLook = now < warnAt ? warnAt : now + HOUR_MS;
  return Math.min(grant.untilAt, nextLook);
}

/** An act that was proven, or none that was needed. */
export function isInForce(action: GrantFacts['action']): boolean {
  return action === null || action.state === 'verified';
}

/** A day before the end, or a quarter of its length where that is less; null where no warning makes sense. */
export function warningAt({ kind, change, grantedAt, untilAt }: Grant): number | null {
  const isRaisedCap = kind === 'set_spend_limit' && isRaise(change);
  if (!isRaisedCap) return null;
  return untilAt - Math.min(LONGEST_WARNING_MS, (untilAt - grantedAt) / 4);
}

/** Whether it lets more through than before; a removed cap lets all through. */
export function isRaise({ from, to }: GrantChange): boolean {
  if (isRule(from) || isRule(to)) return false;
  return from !== null && (to === null || to > from);
}

/** When a month begins the sum begins anew: what was spent before then refuses nothing. */
function shouldWarn(grant: Grant, { now, spentMicroUsd }: GrantFacts): boolean {
  const { warnedAt, untilAt, change } = grant;
  const warnAt = warningAt(grant);
  if (warnedAt !== null || warnAt === null || now < warnAt || untilAt >= nextMonthStart(now)) return false;
  return typeof change.from === 'number' && spentMicroUsd !== null && spentMicroUsd >= change.from;
}

function isOvertaken({ change }: Grant, { action, present, presentAt, upper }: GrantFacts): boolean {
  if (present === undefined || upper !== null || sameValue(present, change.to)) return false;
  const since = action?.verifiedAt ?? null;
  return since === null || (presentAt !== null && presentAt > since + READ_GRACE_MS);
}

/** A change that nobody could make yet must not be made after its time. */
function overBeforeItBegan(action: GrantFacts['action']): GrantMove | null {
  if (action?.state === 'pending') return { kind: 'give_up_asking' };
  return action?.state === 'running' ? null : { kind: 'end', outcome: 'never' };
}

function afterRestore({ state, problemCode }: NonNullable<GrantFacts['restore']>): GrantMove | null {
  if (state === 'verified') return { kind: 'end', outcome: 'restored' };
  if (state === 'failed') return { kind: 'end', outcome: problemCode === 'conflict' ? 'left' : 'failed' };
  return state === 'dismissed' ? { kind: 'end', outcome: 'kept' } : null;
}
