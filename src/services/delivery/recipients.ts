import { toError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';

type RecipientDeps = Pick<Deps, 'store' | 'directory' | 'logger'>;

const MENTIONED = /<@([UW][A-Z0-9]+)>|<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>/g;

/** The person and group ids in ready mention texts. */
export function idsOfMentions(mentions: readonly string[]): readonly string[] {
  return mentions.flatMap((text) => [...text.matchAll(MENTIONED)].flatMap(([, user, group]) => user ?? group ?? []));
}

/**
 * The people behind person and group ids who may be shown our data: active full members. A group that cannot be looked
 * up is left out, so that the others are told all the same.
 */
export async function peopleBehind(deps: RecipientDeps, ids: readonly string[]): Promise<readonly string[]> {
  const userIds = new Set<string>();
  for (const id of ids) {
    if (!id.startsWith('S')) userIds.add(id);
    else for (const userId of await membersOf(deps, id)) userIds.add(userId);
  }
  const known = new Map((await deps.store.read.members.all()).map((one) => [one.userId, one.isActiveFullMember]));
  const people: string[] = [];
  for (const userId of userIds) {
    if (known.get(userId) ?? (await isMember(deps, userId))) people.push(userId);
  }
  return people;
}

async function membersOf({ directory, logger }: RecipientDeps, groupId: string): Promise<readonly string[]> {
  try {
    return await directory.groupMembers(groupId);
  } catch (error) {
    logger.warn('user group cannot be looked up', { group: groupId, error: toError(error) });
    return [];
  }
}

async function isMember({ directory, logger }: RecipientDeps, userId: string): Promise<boolean> {
  try {
    return (await directory.person(userId)).isActiveFullMember;
  } catch (error) {
    logger.warn('person cannot be looked up', { user: userId, error: toError(error) });
    return false;
  }
}
