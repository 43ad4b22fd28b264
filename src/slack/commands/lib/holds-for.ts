import type { Hold } from '../../../domain/hold.ts';
import { confirmedOwnerOf } from '../../../domain/key.ts';
import { type HoldCard, holdsInForce } from '../../../services/noise/read-holds.ts';
import type { CommandRequest } from '../../command.ts';
import type { SlackContext } from '../../context.ts';

/** The person's own zone, else policy's. */
export async function zoneOf({ deps }: Pick<SlackContext, 'deps'>, userId: string): Promise<string> {
  return (await deps.store.read.members.get(userId))?.timezone ?? deps.policy.calendar.timeZone;
}

/** All of a kind that hold now; for an owner who may not see all keys those of the own ones. */
export async function holdsFor(
  { deps }: Pick<SlackContext, 'deps'>,
  { userId, sight }: Pick<CommandRequest, 'userId' | 'sight'>,
  kind: Hold['kind'],
): Promise<readonly HoldCard[]> {
  const cards = (await holdsInForce(deps)).filter(({ hold }) => hold.kind === kind);
  if (sight === 'all') return cards;
  const own = new Set(
    (await deps.store.read.lineages.all())
      .filter((lineage) => confirmedOwnerOf(lineage) === userId)
      .map(({ id }) => id),
  );
  return cards.filter(({ hold }) => own.has(hold.lineageId));
}
