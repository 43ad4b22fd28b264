import type { Approval } from '../domain/approval.ts';

export interface ApprovalRepo {
  insert(approval: Approval): Promise<void>;
  update(approval: Approval): Promise<void>;
  get(id: string): Promise<Approval | undefined>;
  /** At most one waits for the same act. */
  waitingFor(idempotencyKey: string): Promise<Approval | undefined>;
  /** Soonest to expire first. */
  waiting(): Promise<readonly Approval[]>;
  /** Whatever became of them, the oldest first. */
  requestedIn(range: { readonly from: number; readonly to: number }): Promise<readonly Approval[]>;
  /** The earliest end of one that waits. */
  nextExpiryAt(): Promise<number | null>;
}
