import { confirmedOwnerOf, type Lineage } from './key.ts';

/** What a person may do. `owner` is relative to one lineage; the other roles come from policy. */
export const ROLES = ['viewer', 'owner', 'responder', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const ACTS = [
  'look',
  'claim',
  'acknowledge',
  'snooze',
  'expect',
  'expect_critical',
  'declare',
  'mute',
  'mute_production',
  'suspend',
  'rotate',
  'edit',
  'restore',
  'revoke',
  'raise_cap',
  'change_limits',
  'classify',
  'set_factor',
  'break_glass',
  'test_alert',
  'campaign',
  'audit',
  'offboard',
  'raise_cap_beyond',
  'declassify',
  'delete_owner',
  'see_settings',
  'export_all',
  'import',
] as const;
export type Act = (typeof ACTS)[number];

const VIEWER_ACTS = ['look', 'claim'] as const satisfies readonly Act[];
const OWNER_ACTS = [
  ...VIEWER_ACTS,
  'acknowledge',
  'snooze',
  'expect',
  'declare',
  'mute',
  'suspend',
  'rotate',
  'edit',
] as const satisfies readonly Act[];
const RESPONDER_ACTS = [
  ...OWNER_ACTS,
  'expect_critical',
  'mute_production',
  'restore',
  'revoke',
  'raise_cap',
  'change_limits',
  'classify',
  'set_factor',
  'break_glass',
  'test_alert',
  'campaign',
  'audit',
  'offboard',
] as const satisfies readonly Act[];

/**
 * The one table that every click is checked against. `expect` is "this was us", `declare` says
 * so beforehand; `edit` says what a key is for and who uses it; `classify` sets its owner, environment, cap and models;
 * `set_factor` picks the factor of production; `raise_cap` reaches up to what policy allows, `_beyond` further;
 * `declassify` takes production's protection away.
 */
export const ROLE_ACTS: Readonly<Record<Role, ReadonlySet<Act>>> = {
  viewer: new Set(VIEWER_ACTS),
  owner: new Set(OWNER_ACTS),
  responder: new Set(RESPONDER_ACTS),
  admin: new Set(ACTS),
};

/** For the sentence that refuses: only … may do this. */
export const ACT_WORDS: Readonly<Record<Act, string>> = {
  look: 'look at it',
  claim: 'claim it',
  acknowledge: 'acknowledge it',
  snooze: 'snooze it',
  expect: 'say that it is expected',
  expect_critical: 'say that a critical alert is expected',
  declare: 'say what it is expected to spend',
  mute: 'mute a rule for it',
  mute_production: 'mute a rule for a production key',
  suspend: 'suspend it',
  rotate: 'rotate it',
  edit: 'edit it',
  restore: 'restore it',
  revoke: 'revoke it',
  raise_cap: 'raise its cap',
  change_limits: 'change its limits',
  classify: 'set its owner, environment, cap or models',
  set_factor: 'pick its factor',
  break_glass: 'act alone',
  test_alert: 'start a test alert',
  campaign: 'start or end a campaign',
  audit: 'lead an audit of all keys',
  offboard: 'see to the keys of somebody who leaves',
  raise_cap_beyond: 'raise its cap that far',
  declassify: 'say that a production key is none',
  delete_owner: 'delete its account',
  see_settings: 'see the settings',
  export_all: 'export the keys of others',
  import: 'import a sheet',
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

/** The owner of a lineage as far as that gives rights: a claim alone does not. */
export type Ownership = Pick<Lineage, 'ownerSlackId' | 'ownerStanding'>;

export function rolesOf(person: Person, policy: RolePolicy, ownership: Ownership | null): readonly Role[] {
  if (!person.isActiveFullMember) return [];
  const listed = (ids: readonly string[]) => ids.some((id) => id === person.userId || person.groupIds.includes(id));
  const roles: Role[] = [];
  if (!policy.viewers || listed(policy.viewers)) roles.push('viewer');
  if (confirmedOwnerOf(ownership) === person.userId) roles.push('owner');
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
