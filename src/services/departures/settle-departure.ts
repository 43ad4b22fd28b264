import { type Actor, actorText, systemActor } from '../../domain/actor.ts';
import { type Departure, type DepartureKey, isThrough, outcomeOf } from '../../domain/departure.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { announceDeparture, type DepartureContext } from './announce-departure.ts';

const ACTOR = systemActor('follow-departures');

/** What became of the keys of everybody who leaves, as far as it is another thing than was told. */
export async function settleDepartures(deps: Pick<Deps, 'store' | 'clock' | 'ids'>): Promise<void> {
  for (const { id } of await deps.store.read.departures.open()) {
    await deps.store.write(async (tx) => {
      const departure = await tx.departures.get(id);
      if (departure !== undefined && departure.closedAt === null) await settleIn({ deps, tx }, departure);
    });
  }
}

/** The same for those that are about one key, when somebody has just done something about it. */
export async function settleAbout(context: DepartureContext, lineageId: string, actor: Actor): Promise<void> {
  for (const departure of await context.tx.departures.openAbout(lineageId))
    await settleIn(context, departure, { lineageId, actor });
}

/** Writes down what is different, each with its audit entry, and edits the message; ends it where nothing is left. */
export async function settleIn(
  { deps, tx }: DepartureContext,
  departure: Departure,
  by: { readonly lineageId: string; readonly actor: Actor } | null = null,
): Promise<void> {
  const rows = await tx.departures.keys(departure.id);
  const after: DepartureKey[] = [];
  for (const row of rows) {
    // What is seen of the others meanwhile was not this person's deed.
    const actor = by?.lineageId === row.lineageId ? by.actor : ACTOR;
    after.push(await settledKey({ deps, tx }, { departure, row, actor }));
  }
  const isChanged = after.some((row, index) => row !== rows[index]);
  if (isThrough(after)) await closeDeparture({ deps, tx }, departure, by?.actor ?? ACTOR);
  else if (isChanged) await announceDeparture({ deps, tx }, departure);
}

interface Settling {
  readonly departure: Departure;
  readonly row: DepartureKey;
  readonly actor: Actor;
}

async function settledKey({ deps, tx }: DepartureContext, { departure, row, actor }: Settling): Promise<DepartureKey> {
  const outcome = outcomeOf(row, departure, await truthOf(tx, row));
  if (outcome === row.outcome) return row;
  const at = deps.clock.now();
  const isSettled = outcome !== null;
  const settled: DepartureKey = {
    ...row,
    outcome,
    settledBy: isSettled ? actorText(actor) : null,
    settledAt: isSettled ? at : null,
  };
  await tx.departures.updateKey(settled);
  const detail = { departureId: departure.id, person: departure.name, outcome };
  await tx.audit.append({ at, actor, verb: 'lineage.departure.settled', subject: row.lineageId, detail });
  return settled;
}

async function truthOf(tx: Repos, { keyId, lineageId }: DepartureKey) {
  const key = await tx.keys.get(keyId);
  return {
    key,
    lineage: await tx.lineages.get(lineageId),
    rotation: await tx.rotations.latestOfLineage(lineageId),
  };
}

/** Nothing more is asked: all is decided, somebody said so, or the person is back. */
export async function closeDeparture(
  { deps, tx }: DepartureContext,
  departure: Departure,
  actor: Actor,
): Promise<void> {
  const at = deps.clock.now();
  await tx.departures.update({ ...departure, closedAt: at });
  const detail = { person: departure.name, returned: departure.returnedAt !== null };
  await tx.audit.append({ at, actor, verb: 'departure.closed', subject: departure.id, detail });
  await announceDeparture({ deps, tx }, departure);
}
