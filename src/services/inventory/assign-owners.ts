import { systemActor } from '../../domain/actor.ts';
import { inSlices } from '../../domain/collections.ts';
import type { Lineage } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

const SLICE = 100;

interface Match {
  readonly lineageId: string;
  readonly ownerSlackId: string;
}

/** Gives unowned lineages the person whose e-mail the provider names as the key's owner. Returns how many. */
export async function assignOwners(deps: Pick<Deps, 'store' | 'clock' | 'breathe'>): Promise<number> {
  let assigned = 0;
  for (const slice of inSlices(await matches(deps), SLICE)) {
    await deps.store.write(async (tx) => {
      for (const match of slice) if (await assign({ tx, now: deps.clock.now() }, match)) assigned += 1;
    });
    await deps.breathe();
  }
  return assigned;
}

async function matches({ store }: Pick<Deps, 'store'>): Promise<readonly Match[]> {
  const { lineages, members, keys } = store.read;
  const unowned = (await lineages.all()).filter(isOpen);
  if (unowned.length === 0) return [];
  const slackIdByEmail = new Map(
    (await members.all()).flatMap(({ email, userId, isActiveFullMember }) =>
      email && isActiveFullMember ? [[email.toLowerCase(), userId] as const] : [],
    ),
  );
  if (slackIdByEmail.size === 0) return [];
  const emailByLineage = new Map((await keys.all()).map((key) => [key.lineageId, key.owner?.email?.toLowerCase()]));
  return unowned.flatMap(({ id }) => {
    const ownerSlackId = slackIdByEmail.get(emailByLineage.get(id) ?? '');
    return ownerSlackId === undefined ? [] : [{ lineageId: id, ownerSlackId }];
  });
}

/** Where a person has said that there is no owner, there is none. */
function isOpen({ ownerSlackId, ownerSource }: Lineage): boolean {
  return ownerSlackId === null && ownerSource === 'found';
}

async function assign({ tx, now }: { tx: Repos; now: number }, { lineageId, ownerSlackId }: Match): Promise<boolean> {
  const lineage = await tx.lineages.get(lineageId);
  // Somebody may have been given it since.
  if (lineage === undefined || !isOpen(lineage)) return false;
  await tx.lineages.update({ ...lineage, ownerSlackId });
  await tx.audit.append({
    at: now,
    actor: systemActor('assign-owners'),
    verb: 'lineage.owner.matched',
    subject: lineage.id,
    detail: { owner: ownerSlackId, by: 'provider e-mail' },
  });
  return true;
}
