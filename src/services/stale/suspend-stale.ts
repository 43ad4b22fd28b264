import { idempotencyKeyOf } from '../../domain/action.ts';
import { UNDO_MS } from '../../domain/stale-ladder.ts';
import { DAY_MS } from '../../domain/time.ts';
import { canBeUndone, isStopAsked } from '../actions/policy-stop.ts';
import { insertAction } from '../actions/record-request.ts';
import { enqueue, newsSubject, STALE_NEWS, STALE_STOPPED, touchStale } from './announce-stale.ts';
import { type ClimbDeps, type Climber, STALE_KEEPER, standing } from './stale-steps.ts';

/** Suspends what was announced: only what can be taken back, each in its own transaction with what is true in it. */
export async function suspendStale(deps: ClimbDeps, climbers: readonly Climber[]): Promise<void> {
  for (const climber of climbers) await suspendOne(deps, climber);
}

async function suspendOne(deps: ClimbDeps, climber: Climber): Promise<void> {
  const now = deps.clock.now();
  await deps.store.write(async (tx) => {
    const [entry] = await standing(tx, [climber]);
    const record = entry?.record ?? null;
    if (entry === undefined || record === null || record.actAt === null || record.actAt > now) return;
    const { key, lineage } = entry;
    const isRotating = (await tx.rotations.openOfLineage(lineage.id)) !== undefined;
    if (isRotating || !canBeUndone(deps, key) || (await isStopAsked(tx, key))) return;
    const days = Math.floor((now - record.sinceAt) / DAY_MS);
    const action = await insertAction(
      { deps, tx },
      {
        actor: STALE_KEEPER,
        alertId: null,
        kind: 'suspend',
        idempotencyKey: idempotencyKeyOf('suspend', key),
        params: null,
        reason: `no traffic for ${days} days, as announced`,
        detail: { announcedFor: record.actAt },
        consent: null,
      },
      key,
    );
    const suspended = {
      ...record,
      state: 'suspended',
      actedAt: now,
      undoUntil: now + UNDO_MS,
      actionId: action.id,
      revision: record.revision + 1,
    } as const;
    await tx.stale.put(suspended);
    await touchStale({ deps, tx }, suspended);
    const { proposalRound } = record;
    const news = proposalRound === null ? null : newsSubject(proposalRound, 'stopped', now);
    if (news !== null) await enqueue({ deps, tx }, { kind: STALE_NEWS, subjectId: news });
    const { ownerId } = entry.facts;
    if (ownerId !== null) await enqueue({ deps, tx }, { kind: STALE_STOPPED, subjectId: `${ownerId}/${now}` });
  });
}
