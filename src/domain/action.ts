import type { ActionParams } from './action-params.ts';
import { STOP_GRACE_MS } from './alert.ts';
import { type ErrorCode, isRetryableCode } from './errors.ts';
import type { KeyStatus } from './key.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts';

/** Acts on one key. */
const KEY_ACTS = ['suspend', 'restore', 'revoke'] as const;
export type KeyActKind = (typeof KEY_ACTS)[number];
/** Acts on what bounds a scope, and with it all of its keys. */
export const LIMIT_ACT_KINDS = ['set_spend_limit', 'set_rate_limit', 'set_models'] as const;
export type LimitActKind = (typeof LIMIT_ACT_KINDS)[number];
/**
 * `delete_owner` deletes the account that owns the key, and with it all of its keys; `create_key` makes the key that takes
 * over in a rotation, and stores it. `retire` suspends a key that a rotation has replaced, so that it can be revoked for
 * good when nobody has missed it. `rename` gives it another name at the provider.
 */
export type ActionKind = KeyActKind | LimitActKind | 'delete_owner' | 'create_key' | 'retire' | 'rename';

export function isKeyAct(kind: ActionKind): kind is KeyActKind {
  return KEY_ACTS.some((each) => each === kind);
}

export function isLimitAct(kind: ActionKind): kind is LimitActKind {
  return LIMIT_ACT_KINDS.some((each) => each === kind);
}

/** Acts that end what a key spends: proven by two facts, and tried until they are proven or nobody wants them any more. */
const STOP_KINDS = ['suspend', 'revoke', 'delete_owner', 'retire'] as const satisfies readonly ActionKind[];

export function isStop(kind: ActionKind): boolean {
  return STOP_KINDS.some((each) => each === kind);
}

/**
 * pending → running → verified, or back to pending while the provider is busy, refuses or leaves the outcome unknown.
 * A stop is `confirmed` in between: the provider shows it, and whether usage stays zero is still watched (ADR 0013).
 * `failed`: overtaken, or a change of limits that was refused. `dismissed`: no longer wanted.
 */
export const ACTION_STATES = ['pending', 'running', 'confirmed', 'verified', 'failed', 'dismissed'] as const;
export type ActionState = (typeof ACTION_STATES)[number];

/** How an act that cannot be undone was agreed to. `alone` is break-glass, with what allowed it; `policy` names its rule. */
export type Consent =
  | { readonly kind: 'approved'; readonly by: string }
  | { readonly kind: 'alone'; readonly because: 'critical_alert' | 'public_key' }
  | { readonly kind: 'policy'; readonly rule: string };

export interface Action {
  readonly id: string;
  /** Unique: kind, key and the key's state generation, or what the act is about and its revision. */
  readonly idempotencyKey: string;
  readonly kind: ActionKind;
  /** The key that it is about, or was asked from. */
  readonly keyId: string;
  /** Null for acts on the key alone. */
  readonly params: ActionParams | null;
  readonly alertId: string | null;
  /** Actor text. */
  readonly requestedBy: string;
  readonly reason: string;
  readonly state: ActionState;
  readonly attempts: number;
  readonly notBeforeAt: number;
  readonly requestedAt: number;
  /** When the provider first showed it. */
  readonly executedAt: number | null;
  /** When the provider was last read and showed it; usage is watched from then on. */
  readonly confirmedAt: number | null;
  readonly verifiedAt: number | null;
  /** Usage is known to be zero from the grace after `confirmedAt` up to here; null where nobody has checked. */
  readonly checkedUntil: number | null;
  /** What was used although the provider said that it had stopped; null: nothing. */
  readonly usedAfterMicroUsd: number | null;
  /** What a person is told while it is not done. */
  readonly problem: string | null;
  readonly problemCode: ErrorCode | null;
  /** Null where one person is enough. */
  readonly consent: Consent | null;
}

export function idempotencyKeyOf(kind: KeyActKind, key: { readonly id: string; readonly generation: number }): string {
  return `${kind}:${key.id}:${key.generation}`;
}

/** Whether an act is for good. `without_restore`: where the provider cannot start a stopped key again. */
export const IS_FINAL: Readonly<Record<ActionKind, 'no' | 'yes' | 'without_restore'>> = {
  suspend: 'without_restore',
  restore: 'no',
  revoke: 'yes',
  set_spend_limit: 'no',
  set_rate_limit: 'no',
  set_models: 'no',
  delete_owner: 'yes',
  create_key: 'no',
  retire: 'yes',
  rename: 'no',
};

/** The provider statuses that prove an action. A revoked key may be archived or gone, depending on the provider. */
export const PROOF: Readonly<Record<KeyActKind, ReadonlySet<KeyStatus>>> = {
  suspend: new Set(['inactive', 'archived', 'expired', 'gone']),
  restore: new Set(['active']),
  revoke: new Set(['archived', 'gone']),
};

/** Whether an act makes sense for a key in this status; a refusal is answered with what the key is now. */
export function canRequest(kind: KeyActKind, status: KeyStatus): boolean {
  if (kind === 'suspend') return status === 'active';
  if (kind === 'restore') return status === 'inactive';
  return status === 'active' || status === 'inactive' || status === 'expired';
}

const FIRST_RETRY_MS = 5 * SECOND_MS;
const LAST_RETRY_MS = 5 * MINUTE_MS;
// What was refused works again when a person has changed something.
const LAST_REFUSED_MS = HOUR_MS;

export interface Setback {
  readonly attempts: number;
  readonly retryAfterMs: number | undefined;
  readonly refused: boolean;
}

/** Doubling from 5 seconds to 5 minutes, or to an hour: the money runs meanwhile, so the first tries come fast. */
export function retryDelayMs({ attempts, retryAfterMs, refused }: Setback): number {
  const last = refused ? LAST_REFUSED_MS : LAST_RETRY_MS;
  const backoff = Math.min(last, FIRST_RETRY_MS * 2 ** Math.max(0, attempts - 1));
  return Math.max(backoff, retryAfterMs ?? 0);
}

/** Usage must have stayed zero for this long after the grace: the silence of a moment proves nothing. */
export const PROOF_MS = 15 * MINUTE_MS;

/** From when on usage speaks against a stop. */
export function silentFrom({ confirmedAt, requestedAt }: Pick<Action, 'confirmedAt' | 'requestedAt'>): number {
  return (confirmedAt ?? requestedAt) + STOP_GRACE_MS;
}

/** Asked for, tried, and not done: it is tried again until it is done or somebody gives it up. */
export function hangs({ state, problem }: Pick<Action, 'state' | 'problem'>): boolean {
  return (state === 'pending' || state === 'running') && problem !== null;
}

/** It hangs since the provider says no, so a person has to change something, or to stop trying. */
export function isRefused(action: Pick<Action, 'state' | 'problem' | 'problemCode'>): boolean {
  return hangs(action) && action.problemCode !== null && !isRetryableCode(action.problemCode);
}

/** Whether the provider has shown it: what a person calls done, be it proven or not. */
export function isShown({ state }: Pick<Action, 'state'>): boolean {
  return state === 'confirmed' || state === 'verified';
}

/** Past tense for a footer: who did what. */
export const ACTION_DONE: Readonly<Record<ActionKind, string>> = {
  suspend: 'Suspended',
  restore: 'Restored',
  revoke: 'Revoked',
  set_spend_limit: 'Cap changed',
  set_rate_limit: 'Rate limit changed',
  set_models: 'Allowed models changed',
  delete_owner: 'Account deleted',
  create_key: 'New key made and stored',
  retire: 'Suspended for good',
  rename: 'Renamed',
};

/** What it is called in a list of work. */
export const ACTION_NAME: Readonly<Record<ActionKind, string>> = {
  suspend: 'suspend',
  restore: 'restore',
  revoke: 'revoke',
  set_spend_limit: 'cap change',
  set_rate_limit: 'rate limit change',
  set_models: 'model change',
  delete_owner: 'account deletion',
  create_key: 'new key',
  retire: 'retirement',
  rename: 'new name',
};

/** What happens to an act, as the history says it; the last ones only to acts that need a second person. */
export const AUDIT_STAGES = {
  requested: 'was asked for',
  confirmed: 'is done, says the provider',
  verified: 'is proven',
  used_after: 'did not hold: it was used afterwards',
  delayed: 'has to wait and is tried again',
  refused: 'is refused by the provider and tried again',
  failed: 'failed',
  dismissed: 'is no longer wanted',
  approval_asked: 'waits for a second person',
  approved: 'was approved by a second person',
  declined: 'was declined by a second person',
  expired: 'was approved by nobody in time',
  cancelled: 'was taken back before anybody approved it',
  overtaken: 'was overtaken by what happened meanwhile',
  broke_glass: 'was asked for without a second person',
} as const;
export type AuditStage = keyof typeof AUDIT_STAGES;

/** The audit log's verb: a limit belongs to the scope, all else to the key. */
export function auditVerb(kind: ActionKind, stage: AuditStage): string {
  return `${isLimitAct(kind) ? 'scope' : 'key'}.${kind}.${stage}`;
}
