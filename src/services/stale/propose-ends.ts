import type { Actor } from '../../domain/actor.ts';
import { announcedDate, type LadderRecord } from '../../domain/stale-ladder.ts';
import { enqueue, newsSubject, STALE_NEWS, STALE_ROUND, touchStale } from './announce-stale.ts';
import type { StaleEntry } from './read-stale.ts';
import { type ClimbContext, type ClimbDeps, type Climber, newTurn, STALE_KEEPER, standing } from './stale-steps.ts';

/** One message in the channel for all of them, with the date from which on they may be suspended. */
export async function propose(deps: ClimbDeps, entries: readonly StaleEntry[], actor: Actor): Promise<void> {
  if (entries.length === 0) return;
  await deps.store.write(async (tx) => {
    const taken = await standing(tx, entries);
    await proposeIn({ deps, tx }, taken, { actor, deletableBy: null });
  });
}

export async function proposeIn(
  { deps, tx }: Pick<ClimbContext, 'deps' | 'tx'>,
  entries: readonly Pick<StaleEntry, 'key' | 'record' | 'idle'>[],
  { actor, deletableBy }: { readonly actor: Actor; readonly deletableBy: string | null },
): Promise<void> {
  if (entries.length === 0) return;
  const now = deps.clock.now();
  const { staleness, calendar, rotation } = deps.policy;
  const round = deps.ids.next('stale');
  const days = { timeZone: calendar.timeZone, holidays: rotation.holidays };
  const actAt = announcedDate(now, staleness.announceDays, days);
  for (const { key, record, idle } of entries) {
    const turn = record === null || record.state === 'over' ? newTurn(key, record, idle.sinceAt) : record;
    const proposed: LadderRecord = {
      ...turn,
      state: 'proposed',
      proposedAt: now,
      actAt,
      proposalRound: round,
      deletableBy: deletableBy ?? turn.deletableBy,
      revision: turn.revision + 1,
    };
    await tx.stale.put(proposed);
    await touchStale({ deps, tx }, { ...proposed, proposalRound: null });
    const detail = { sinceAt: idle.sinceAt, actAt };
    await tx.audit.append({ at: now, actor, verb: 'key.stale.proposed', subject: key.id, detail });
  }
  await enqueue({ deps, tx }, { kind: STALE_ROUND, subjectId: round });
}

/** The announced date is over, and what would be done cannot be taken back, or policy leaves it to people. */
export async function handOver(deps: ClimbDeps, climbers: readonly Climber[]): Promise<void> {
  if (climbers.length === 0) return;
  const now = deps.clock.now();
  await deps.store.write(async (tx) => {
    const rounds = new Set<string>();
    for (const { key, record } of await standing(tx, climbers)) {
      if (record === null) continue;
      await tx.stale.put({ ...record, actedAt: now, revision: record.revision + 1 });
      if (record.proposalRound !== null) rounds.add(record.proposalRound);
      const detail = { actAt: record.actAt };
      await tx.audit.append({ at: now, actor: STALE_KEEPER, verb: 'key.stale.due', subject: key.id, detail });
    }
    for (const round of rounds) {
      await enqueue({ deps, tx }, { kind: STALE_ROUND, subjectId: round });
      await enqueue({ deps, tx }, { kind: STALE_NEWS, subjectId: newsSubject(round, 'due', now) });
    }
  });
}

/** It was suspended, and usage from before that came in afterwards: people have to know, and to decide. */
export async function tellLateUse(deps: ClimbDeps, climbers: readonly Climber[]): Promise<void> {
  if (climbers.length === 0) return;
  const now = deps.clock.now();
  await deps.store.write(async (tx) => {
    for (const { key, record, idle } of await standing(tx, climbers)) {
      if (record === null || record.proposalRound === null) continue;
      // Told once: what comes later than this is news again.
      await tx.stale.put({ ...record, sinceAt: idle.sinceAt, revision: record.revision + 1 });
      await touchStale({ deps, tx }, record);
      const subjectId = newsSubject(record.proposalRound, 'late', key.id);
      await enqueue({ deps, tx }, { kind: STALE_NEWS, subjectId });
      const detail = { usedAt: idle.sinceAt };
      await tx.audit.append({ at: now, actor: STALE_KEEPER, verb: 'key.stale.late_use', subject: key.id, detail });
    }
  });
}
