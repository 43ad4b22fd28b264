import type { ActionKind } from './action.ts';
import type { ActionParams } from './action-params.ts';
import { DAY_MS, MINUTE_MS } from './time.ts';

/** `overtaken`: the key, or what goes with it, is not what the two people agreed on any more. */
export const APPROVAL_STATES = ['waiting', 'approved', 'declined', 'expired', 'cancelled', 'overtaken'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

export const APPROVAL_EVENTS = ['approve', 'decline', 'expire', 'withdraw', 'overtake'] as const;
export type ApprovalEvent = (typeof APPROVAL_EVENTS)[number];

type Next = Readonly<Record<ApprovalEvent, ApprovalState | null>>;

const OVER: Next = { approve: null, decline: null, expire: null, withdraw: null, overtake: null };

/** Every (state, event) pair. Null: it was decided before, and nothing changes. */
export const APPROVAL_TRANSITIONS: Readonly<Record<ApprovalState, Next>> = {
  waiting: {
    approve: 'approved',
    decline: 'declined',
    expire: 'expired',
    withdraw: 'cancelled',
    overtake: 'overtaken',
  },
  approved: OVER,
  declined: OVER,
  expired: OVER,
  cancelled: OVER,
  overtaken: OVER,
};

/** How long a second person has where money may run meanwhile. */
export const APPROVAL_MS = 30 * MINUTE_MS;
// Nothing runs, and whoever has to agree may be in another zone.
const RETIREMENT_MS = DAY_MS;
/** How often one person may act alone on a day of policy's zone. */
export const ALONE_PER_DAY = 3;

/** An act that waits for a second person. What is approved is this key in this generation with these params, nothing else. */
export interface Approval {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly kind: ActionKind;
  readonly keyId: string;
  readonly generation: number;
  readonly params: ActionParams | null;
  readonly alertId: string | null;
  /** Actor text. */
  readonly requestedBy: string;
  readonly reason: string;
  readonly state: ApprovalState;
  readonly requestedAt: number;
  readonly expiresAt: number;
  /** Actor text; null while it waits and where time or the world decided. */
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
  /** Why it was overtaken, in a person's words. */
  readonly problem: string | null;
  /** What came of it. */
  readonly actionId: string | null;
}

/** How long a second person has for an act. */
export function approvalMs(kind: ActionKind): number {
  return kind === 'retire' ? RETIREMENT_MS : APPROVAL_MS;
}

export function nextApprovalState(state: ApprovalState, event: ApprovalEvent): ApprovalState | null {
  return APPROVAL_TRANSITIONS[state][event];
}

/** Whether an approval that waits is for exactly this. */
export function isBoundTo(
  approval: Approval,
  wanted: Pick<Approval, 'idempotencyKey' | 'keyId' | 'generation' | 'params'>,
): boolean {
  return (
    approval.idempotencyKey === wanted.idempotencyKey &&
    approval.keyId === wanted.keyId &&
    approval.generation === wanted.generation &&
    JSON.stringify(approval.params) === JSON.stringify(wanted.params)
  );
}
