import { toError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';

/**
 * The active people behind policy's admins, without the one whose doing it is. A group that cannot be read is left out:
 * its mention in the channel has to do.
 */
export async function adminsToTell(
  { directory, policy, logger, store }: Pick<Deps, 'directory' | 'policy' | 'logger' | 'store'>,
  exceptUserId: string | null,
): Promise<readonly string[]> {
  const people = await Promise.all(
    policy.roles.admins.map(async (id) => {
      if (!id.startsWith('S')) return [id];
      return directory.groupMembers(id).catch((error: unknown) => {
        logger.warn('the admins of a user group cannot be told directly', { group: id, error: toError(error) });
        return [];
      });
    }),
  );
  const active: string[] = [];
  for (const id of new Set(people.flat())) {
    const isGone = (await store.read.members.get(id))?.isActiveFullMember === false;
    if (id !== exceptUserId && !isGone) active.push(id);
  }
  return active;
}
