import { systemActor } from '../../domain/actor.ts';
import type { Repos } from '../../ports/store.ts';

/** Gives unowned lineages the person whose e-mail the provider names as the key's owner. Returns how many. */
export async function assignOwners(tx: Repos, now: number): Promise<number> {
  const unowned = (await tx.lineages.all()).filter((lineage) => lineage.ownerSlackId === null);
  if (unowned.length === 0) return 0;
  const slackIdByEmail = new Map(
    (await tx.members.all()).flatMap(({ email, userId, isActiveFullMember }) =>
      email && isActiveFullMember ? [[email.toLowerCase(), userId] as const] : [],
    ),
  );
  const emailByLineage = new Map((await tx.keys.all()).map((key) => [key.lineageId, key.owner?.email?.toLowerCase()]));
  let assigned = 0;
  for (const lineage of unowned) {
    const ownerSlackId = slackIdByEmail.get(emailByLineage.get(lineage.id) ?? '');
    if (ownerSlackId === undefined) continue;
    await tx.lineages.update({ ...lineage, ownerSlackId });
    await tx.audit.append({
      at: now,
      actor: systemActor('assign-owners'),
      verb: 'lineage.owner.matched',
      subject: lineage.id,
      detail: { owner: ownerSlackId, by: 'provider e-mail' },
    });
    assigned += 1;
  }
  return assigned;
}
