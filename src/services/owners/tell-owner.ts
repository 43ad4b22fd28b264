import type { Actor } from '../../domain/actor.ts';
import type { Lineage } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** A direct message to whoever has become the owner of a lineage. */
export const OWNER_MESSAGE = 'owner';

export interface OwnerMessage {
  readonly lineageId: string;
  readonly ownerSlackId: string;
  /** Of the lineage when it was given: a later one says something else. */
  readonly revision: number;
  /** Slack user id; null where it was not a person. */
  readonly givenBy: string | null;
  /** Other keys that were given along with it, all told of in this one message. */
  readonly more: number;
}

/** Tells the new owner, unless they did it themselves. */
export async function tellOwner(
  { deps, tx }: { readonly deps: Pick<Deps, 'clock' | 'ids'>; readonly tx: Repos },
  { id, ownerSlackId, revision, more = 0 }: Lineage & { readonly more?: number },
  actor: Actor,
): Promise<void> {
  const givenBy = actor.kind === 'slack' ? actor.userId : '';
  if (ownerSlackId === null || ownerSlackId === givenBy) return;
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: OWNER_MESSAGE,
    subjectId: [id, ownerSlackId, revision, givenBy, ...(more > 0 ? [more] : [])].join(':'),
    threadKey: `owner:${id}:${ownerSlackId}`,
    createdAt: deps.clock.now(),
  });
}

export function ownerMessageOf(subjectId: string): OwnerMessage {
  const [lineageId = '', ownerSlackId = '', revision = '', givenBy = '', more = '0'] = subjectId.split(':');
  return { lineageId, ownerSlackId, revision: Number(revision), givenBy: givenBy || null, more: Number(more) };
}
