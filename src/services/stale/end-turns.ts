import { auditVerb } from '../../domain/action.ts';
import { endTurn, enqueue, newsSubject, STALE_NEWS } from './announce-stale.ts';
import { type ClimbContext, type ClimbDeps, type Climber, STALE_KEEPER, standing } from './stale-steps.ts';

/** Ends what is over; a key with traffic at once, whatever was announced, and its round says so. */
export async function endTurns(deps: ClimbDeps, climbers: readonly Climber[]): Promise<void> {
  if (climbers.length === 0) return;
  const now = deps.clock.now();
  await deps.store.write(async (tx) => {
    const rounds = new Set<string>();
    for (const { key, record, step, idle } of await standing(tx, climbers)) {
      if (record === null || step.do !== 'end') continue;
      if (step.why === 'used') await giveUpStop({ deps, tx }, record.actionId);
      await endTurn({ deps, tx }, record, step.why);
      const wasAnnounced = record.state === 'proposed' || record.state === 'suspended';
      if (step.why === 'used' && wasAnnounced && record.proposalRound !== null) rounds.add(record.proposalRound);
      const detail = { because: step.why, ...(step.why === 'used' ? { usedAt: idle.sinceAt } : {}) };
      await tx.audit.append({ at: now, actor: STALE_KEEPER, verb: 'key.stale.ended', subject: key.id, detail });
    }
    for (const round of rounds) {
      await enqueue({ deps, tx }, { kind: STALE_NEWS, subjectId: newsSubject(round, 'used', now) });
    }
  });
}

/** A stop that the provider has not taken yet must not hit a key that is in use again. */
async function giveUpStop({ deps, tx }: Pick<ClimbContext, 'deps' | 'tx'>, actionId: string | null): Promise<void> {
  const action = actionId === null ? undefined : await tx.actions.get(actionId);
  if (action?.state !== 'pending') return;
  await tx.actions.update({ ...action, state: 'dismissed' });
  await tx.audit.append({
    at: deps.clock.now(),
    actor: STALE_KEEPER,
    verb: auditVerb(action.kind, 'dismissed'),
    subject: action.keyId,
    detail: { kind: action.kind, keyId: action.keyId, actionId: action.id, reason: 'it has traffic again' },
  });
}
