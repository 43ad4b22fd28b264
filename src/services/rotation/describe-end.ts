import { type Action, isStop } from '../../domain/action.ts';
import { userIdIn } from '../../domain/actor.ts';
import type { Approval } from '../../domain/approval.ts';
import type { Key } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { approverIds } from '../actions/describe-consent.ts';
import { canRetire } from '../actions/request-retirement.ts';
import type { Deps } from '../deps.ts';
import { retirementOf } from './old-key-end.ts';
import { policyRetirementAt } from './retire-by-policy.ts';

/** How the old key's end stands. */
export interface EndCard {
  /** It can be suspended first, and revoked for good when nobody has missed it. */
  readonly canRetire: boolean;
  /** A stop that was asked for and that the provider has not shown yet. */
  readonly underWay: Action | null;
  /** The stop that its grace stands on, with who has agreed to the end. */
  readonly retired: Action | null;
  /** When policy suspends it without a person; null: it does not, or has. */
  readonly byPolicyAt: number | null;
  /** What waits for a second person. */
  readonly approval: (Approval & { readonly approverIds: readonly string[] }) | null;
}

export async function describeEnd(
  deps: Pick<Deps, 'store' | 'providers' | 'policy' | 'clock'>,
  rotation: Rotation,
  oldKey: Key,
): Promise<EndCard> {
  const { actions, approvals } = deps.store.read;
  const stops = (await actions.ofKey(oldKey.id)).filter(({ kind }) => isStop(kind));
  const approval = (await approvals.waiting()).find(({ keyId }) => keyId === oldKey.id);
  const asker = approval && userIdIn(approval.requestedBy);
  return {
    canRetire: canRetire(deps, oldKey.connectionId),
    underWay: stops.findLast(({ state }) => state === 'pending' || state === 'running') ?? null,
    retired: (await retirementOf(deps.store.read, rotation, oldKey))?.action ?? null,
    byPolicyAt: await policyRetirementAt(deps, rotation),
    approval:
      approval === undefined ? null : { ...approval, approverIds: approverIds(deps, approval.kind, asker ?? '') },
  };
}

/** A revocation that was wanted and is not done: for `/keys status`, Home and the digest. */
export interface PendingRevocation {
  readonly action: Action;
  readonly key: Key;
  /** The rotation that replaced the key; null: it was stopped without one. */
  readonly rotationId: string | null;
}

/** Every end for good that was asked for and is not shown by the provider, oldest first. It is tried until it is done. */
export async function pendingRevocations({ store }: Pick<Deps, 'store'>): Promise<readonly PendingRevocation[]> {
  const open = await store.read.rotations.allOpen();
  const found: PendingRevocation[] = [];
  for (const action of await store.read.actions.unfinished()) {
    const isEnd = action.kind === 'revoke' || action.kind === 'delete_owner' || action.kind === 'retire';
    if (!isEnd || (action.state !== 'pending' && action.state !== 'running')) continue;
    const key = await store.read.keys.get(action.keyId);
    if (key === undefined) continue;
    found.push({ action, key, rotationId: open.find(({ oldKeyId }) => oldKeyId === key.id)?.id ?? null });
  }
  return found;
}
