import type { WebClient } from '@slack/web-api';
import type { Person, RolePolicy } from '../domain/authorise.ts';
import { AppError } from '../domain/errors.ts';
import type { Directory } from '../ports/directory.ts';
import type { Member } from '../ports/store.ts';
import { channelIdOf } from './channels.ts';

const PAGE = 200;

/** The part of a user object that we read; guests, bots and strangers all fail `isActiveFullMember`. */
export interface SlackUser {
  readonly id?: string;
  readonly team_id?: string;
  readonly name?: string;
  readonly real_name?: string;
  readonly tz?: string;
  readonly deleted?: boolean;
  readonly is_bot?: boolean;
  readonly is_restricted?: boolean;
  readonly is_ultra_restricted?: boolean;
  readonly is_stranger?: boolean;
  readonly profile?: { readonly email?: string };
}

/** The workspace's people through the Web API. `roles` decides which user groups have to be looked at. */
export function slackDirectory(client: WebClient, teamId: string, roles: RolePolicy): Directory {
  const groupIds = [...new Set([...roles.admins, ...roles.responders, ...(roles.viewers ?? [])])].filter((id) =>
    id.startsWith('S'),
  );
  return {
    ...channelLookUps(client),
    async person(userId): Promise<Person> {
      const { user } = await client.users.info({ user: userId });
      const found = user as SlackUser | undefined;
      if (found?.id === undefined) throw unknownPerson(userId);
      return {
        userId: found.id,
        teamId: found.team_id ?? teamId,
        name: nameOf(found),
        email: found.profile?.email ?? null,
        isActiveFullMember: isActiveFullMember(found, teamId),
        groupIds: await groupsOf(client, groupIds, found.id),
      };
    },
    async groupMembers(usergroup) {
      return (await client.usergroups.users.list({ usergroup })).users ?? [];
    },
    async members() {
      const people: SlackUser[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.users.list({ limit: PAGE, ...(cursor ? { cursor } : {}) });
        people.push(...((page.members ?? []) as SlackUser[]));
        cursor = page.response_metadata?.next_cursor;
      } while (cursor);
      return people.flatMap((user) => memberOf(user, teamId) ?? []);
    },
  };
}

function channelLookUps(client: WebClient): Pick<Directory, 'channel' | 'channelMembers'> {
  return {
    async channel(name) {
      const id = await channelIdOf(client, name);
      const { channel } = await client.conversations.info({ channel: id });
      const isShared = channel?.is_ext_shared === true || channel?.is_pending_ext_shared === true;
      return { id, name: channel?.name ?? name.replace(/^#/, ''), isShared };
    },
    async channelMembers(channel) {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.conversations.members({ channel, limit: PAGE, ...(cursor ? { cursor } : {}) });
        ids.push(...(page.members ?? []));
        cursor = page.response_metadata?.next_cursor;
      } while (cursor);
      return ids;
    },
  };
}

/** As the directory lists a person; undefined for bots. Events carry people in the same form. */
export function memberOf(user: SlackUser, teamId: string): Omit<Member, 'lastSeenAt'> | undefined {
  if (user.id === undefined || user.is_bot || user.id === 'USLACKBOT') return undefined;
  return {
    userId: user.id,
    teamId: user.team_id ?? teamId,
    name: nameOf(user),
    email: user.profile?.email ?? null,
    timezone: user.tz ?? null,
    isActiveFullMember: isActiveFullMember(user, teamId),
    ...(user.deleted && !user.is_restricted && !user.is_ultra_restricted ? { isDeactivated: true } : {}),
  };
}

async function groupsOf(client: WebClient, groupIds: readonly string[], userId: string): Promise<string[]> {
  const memberships = await Promise.all(
    groupIds.map(async (usergroup) => {
      const { users } = await client.usergroups.users.list({ usergroup });
      return users?.includes(userId) ? [usergroup] : [];
    }),
  );
  return memberships.flat();
}

function isActiveFullMember(user: SlackUser, teamId: string): boolean {
  const away = user.deleted || user.is_bot || user.is_stranger || (user.team_id ?? teamId) !== teamId;
  return !away && !user.is_restricted && !user.is_ultra_restricted;
}

function nameOf(user: SlackUser): string {
  return user.real_name || user.name || user.id || 'somebody';
}

function unknownPerson(userId: string): AppError {
  return new AppError({
    code: 'not_found',
    message: `users.info knows no ${userId}`,
    publicMessage: 'Slack does not know this person.',
  });
}
