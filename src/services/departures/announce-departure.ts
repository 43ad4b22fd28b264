import type { Departure } from '../../domain/departure.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** The outbox's kind of the one message about somebody who leaves; its subject is the departure. */
export const DEPARTURE_KIND = 'departure';

export interface DepartureContext {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

/** Posts the message, or brings it up to date. */
export async function announceDeparture({ deps, tx }: DepartureContext, { id }: Pick<Departure, 'id'>): Promise<void> {
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: DEPARTURE_KIND,
    subjectId: id,
    threadKey: `departure:${id}`,
    createdAt: deps.clock.now(),
  });
}
