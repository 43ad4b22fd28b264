import { type Actor, actorText, systemActor } from '../../domain/actor.ts';
import type { Departure, DepartureCause } from '../../domain/departure.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { announceDeparture } from './announce-departure.ts';
import { type FoundTie, findTies, type Leaver, personIdOf } from './find-ties.ts';
import { closeDeparture } from './settle-departure.ts';

type BeginDeps = Pick<Deps, 'store' | 'clock' | 'ids'>;

export interface Beginning {
  readonly actor: Actor;
  readonly cause: DepartureCause;
  readonly leaver: Leaver;
}

/** Null: there is nothing to tell, since no working key is theirs, or each was told of before. */
export interface Begun {
  readonly departure: Departure;
  /** False: one was open already, and this is that one. */
  readonly isNew: boolean;
}

/** Tells the channel once of the keys that somebody leaves behind and of those that they could read. */
export async function beginDeparture(deps: BeginDeps, beginning: Beginning): Promise<Begun | null> {
  const ties = await findTies(deps, beginning.leaver);
  if (ties.length === 0) return null;
  return deps.store.write(async (tx) => {
    const { actor, cause, leaver } = beginning;
    const person = personIdOf(leaver);
    const earlier = await tx.departures.ofPerson(person);
    const open = earlier.find(({ closedAt }) => closedAt === null);
    if (open !== undefined) return { departure: open, isNew: false };
    // Who asks by hand wants to see all of it again.
    const fresh = cause === 'hand' ? ties : await untold(tx, ties, earlier);
    if (fresh.length === 0) return null;
    const at = deps.clock.now();
    const departure: Departure = {
      id: deps.ids.next('gone'),
      person,
      userId: leaver.userId,
      name: leaver.name,
      email: leaver.email,
      cause,
      beganAt: at,
      beganBy: actorText(actor),
      returnedAt: null,
      closedAt: null,
    };
    const unsettled = { departureId: departure.id, outcome: null, settledBy: null, settledAt: null };
    await tx.departures.insert(
      departure,
      fresh.map((tie) => ({ ...tie, ...unsettled })),
    );
    const detail = { person: leaver.name, userId: leaver.userId, cause, keys: fresh.length };
    await tx.audit.append({ at, actor, verb: 'departure.began', subject: departure.id, detail });
    await announceDeparture({ deps, tx }, departure);
    return { departure, isNew: true };
  });
}

/** What somebody took up again after they came back is new when they leave again. */
async function untold(
  tx: Repos,
  ties: readonly FoundTie[],
  earlier: readonly Departure[],
): Promise<readonly FoundTie[]> {
  const told = new Set<string>();
  for (const { id, returnedAt } of earlier) {
    if (returnedAt !== null) break;
    for (const { lineageId } of await tx.departures.keys(id)) told.add(lineageId);
  }
  return ties.filter(({ lineageId }) => !told.has(lineageId));
}

/** Their account works again: the message says so, and what is left stays as it is. */
export async function noteReturn(deps: BeginDeps, userId: string): Promise<void> {
  const actor = systemActor('find-leavers');
  await deps.store.write(async (tx) => {
    for (const departure of await tx.departures.ofPerson(userId)) {
      if (departure.cause !== 'slack' || departure.returnedAt !== null) continue;
      const returned = { ...departure, returnedAt: deps.clock.now() };
      if (departure.closedAt === null) await closeDeparture({ deps, tx }, returned, actor);
      else await tx.departures.update(returned);
    }
  });
}
