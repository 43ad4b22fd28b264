import { type Actor, actorText } from '../../domain/actor.ts';
import type { Decision, Departure, DepartureKey } from '../../domain/departure.ts';
import { AppError } from '../../domain/errors.ts';
import type { Repos } from '../../ports/store.ts';
import type { ConsentDeps } from '../actions/record-consented.ts';
import { type EachOutcome, requestEach } from '../actions/request-each.ts';
import type { Deps } from '../deps.ts';
import { changeLineageIn } from '../inventory/change-lineage.ts';
import { openRotationIn } from '../rotation/open-rotation.ts';
import { announceDeparture } from './announce-departure.ts';
import type { DepartureRow } from './describe-departure.ts';
import { closeDeparture, settleAbout, settleIn } from './settle-departure.ts';

type DecideDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>;

export interface DecideInput {
  readonly actor: Actor;
  readonly departureId: string;
  readonly lineageId: string;
  readonly decision: Decision;
}

/** What is done about one key, with the message that counts it, in one transaction. Rights are the caller's to check. */
export async function decideKey(
  deps: DecideDeps,
  { actor, departureId, lineageId, decision }: DecideInput,
): Promise<void> {
  await deps.store.write(async (tx) => {
    const { departure, row } = await openKey(tx, departureId, lineageId);
    if (decision.kind === 'keep') await keep({ deps, tx }, { departure, row, actor });
    else if (decision.kind === 'reassign') {
      const change = { ownerSlackId: decision.toUserId };
      await changeLineageIn({ deps, tx }, { actor, lineageId, revision: null, change });
    } else {
      const reason = `${departure.name} leaves and may know its value`;
      await openRotationIn({ deps, tx }, { actor, keyId: row.keyId, alertId: null, reason });
      await settleAbout({ deps, tx }, lineageId, actor);
    }
  });
}

interface Keeping {
  readonly departure: Departure;
  readonly row: DepartureKey;
  readonly actor: Actor;
}

async function keep(
  { deps, tx }: { readonly deps: DecideDeps; readonly tx: Repos },
  { departure, row, actor }: Keeping,
): Promise<void> {
  if (row.outcome !== null) return;
  const at = deps.clock.now();
  await tx.departures.updateKey({ ...row, outcome: 'kept', settledBy: actorText(actor), settledAt: at });
  const detail = { departureId: departure.id, person: departure.name, outcome: 'kept' };
  await tx.audit.append({ at, actor, verb: 'lineage.departure.settled', subject: row.lineageId, detail });
  await announceDeparture({ deps, tx }, departure);
  await settleIn({ deps, tx }, departure, { lineageId: row.lineageId, actor });
}

async function openKey(
  tx: Repos,
  departureId: string,
  lineageId: string,
): Promise<{ readonly departure: Departure; readonly row: DepartureKey }> {
  const departure = await openDeparture(tx, departureId);
  const row = (await tx.departures.keys(departureId)).find((one) => one.lineageId === lineageId);
  if (row === undefined) throw over('this key is not among theirs');
  return { departure, row };
}

async function openDeparture(tx: Repos, departureId: string): Promise<Departure> {
  const departure = await tx.departures.get(departureId);
  if (departure === undefined) throw over('there is no such message any more');
  if (departure.returnedAt !== null) throw over(`${departure.name} is back`);
  if (departure.closedAt !== null) throw over('this is closed');
  return departure;
}

/** Nobody leaves after all, or the rest is seen to elsewhere. */
export async function endDeparture(
  deps: Pick<Deps, 'store' | 'clock' | 'ids'>,
  { actor, departureId }: Pick<DecideInput, 'actor' | 'departureId'>,
): Promise<void> {
  await deps.store.write(async (tx) => {
    await closeDeparture({ deps, tx }, await openDeparture(tx, departureId), actor);
  });
}

/** One durable action for each; what counts as production waits for a second person, each on its own. */
export function revokeQuiet(
  deps: ConsentDeps,
  { actor, rows, reason }: { readonly actor: Actor; readonly rows: readonly DepartureRow[]; readonly reason: string },
): Promise<readonly EachOutcome[]> {
  return requestEach(deps, { actor, kind: 'revoke', keys: rows.map(({ summary }) => summary), reason });
}

function over(why: string): AppError {
  return new AppError({
    code: 'conflict',
    message: 'a departure that is over',
    publicMessage: `Nothing was done: ${why}. \`/keys offboard @person\` shows what somebody still has.`,
  });
}
