import type { Alert } from '../../domain/alert.ts';
import { nextCall, type PersonStep } from '../../domain/escalation.ts';
import { confirmedOwnerOf, type Lineage } from '../../domain/key.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** Whom a message calls: `opening` is the first call, which the owner hears too. */
export type Audience = 'opening' | 'responders' | 'admins';

type Owned = Pick<Lineage, 'ownerSlackId' | 'ownerStanding'> | null;

/** Slack ids of people and user groups. Without responders the admins are all there is. */
export function audienceOf(
  audience: Audience,
  { roles }: Pick<Policy, 'roles'>,
  { testOf, lineage }: Pick<Alert, 'testOf'> & { readonly lineage: Owned },
): readonly string[] {
  // A test calls nobody but the person who asked for it.
  if (testOf !== null) return [testOf];
  if (audience === 'admins') return roles.admins;
  const first = firstPaged({ roles });
  const owner = audience === 'opening' ? (lineage?.ownerSlackId ?? null) : null;
  return owner === null ? first : [...new Set([...first, owner])];
}

export interface NextCall {
  readonly step: PersonStep;
  readonly at: number;
}

/** Whom the alert calls next, and when. Without an owner the responders are called in that place. */
export function nextCallOf({ policy }: Pick<Deps, 'policy'>, alert: Alert, lineage: Owned): NextCall | null {
  const next = nextCall(alert, policy.escalation);
  const isAsked = alert.testOf !== null || confirmedOwnerOf(lineage) !== null;
  return next?.step === 'owner' && !isAsked ? { ...next, step: 'responders' } : next;
}

/** Somebody whom an alert calls. */
export interface Paged {
  readonly id: string;
  /** Null for user groups, and for people who have not been seen yet. */
  readonly name: string | null;
  /** False for people who left, guests and bots: nobody hears it. */
  readonly isActive: boolean;
}

export interface PagedNow {
  readonly first: readonly Paged[];
  readonly admins: readonly Paged[];
}

/** Who would be called now by an alert that pages, and who after them. */
export function whoWouldBePaged({ store, policy }: Pick<Deps, 'store' | 'policy'>): Promise<PagedNow> {
  return pagedIn(store.read, policy);
}

/** The same with the repositories at hand, for use inside of a transaction. */
export async function pagedIn({ members }: Pick<Repos, 'members'>, policy: Pick<Policy, 'roles'>): Promise<PagedNow> {
  const byId = new Map((await members.all()).map((member) => [member.userId, member]));
  const known = (id: string): Paged => {
    const member = byId.get(id);
    return { id, name: member?.name ?? null, isActive: member?.isActiveFullMember ?? true };
  };
  return { first: firstPaged(policy).map(known), admins: policy.roles.admins.map(known) };
}

function firstPaged({ roles }: Pick<Policy, 'roles'>): readonly string[] {
  return roles.responders.length > 0 ? roles.responders : roles.admins;
}
