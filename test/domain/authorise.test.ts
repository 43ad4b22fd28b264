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

const TABLE: Readonly<Record<Role, Readonly<Record<Act, boolean>>>> = {
  viewer: {
    look: true,
    acknowledge: false,
    suspend: false,
    restore: false,
    revoke: false,
    change_limits: false,
    delete_owner: false,
  },
  owner: {
    look: true,
    acknowledge: true,
    suspend: true,
    restore: false,
    revoke: false,
    change_limits: false,
    delete_owner: false,
  },
  responder: {
    look: true,
    acknowledge: true,
    suspend: true,
    restore: true,
    revoke: true,
    change_limits: true,
    delete_owner: false,
  },
  admin: {
    look: true,
    acknowledge: true,
    suspend: true,
    restore: true,
    revoke: true,
    change_limits: true,
    delete_owner: true,
  },
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

describe('the role table', () => {
  test('has exactly these roles and acts', () => {
    expect([...ROLES]).toEqual(Object.keys(TABLE));
    expect(Object.keys(ROLE_ACTS)).toEqual(Object.keys(TABLE));
    expect([...ACTS]).toEqual(Object.keys(TABLE.viewer));
  });

  const cells = ROLES.flatMap((role) => ACTS.map((act) => ({ role, act, may: TABLE[role][act] })));

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
    expect(rolesOf(PERSON, { ...NOBODY, viewers: [] }, 'U1')).toEqual(['owner']);
    expect(rolesOf(PERSON, { ...NOBODY, viewers: [] }, 'U2')).toEqual([]);
  });

  test.each(['U1', 'S1'])('policy names admins and responders by person or group: %s', (id) => {
    expect(rolesOf(PERSON, { admins: [id], responders: [], viewers: [] }, null)).toEqual(['admin']);
    expect(rolesOf(PERSON, { admins: [], responders: [id], viewers: [] }, null)).toEqual(['responder']);
  });

  test('one person can be everything', () => {
    expect(rolesOf(PERSON, { admins: ['U1'], responders: ['S1'] }, 'U1')).toEqual([...ROLES]);
  });

  test('a group that merely has the id of another person’s does not help', () => {
    expect(rolesOf({ ...PERSON, groupIds: [] }, { admins: ['S1'], responders: ['S1'], viewers: [] }, null)).toEqual([]);
  });

  test('a guest, bot, outsider or deactivated person has none, whatever policy and ownership say', () => {
    const guest = { ...PERSON, isActiveFullMember: false };
    const everything = { admins: ['U1', 'S1'], responders: ['U1', 'S1'], viewers: ['U1', 'S1'] };

    expect(rolesOf(guest, everything, 'U1')).toEqual([]);
    expect(rolesOf(guest, { ...everything, viewers: null }, 'U1')).toEqual([]);
  });
});
