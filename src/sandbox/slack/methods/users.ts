import { isTrue, type JsonObject, textOf } from '../json.ts';
import type { Platform } from '../platform.ts';
import { invalidArguments, SlackError } from '../slack-error.ts';
import type { UserSeed } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import { cursorFields, findUser, type Methods, need, page } from './method.ts';

export const usersMethods: Methods = {
  'users.info': {
    scope: () => 'users:read',
    run: (platform, args) => ({ user: userJson(platform.workspace, findUser(platform, need(args, 'user'))) }),
  },
  'users.list': {
    scope: () => 'users:read',
    run: ({ workspace }, args) => {
      const { items, next } = page(workspace.users(), args);
      return { members: items.map((user) => userJson(workspace, user)), ...cursorFields(next) };
    },
  },
  'users.lookupByEmail': { scope: () => 'users:read.email', run: lookupByEmail },
  'usergroups.list': {
    scope: () => 'usergroups:read',
    run: ({ workspace }, args) => ({
      usergroups: workspace.usergroups().map(({ id, handle, name, users }) => ({
        id,
        team_id: workspace.seed.team.id,
        is_usergroup: true,
        handle,
        name,
        user_count: users.length,
        ...(isTrue(args['include_users']) ? { users } : {}),
      })),
    }),
  },
  'usergroups.users.list': {
    scope: () => 'usergroups:read',
    run: ({ workspace }, args) => {
      const id = textOf(args['usergroup']);
      if (id === undefined) throw invalidArguments('missing required field: usergroup');
      const group = workspace.usergroups().find((one) => one.id === id);
      if (group === undefined) throw new SlackError('no_such_subteam');
      return { users: group.users };
    },
  },
};

function lookupByEmail(platform: Platform, args: JsonObject): JsonObject {
  const email = need(args, 'email').toLowerCase();
  const user = platform.workspace.users().find((one) => one.email?.toLowerCase() === email && one.deleted !== true);
  if (user === undefined) throw new SlackError('users_not_found');
  return { user: userJson(platform.workspace, user) };
}

/** A person as users.info and the user_change event carry them; the e-mail needs its own scope. */
export function userJson(workspace: Workspace, user: UserSeed): JsonObject {
  const { app, team } = workspace.seed;
  const mayReadEmail = app.scopes.includes('users:read.email');
  const teamId = user.teamId ?? team.id;
  return {
    id: user.id,
    team_id: teamId,
    name: user.name,
    real_name: user.realName,
    deleted: user.deleted === true,
    tz: user.tz ?? 'Etc/UTC',
    is_bot: user.isBot === true,
    is_admin: user.isAdmin === true,
    is_owner: false,
    is_restricted: user.isRestricted === true || user.isUltraRestricted === true,
    is_ultra_restricted: user.isUltraRestricted === true,
    ...(teamId === team.id ? {} : { is_stranger: true }),
    is_app_user: false,
    profile: {
      real_name: user.realName,
      display_name: user.name,
      ...(mayReadEmail && user.email !== undefined ? { email: user.email } : {}),
    },
  };
}
