import { type ActionKind, isLimitAct } from '../../domain/action.ts';
import type { ActionParams } from '../../domain/action-params.ts';
import { userIdIn } from '../../domain/actor.ts';
import { ALONE_PER_DAY, type Approval, approvalMs } from '../../domain/approval.ts';
import { type Act, type Role, rolesThatMay } from '../../domain/authorise.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import type { Deps } from '../deps.ts';
import { accountOf } from './account.ts';
import { aloneCase } from './break-glass.ts';
import { needsSecondPerson } from './second-person.ts';

/** The right that somebody needs for a kind of action, to ask for it and to approve it. */
export function actOf(kind: ActionKind): Act {
  if (isLimitAct(kind)) return 'change_limits';
  if (kind === 'create_key') return 'rotate';
  if (kind === 'rename') return 'classify';
  return kind === 'retire' ? 'revoke' : kind;
}

/** Who may be a second person: people and user groups of policy, the one who asks left out. */
export function approverIds({ policy }: Pick<Deps, 'policy'>, kind: ActionKind, askerId: string): readonly string[] {
  const listed: Readonly<Partial<Record<Role, readonly string[]>>> = {
    responder: policy.roles.responders,
    admin: policy.roles.admins,
  };
  const ids = rolesThatMay(actOf(kind)).flatMap((role) => listed[role] ?? []);
  return [...new Set(ids)].filter((id) => id !== askerId);
}

/** What a person has to know of the second one before the act is asked for. */
export interface ConsentCard {
  readonly approverIds: readonly string[];
  /** Whether this person may act alone at all. */
  readonly mayActAlone: boolean;
  /** Whether a critical alert is open: then acting alone needs no other reason. */
  readonly isBurning: boolean;
  readonly leftToday: number;
  /** How long the second person has. */
  readonly withinMs: number;
}

export interface ConsentQuestion {
  readonly userId: string;
  readonly kind: ActionKind;
  readonly key: Key;
  readonly mayActAlone: boolean;
}

/** Null where one person is enough. */
export async function describeConsent(
  deps: Pick<Deps, 'store' | 'providers' | 'policy' | 'clock'>,
  { userId, kind, key, mayActAlone }: ConsentQuestion,
): Promise<ConsentCard | null> {
  const params = await paramsOf(deps, kind, key);
  const repos = deps.store.read;
  if (!(await needsSecondPerson({ deps, repos }, { kind, key, params }))) return null;
  const { because, usedToday } = await aloneCase({ deps, repos }, { userId, key, isPublic: false });
  return {
    approverIds: approverIds(deps, kind, userId),
    mayActAlone,
    isBurning: because !== null,
    leftToday: Math.max(0, ALONE_PER_DAY - usedToday),
    withinMs: approvalMs(kind),
  };
}

/** As far as they say which keys go with it. */
async function paramsOf(
  { store, providers }: Pick<Deps, 'store' | 'providers'>,
  kind: ActionKind,
  key: Key,
): Promise<ActionParams | null> {
  if (kind !== 'delete_owner') return null;
  const account = await accountOf({ providers, repos: store.read }, key);
  return account === null ? null : { ownerId: account.owner.id, keyIds: account.keys.map(({ id }) => id) };
}

/** Everything that the rendering of an approval needs, and nothing that it must look up. */
export interface ApprovalCard {
  readonly approval: Approval;
  readonly lineage: Lineage;
  readonly key: Key;
  readonly providerTitle: string;
  readonly approverIds: readonly string[];
}

export async function describeApproval(
  deps: Pick<Deps, 'store' | 'providers' | 'policy'>,
  approvalId: string,
): Promise<ApprovalCard | undefined> {
  const { approvals, keys, lineages } = deps.store.read;
  const approval = await approvals.get(approvalId);
  const key = approval && (await keys.get(approval.keyId));
  const lineage = key && (await lineages.get(key.lineageId));
  if (approval === undefined || key === undefined || lineage === undefined) return undefined;
  const askerId = userIdIn(approval.requestedBy) ?? '';
  return {
    approval,
    lineage,
    key,
    providerTitle: deps.providers.get(key.connectionId)?.title ?? key.providerId,
    approverIds: approverIds(deps, approval.kind, askerId),
  };
}
