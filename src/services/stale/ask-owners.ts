import type { Actor } from '../../domain/actor.ts';
import { groupBy } from '../../domain/collections.ts';
import { inWorkHours } from '../../domain/work-hours.ts';
import { enqueue, STALE_ASK } from './announce-stale.ts';
import type { StaleEntry } from './read-stale.ts';
import { type ClimbDeps, type Climber, GAP_MS, latestOf, newTurn, STALE_KEEPER, standing } from './stale-steps.ts';

/** At most one message a week for each of them. */
export async function askOwners(
  deps: ClimbDeps,
  entries: readonly StaleEntry[],
  asked: readonly Climber[],
): Promise<void> {
  for (const [ownerId, theirs] of groupBy(asked, ({ facts }) => facts.ownerId)) {
    const before = entries.filter(({ record }) => record?.askedTo === ownerId);
    const isTooSoon = deps.clock.now() - latestOf(before, ({ askedAt }) => askedAt) < GAP_MS;
    if (ownerId !== null && !isTooSoon) await askOwner(deps, ownerId, { entries: theirs, actor: STALE_KEEPER });
  }
}

/** One direct message for all of them, in the owner's own working hours. Returns those that were asked about. */
export async function askOwner(
  deps: ClimbDeps,
  ownerId: string,
  { entries, actor }: { readonly entries: readonly StaleEntry[]; readonly actor: Actor },
): Promise<readonly StaleEntry[]> {
  const now = deps.clock.now();
  const { calendar, rotation } = deps.policy;
  const round = deps.ids.next('stale');
  return deps.store.write(async (tx) => {
    const timeZone = (await tx.members.get(ownerId))?.timezone ?? calendar.timeZone;
    const askedAt = inWorkHours(now, { timeZone, holidays: rotation.holidays });
    const taken = await standing(tx, entries);
    if (taken.length === 0) return [];
    for (const { key, idle, record } of taken) {
      const fields = { askedTo: ownerId, askedAt, askRound: round };
      await tx.stale.put({ ...newTurn(key, record, idle.sinceAt), ...fields, state: 'asked' });
      const detail = { owner: ownerId, sinceAt: idle.sinceAt };
      await tx.audit.append({ at: now, actor, verb: 'key.stale.asked', subject: key.id, detail });
    }
    await enqueue({ deps, tx }, { kind: STALE_ASK, subjectId: round, inMs: askedAt - now });
    return taken;
  });
}
