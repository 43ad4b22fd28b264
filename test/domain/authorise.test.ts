import { describe, expect, test } from 'vitest';
import {
  ACTS,
  type Act,
  mayAct,
  type Person,
  ROLE_ACTS,
  ROLES,
  type Role,
  type RolePolicy,
  rolesOf,
  rolesThatMay,
} from '../../src/domain/authorise.ts';
import type { OwnerStanding } from '../../src/domain/key.ts';

/** The least role that may do it; those after it may as well. */
const LEAST: Readonly<Record<Act, Role>> = {
  look: 'viewer',
  claim: 'viewer',
  acknowledge: 'owner',
  snooze: 'owner',
  expect: 'owner',
  expect_critical: 'responder',
  declare: 'owner',
  mute: 'owner',
  mute_production: 'responder',
  suspend: 'owner',
  rotate: 'owner',
  edit: 'owner',
  restore: 'responder',
  revoke: 'responder',
  raise_cap: 'responder',
  change_limits: 'responder',
  classify: 'responder',
  set_factor: 'responder',
  break_glass: 'responder',
  test_alert: 'responder',
  campaign: 'responder',
  audit: 'responder',
  offboard: 'responder',
  raise_cap_beyond: 'admin',
  declassify: 'admin',
  delete_owner: 'admin',
  see_settings: 'admin',
  export_all: 'admin',
  import: 'admin',
};

const PERSON: Person = {
  userId: 'U1',
  teamId: 'T1',
  name: 'Ana',
  email: null,
  isActiveFullMember: true,
  groupIds: ['S1'],
};
const NOBODY: RolePolicy = { admins: [], responders: [] };

function owned(ownerSlackId: string, ownerStanding: OwnerStanding = 'confirmed') {
  return { ownerSlackId, ownerStanding };
}

describe('the role table', () => {
  test('has exactly these roles and acts', () => {
    expect([...ROLES]).toEqual(['viewer', 'owner', 'responder', 'admin']);
    expect(Object.keys(ROLE_ACTS)).toEqual([...ROLES]);
    expect([...ACTS]).toEqual(Object.keys(LEAST));
  });

  const cells = ROLES.flatMap((role) =>
    ACTS.map((act) => ({ role, act, may: ROLES.indexOf(role) >= ROLES.indexOf(LEAST[act]) })),
  );

  test.each(cells)('$role may $act: $may', ({ role, act, may }) => {
    expect(mayAct([role], act)).toBe(may);
    expect(rolesThatMay(act).includes(role)).toBe(may);
  });

  test.each(ACTS)('nobody without a role may %s', (act) => {
    expect(mayAct([], act)).toBe(false);
  });

  test('two roles may what either may', () => {
    expect(mayAct(['viewer', 'owner'], 'suspend')).toBe(true);
    expect(mayAct(['viewer', 'owner'], 'revoke')).toBe(false);
  });
});

describe('the roles of a person', () => {
  test('a full member may look, as long as policy lists no viewers', () => {
    expect(rolesOf(PERSON, NOBODY, null)).toEqual(['viewer']);
    expect(rolesOf(PERSON, { ...NOBODY, viewers: null }, null)).toEqual(['viewer']);
  });

  test('with a list of viewers only those on it may look, and an empty list is nobody', () => {
    expect(rolesOf(PERSON, { ...NOBODY, viewers: ['U1'] }, null)).toEqual(['viewer']);
    expect(rolesOf(PERSON, { ...NOBODY, viewers: ['S1'] }, null)).toEqual(['viewer']);
    expect(rolesOf(PERSON, { ...NOBODY, viewers: ['U2', 'S2'] }, null)).toEqual([]);
    expect(rolesOf(PERSON, { ...NOBODY, viewers: [] }, null)).toEqual([]);
  });

  test('the owner of this key is its owner, the owner of another is not', () => {
    expect(rolesOf(PERSON, { ...NOBODY, viewers: [] }, owned('U1'))).toEqual(['owner']);
    expect(rolesOf(PERSON, { ...NOBODY, viewers: [] }, owned('U2'))).toEqual([]);
  });

  test('a claim gives no power until it is confirmed', () => {
    expect(rolesOf(PERSON, { ...NOBODY, viewers: [] }, owned('U1', 'claimed'))).toEqual([]);
  });

  test.each(['U1', 'S1'])('policy names admins and responders by person or group: %s', (id) => {
    expect(rolesOf(PERSON, { admins: [id], responders: [], viewers: [] }, null)).toEqual(['admin']);
    expect(rolesOf(PERSON, { admins: [], responders: [id], viewers: [] }, null)).toEqual(['responder']);
  });

  test('one person can be everything', () => {
    expect(rolesOf(PERSON, { admins: ['U1'], responders: ['S1'] }, owned('U1'))).toEqual([...ROLES]);
  });

  test('a group that merely has the id of another person’s does not help', () => {
    expect(rolesOf({ ...PERSON, groupIds: [] }, { admins: ['S1'], responders: ['S1'], viewers: [] }, null)).toEqual([]);
  });

  test('a guest, bot, outsider or deactivated person has none, whatever policy and ownership say', () => {
    const guest = { ...PERSON, isActiveFullMember: false };
    const everything = { admins: ['U1', 'S1'], responders: ['U1', 'S1'], viewers: ['U1', 'S1'] };

    expect(rolesOf(guest, everything, owned('U1'))).toEqual([]);
    expect(rolesOf(guest, { ...everything, viewers: null }, owned('U1'))).toEqual([]);
  });
});
