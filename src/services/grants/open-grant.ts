import { type Action, isLimitAct } from '../../domain/action.ts';
import { type Grant, type GrantChange, type OwnCapChange, ownCapTarget, scopeTarget } from '../../domain/grant.ts';
import type { Key } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

export interface GrantContext {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

/** Writes down, with the change itself, that what it replaces is restored at the end. */
export async function openGrant(
  context: GrantContext,
  { action, key, untilAt }: { readonly action: Action; readonly key: Key; readonly untilAt: number },
): Promise<void> {
  const { kind, params } = action;
  if (!isLimitAct(kind) || params === null || !('scopeId' in params)) return;
  // A change that failed and is asked for again is the same one, with another end.
  const before = (await context.tx.grants.open()).find(({ actionId }) => actionId === action.id);
  if (before !== undefined) {
    const { requestedBy: grantedBy, reason, keyId, alertId } = action;
    await context.tx.grants.update({ ...before, grantedBy, reason, keyId, alertId, untilAt });
    return;
  }
  const limitId = 'limitId' in params ? params.limitId : undefined;
  const target = scopeTarget({ kind, connectionId: key.connectionId, scopeId: params.scopeId, limitId });
  await insert(context, { ...action, kind, target, change: params, untilAt, actionId: action.id });
}

/** The grant as it stands in a transaction; null where it was prolonged, ended, or changed otherwise since it was read. */
export async function grantAsRead({ grants }: Pick<Repos, 'grants'>, read: Grant): Promise<Grant | null> {
  const standing = await grants.get(read.id);
  if (standing === undefined || standing.endedAt !== null) return null;
  const isSame =
    standing.untilAt === read.untilAt &&
    standing.restoreActionId === read.restoreActionId &&
    JSON.stringify(standing.change) === JSON.stringify(read.change);
  return isSame ? standing : null;
}

export interface OwnGrant extends Pick<Grant, 'keyId' | 'alertId' | 'untilAt' | 'reason'> {
  readonly requestedBy: string;
  readonly change: OwnCapChange;
}

/** The same for the team's own cap, which needs no change at the provider. */
export async function openOwnGrant(context: GrantContext, grant: OwnGrant): Promise<void> {
  const target = ownCapTarget(grant.change.lineageId);
  await insert(context, { ...grant, kind: 'own_cap', target, actionId: null });
}

interface NewGrant extends Pick<Grant, 'kind' | 'target' | 'keyId' | 'alertId' | 'untilAt' | 'reason' | 'actionId'> {
  readonly change: GrantChange;
  readonly requestedBy: string;
}

async function insert({ deps, tx }: GrantContext, given: NewGrant): Promise<void> {
  const { kind, target, keyId, alertId, change, untilAt, reason, actionId } = given;
  await tx.grants.insert({
    id: deps.ids.next('grant'),
    kind,
    target,
    keyId,
    alertId,
    change,
    untilAt,
    grantedBy: given.requestedBy,
    reason,
    grantedAt: deps.clock.now(),
    actionId,
    restoreActionId: null,
    warnedAt: null,
    endedAt: null,
    outcome: null,
  });
}
