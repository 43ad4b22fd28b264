import type { KeyStatus } from './key.ts';
import { MINUTE_MS, SECOND_MS } from './time.ts';

export type ActionKind = 'suspend' | 'restore' | 'revoke';

/**
 * pending → running → verified, or back to pending when the outcome is unknown or the provider is busy, or failed when
 * the provider refuses. `verified` means: read back at the provider after the call; `dismissed`: failed, and a person has
 * said that it is no longer wanted.
 */
export const ACTION_STATES = ['pending', 'running', 'verified', 'failed', 'dismissed'] as const;
export type ActionState = (typeof ACTION_STATES)[number];

export interface Action {
  readonly id: string;
  /** Unique: kind, key and the key's state generation. */
  readonly idempotencyKey: string;
  readonly kind: ActionKind;
  readonly keyId: string;
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
}

export function idempotencyKeyOf(kind: ActionKind, key: { readonly id: string; readonly generation: number }): string {
  return `${kind}:${key.id}:${key.generation}`;
}

/** The provider statuses that prove an action. A revoked key may be archived or gone, depending on the provider. */
export const PROOF: Readonly<Record<ActionKind, ReadonlySet<KeyStatus>>> = {
  suspend: new Set(['inactive', 'archived', 'expired', 'gone']),
  restore: new Set(['active']),
  revoke: new Set(['archived', 'gone']),
};

/** Whether an act makes sense for a key in this status; a refusal is answered with what the key is now. */
export function canRequest(kind: ActionKind, status: KeyStatus): boolean {
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
};
