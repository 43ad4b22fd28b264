import type { ActionParams } from './action-params.ts';
import type { ErrorCode } from './errors.ts';
import type { KeyStatus } from './key.ts';
import { MINUTE_MS, SECOND_MS } from './time.ts';

/** Acts on one key. */
export type KeyActKind = 'suspend' | 'restore' | 'revoke';
/** Acts on what bounds a scope, and with it all of its keys. */
export const LIMIT_ACT_KINDS = ['set_spend_limit', 'set_rate_limit', 'set_models'] as const;
export type LimitActKind = (typeof LIMIT_ACT_KINDS)[number];
/** `delete_owner` deletes the account that owns the key, and with it all of its keys. */
export type ActionKind = KeyActKind | LimitActKind | 'delete_owner';

export function isKeyAct(kind: ActionKind): kind is KeyActKind {
  return kind !== 'delete_owner' && !isLimitAct(kind);
}

export function isLimitAct(kind: ActionKind): kind is LimitActKind {
  return LIMIT_ACT_KINDS.some((each) => each === kind);
}

/**
 * pending → running → verified, or back to pending when the outcome is unknown or the provider is busy, or failed when
 * the provider refuses. `verified` means: read back at the provider after the call; `dismissed`: failed, and a person has
 * said that it is no longer wanted.
 */
export const ACTION_STATES = ['pending', 'running', 'verified', 'failed', 'dismissed'] as const;
export type ActionState = (typeof ACTION_STATES)[number];

/** How an act that cannot be undone was agreed to; `alone` is break-glass, with what allowed it. */
export type Consent =
  | { readonly kind: 'approved'; readonly by: string }
  | { readonly kind: 'alone'; readonly because: 'critical_alert' | 'public_key' };

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
  readonly executedAt: number | null;
  readonly verifiedAt: number | null;
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

/** Doubling from 5 seconds to 5 minutes: the money runs meanwhile, so the first tries come fast. */
export function retryDelayMs(attempts: number, retryAfterMs: number | undefined): number {
  const backoff = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, attempts - 1));
  return Math.max(backoff, retryAfterMs ?? 0);
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
};

/** What happens to an act; the ones in the second line only to acts that need a second person. */
export type AuditStage =
  | ('requested' | 'verified' | 'delayed' | 'failed' | 'dismissed')
  | ('approval_asked' | 'approved' | 'declined' | 'expired' | 'cancelled' | 'overtaken' | 'broke_glass');

/** The audit log's verb: a limit belongs to the scope, all else to the key. */
export function auditVerb(kind: ActionKind, stage: AuditStage): string {
  return `${isLimitAct(kind) ? 'scope' : 'key'}.${kind}.${stage}`;
}
