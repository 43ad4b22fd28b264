import type { Member } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { assignOwners } from './assign-owners.ts';

/** Reads the workspace's people; owners of keys are found among them by e-mail. */
export async function syncMembers(
  deps: Pick<Deps, 'store' | 'clock' | 'directory' | 'breathe'>,
): Promise<{ readonly members: number; readonly owned: number }> {
  const people = await deps.directory.members();
  const lastSeenAt = deps.clock.now();
  await deps.store.write(async (tx) => {
    const known = new Map((await tx.members.all()).map((member) => [member.userId, member]));
    for (const person of people) {
      const member = { ...person, lastSeenAt };
      if (!sameMember(known.get(person.userId), member)) await tx.members.upsert(member);
    }
  });
  return { members: people.length, owned: await assignOwners(deps) };
}

function sameMember(a: Member | undefined, b: Member): boolean {
  return (
    a?.teamId === b.teamId &&
    a.name === b.name &&
    a.email === b.email &&
    a.timezone === b.timezone &&
    a.isActiveFullMember === b.isActiveFullMember &&
    (a.isDeactivated ?? false) === (b.isDeactivated ?? false)
  );
}
