/** What a person may do. `owner` is relative to one lineage; the other roles come from policy. */
export const ROLES = ['viewer', 'owner', 'responder', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const ACTS = ['look', 'acknowledge', 'suspend', 'restore', 'revoke', 'change_limits', 'delete_owner'] as const;
export type Act = (typeof ACTS)[number];

/** The one table that every click is checked against. */
export const ROLE_ACTS: Readonly<Record<Role, ReadonlySet<Act>>> = {
  viewer: new Set(['look']),
  owner: new Set(['look', 'acknowledge', 'suspend']),
  responder: new Set(['look', 'acknowledge', 'suspend', 'restore', 'revoke', 'change_limits']),
  admin: new Set(ACTS),
};

/** For the sentence that refuses: only … may do this. */
export const ACT_WORDS: Readonly<Record<Act, string>> = {
  look: 'look at it',
  acknowledge: 'acknowledge it',
  suspend: 'suspend it',
  restore: 'restore it',
  revoke: 'revoke it',
  change_limits: 'change its limits',
  delete_owner: 'delete its account',
};

/** A person of the workspace as looked up at the click. */
export interface Person {
  readonly userId: string;
  readonly teamId: string;
  readonly name: string;
  readonly email: string | null;
  /** False for guests, bots, deactivated people and people of another workspace. */
  readonly isActiveFullMember: boolean;
  /** The user groups of policy that the person belongs to. */
  readonly groupIds: readonly string[];
}

export interface RolePolicy {
  /** Slack user ids (U…, W…) and user group ids (S…). */
  readonly admins: readonly string[];
  readonly responders: readonly string[];
  /** Who may look; null or absent: every full member. */
  readonly viewers?: readonly string[] | null;
}

export function rolesOf(person: Person, policy: RolePolicy, ownerSlackId: string | null): readonly Role[] {
  if (!person.isActiveFullMember) return [];
  const listed = (ids: readonly string[]) => ids.some((id) => id === person.userId || person.groupIds.includes(id));
  const roles: Role[] = [];
  if (!policy.viewers || listed(policy.viewers)) roles.push('viewer');
  if (ownerSlackId === person.userId) roles.push('owner');
  if (listed(policy.responders)) roles.push('responder');
  if (listed(policy.admins)) roles.push('admin');
  return roles;
}

export function mayAct(roles: readonly Role[], act: Act): boolean {
  return roles.some((role) => ROLE_ACTS[role].has(act));
}

/** The roles that could do it, for the sentence that tells a person whom to ask. */
export function rolesThatMay(act: Act): readonly Role[] {
  return ROLES.filter((role) => ROLE_ACTS[role].has(act));
}
