import { toError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';

type RecipientDeps = Pick<Deps, 'store' | 'directory' | 'logger'>;

const MENTIONED = /<@([UW][A-Z0-9]+)>|<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>/g;

/** The person and group ids in ready mention texts. */
export function idsOfMentions(mentions: readonly string[]): readonly string[] {
  return mentions.flatMap((text) => [...text.matchAll(MENTIONED)].flatMap(([, user, group]) => user ?? group ?? []));
}

/**
 * The people behind person and group ids who may be shown our data. Who is listed by name is left out when known to be
 * away or a guest; who is only in a group has to be known as an active full member. A group that cannot be looked up is
 * left out, so that the others are told all the same.
 */
export async function peopleBehind(deps: RecipientDeps, ids: readonly string[]): Promise<readonly string[]> {
  const known = new Map((await deps.store.read.members.all()).map((one) => [one.userId, one.isActiveFullMember]));
  const people = new Set(ids.filter((id) => !isGroup(id) && known.get(id) !== false));
  for (const groupId of ids.filter(isGroup)) {
    for (const userId of await membersOf(deps, groupId)) {
      if (known.get(userId) ?? (await isMember(deps, userId))) people.add(userId);
    }
  }
  return [...people];
}

function isGroup(id: string): boolean {
  return id.startsWith('S');
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
