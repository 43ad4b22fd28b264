import type { Actor } from '../../domain/actor.ts';
import type { Lineage } from '../../domain/key.ts';
import { capToKeep, ownCapOf } from '../../domain/own-cap.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

export interface OwnCapSetting {
  readonly actor: Actor;
  readonly lineage: Lineage;
  readonly to: number | null;
  readonly reason: string;
}

/** Sets the cap that the team itself has given a lineage, with its audit entry. */
export async function setOwnCap(
  { deps, tx }: { readonly deps: Pick<Deps, 'clock' | 'policy'>; readonly tx: Repos },
  { actor, lineage, to, reason }: OwnCapSetting,
): Promise<Lineage> {
  const from = ownCapOf(lineage, deps.policy).microUsd;
  const after = { ...lineage, ...capToKeep(lineage, to, deps.policy), revision: lineage.revision + 1 };
  await tx.lineages.update(after);
  await tx.audit.append({
    at: deps.clock.now(),
    actor,
    verb: 'lineage.cap.changed',
    subject: lineage.id,
    detail: { slug: lineage.slug, from, to, reason },
  });
  return after;
}
