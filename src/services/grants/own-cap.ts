import type { Actor } from '../../domain/actor.ts';
import type { Lineage } from '../../domain/key.ts';
import type { GrantContext } from './open-grant.ts';

export interface OwnCapSetting {
  readonly actor: Actor;
  readonly lineage: Lineage;
  readonly to: number | null;
  readonly reason: string;
}

/** Sets the cap that the team itself has given a lineage, with its audit entry. */
export async function setOwnCap(
  { deps, tx }: GrantContext,
  { actor, lineage, to, reason }: OwnCapSetting,
): Promise<Lineage> {
  const after = { ...lineage, capMicroUsd: to, revision: lineage.revision + 1 };
  await tx.lineages.update(after);
  await tx.audit.append({
    at: deps.clock.now(),
    actor,
    verb: 'lineage.cap.changed',
    subject: lineage.id,
    detail: { slug: lineage.slug, from: lineage.capMicroUsd, to, reason },
  });
  return after;
}
